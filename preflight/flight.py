"""One preflight: the job, the claims that were selected, what was seen, and what it means."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence

import pytest

from checks.catalogue import CATALOGUE
from checks.check import Claim, claims_of
from checks.cluster.gather import gather
from checks.cluster.job import job_digest
from checks.cluster.line import Line
from checks.errors import FactError
from checks.facts import ClusterView, NodeView, Snapshot
from checks.judge import REACH, judge
from checks.model import Finding, Job
from checks.reports.compare import Changed
from checks.reports.last import keep_last, since_go
from checks.reports.report import document, write
from checks.reports.summary import Next, summary
from preflight import options
from preflight.html import page
from preflight.items import QUICK_LEAVES_OUT, Asked, asked, one_finding
from preflight.speeds import speeds_csv


class Flight:
    """Built when the first item of preflight is collected. Raises UsageError."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.began = time.monotonic()
        self.saved = options.saved_snapshot(config)
        self.job: Job = (
            options.require_known(self.saved.job) if self.saved else options.job_to_check(config)
        )
        options.require_places(config)
        quick = config.getoption("quick")
        checks = [c for c in CATALOGUE.values() if not (quick and c.area in QUICK_LEAVES_OUT)]
        self._items: dict[tuple[str, str], list[Asked]] = {}
        for check in checks:
            key = check.area, check.over.scope
            self._items.setdefault(key, []).extend(asked([check], self.job))
        self.selected: list[Claim] = []
        self.snapshot: Snapshot | None = None
        self._findings: dict[Claim, Finding] = {}
        self.of_site: dict[str, Finding] = {}
        """What a site's own tests found, by their ids."""
        self.line: Line | None = None

    def items(self, area: str, scope: str) -> Sequence[Asked]:
        """What is asked in an area of single nodes, of pairs, or of the cluster."""
        return self._items.get((area, scope), [])

    def asked(self, of_site: Sequence[Claim]) -> list[Claim]:
        """All for which the nodes are asked: what is selected, and what that is compared with.

        A node is held against all others, so they tell the same: after `--lf`, too, which selects
        the one that failed. Not where `-k` names a node, which is how a run is kept to some.
        """
        keyword = self._config.getoption("keyword").lower()
        named = any(name.lower() in keyword for name in self.job.names)
        single = {c.check: None for c in self.selected if c.check.over.scope == "node"}
        others = [] if named else claims_of(single, self.job)
        return [*self.selected, *of_site, *others]

    def look(
        self,
        on_stage: Callable[[str, int, int], None],
        on_show: Callable[[Sequence[str]], None],
        of_site: Sequence[Claim] = (),
    ) -> None:
        """The selected claims are judged, over the saved snapshot or one gathered now.

        `of_site` is what a site's own tests want to know; the logins stay open for them.
        """
        if of_site and not self.saved:
            self.line = Line()
            self._config.add_cleanup(self.line.close)
        self.snapshot = self.saved or gather(
            self.job,
            self.asked(of_site),
            budget=self._config.getoption("budget"),
            on_stage=on_stage,
            on_show=on_show,
            line=self.line,
        )
        self.view = ClusterView(self.snapshot)
        found = judge(self.selected, self.view, self.job.allow)
        self._findings = dict(zip(self.selected, found, strict=True))

    def finding(self, item: Asked) -> Finding:
        """What became of an item's claims."""
        return one_finding([self._findings[claim] for claim in item.claims])

    @property
    def findings(self) -> list[Finding]:
        """All that was judged, in the catalogue's order, and then what a site's tests found."""
        return [*self._findings.values(), *self.of_site.values()]

    def node(self, name: str) -> NodeView:
        """What was seen of a node that answered.

        Skips the test where it did not answer, or raises FactError where no other item says so.
        """
        view = self.view[name]
        told = any(claim.check.area == REACH and name in claim.subject for claim in self.selected)
        if not view.reached and told:
            pytest.skip(f"{name} was not reached")
        if not view.reached:
            raise FactError(f"{name} was not reached, so nothing is known of it")
        return view

    @property
    def complete(self) -> bool:
        """Whether every check there is was asked of every subject, of live nodes."""
        return not self.saved and len(self.selected) == len(claims_of(CATALOGUE.values(), self.job))

    @functools.cached_property
    def changed(self) -> Changed | None:
        """What changed since the last go; None after a go, or where there was none to compare."""
        here = self._config.invocation_params.dir
        return since_go(here, self.snapshot, self.findings) if self.snapshot else None

    def summary(self, then: Next, *, colour: bool) -> list[str]:
        """The lines that a person reads."""
        return summary(self.findings, then, colour=colour, changed=self.changed)

    def write(self) -> None:
        """The files asked for, and after a complete run those that are kept. Raises OSError."""
        if self.snapshot is None:
            return
        took = time.monotonic() - self.began
        report = document(self.findings, self.snapshot, took, self.changed)
        option = self._config.getoption
        if path := option("save_facts"):
            self.snapshot.save(path)
        if path := option("report"):
            write(report, path)
        if path := option("csv"):
            path.write_text(speeds_csv(self.snapshot), encoding="utf-8")
        if path := option("html"):
            text = page(report, self.findings, self.snapshot, self.changed)
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        if self.complete:
            here = self._config.invocation_params.dir
            keep_last(here, self.snapshot, report, job_digest(self.job))
