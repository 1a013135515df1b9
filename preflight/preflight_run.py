"""One preflight: the job, the claims that were selected, what was seen, and what it means."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import math
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from checks.catalogue import CATALOGUE
from checks.check import Claim, Claims, claims_of
from checks.contact.held_logins import HeldLogins
from checks.contact.pool import Show
from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.judge import REACH
from checks.model import Finding, Job
from checks.outliers.pairing import FULL_MESH_NODES
from checks.private_files import write_private_file
from checks.reports.json_report import write_report
from checks.reports.last_run import save_last_run
from checks.run import Result, examine, verdict_origins
from checks.stages.earlier_start import live_run_notes
from checks.stages.gather import GatherOptions, OnStage
from preflight import options
from preflight.fix_scripts import fix_scripts, scripts_note, write_fix_scripts
from preflight.items import PreflightItem, finding_of_item, preflight_items
from preflight.speeds import speeds_csv


class PreflightRun:
    """Built when the first item of preflight is collected. Raises UsageError."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.began = time.monotonic()
        self.loaded_snapshot = options.load_snapshot(config)
        self.job: Job = (
            self.loaded_snapshot.job if self.loaded_snapshot else options.job_to_check(config)
        )
        options.require_output_folders(config, self.job)
        quick = config.getoption("quick")
        checks = [c for c in CATALOGUE.values() if not (quick and c.heavy)]
        self._items: dict[tuple[str, str], list[PreflightItem]] = {}
        for check in checks:
            key = check.area, check.over.scope
            self._items.setdefault(key, []).extend(preflight_items([check], self.job))
        self.selected_claims = Claims()
        self._examined: Result | None = None
        self._places: dict[int, int] = {}
        """Where the claims of a selected item begin, by its `id`: of pairs there are many."""
        self.site_findings: dict[str, Finding] = {}
        """What a site's own tests found, by their ids."""
        self.held_logins: HeldLogins | None = None

    def items(self, area: str, scope: str) -> Sequence[PreflightItem]:
        """What is asked in an area of single nodes, of pairs, or of the cluster."""
        return self._items.get((area, scope), [])

    def select(self, items: Iterable[PreflightItem]) -> None:
        """These are asked, each once."""
        place = len(self.selected_claims)
        for item in items:
            if id(item) not in self._places:
                self._places[id(item)] = place
                self.selected_claims.questions.append(item)
                place += len(item.subjects)

    def compared_with(self, of_site: Iterable[Claim]) -> Iterable[Claim]:
        """What the nodes are asked beside the selected claims.

        A node is compared with all others, so every node is asked the same: after `--lf`, too,
        which selects the one that failed. Not where `-k` names a node, which keeps a run to it.
        """
        keyword = self._config.getoption("keyword").lower()
        named = any(name.lower() in keyword for name in self.job.names)
        asked = dict.fromkeys(question.check for question in self.selected_claims.questions)
        single = [check for check in asked if check.over.scope == "node" and not named]
        return itertools.chain(of_site, claims_of(single, self.job))

    def examine(self, on_stage: OnStage, on_show: Show, of_site: Sequence[Claim] = ()) -> None:
        """The selected claims are judged, over the saved snapshot or one gathered now.

        `of_site` is what a site's own tests want to know; the logins stay open for them.
        """
        if of_site and not self.loaded_snapshot:
            self.held_logins = HeldLogins()
            self._config.add_cleanup(self.held_logins.close)
        option = self._config.getoption
        most = math.inf if option("all_pairs") else FULL_MESH_NODES
        self._examined = examine(
            self.job,
            self.selected_claims,
            GatherOptions(option("budget"), on_stage, on_show, self.held_logins, most),
            compared_with=self.compared_with(of_site),
            saved=self.loaded_snapshot,
            cwd=self._config.invocation_params.dir,
        )
        self.view = ClusterView(self._examined.snapshot)
        gc.collect()  # views, of which each holds the others
        gc.freeze()  # what stays need not be looked through as each item makes some garbage

    def finding(self, item: PreflightItem) -> Finding:
        """What became of an item's claims."""
        assert self._examined
        place = self._places[id(item)]
        return finding_of_item(self._examined.findings[place : place + len(item.subjects)])

    @property
    def findings(self) -> list[Finding]:
        """All that was judged, in the catalogue's order, and then what a site's tests found."""
        judged = self._examined.findings if self._examined else ()
        return [*judged, *self.site_findings.values()]

    def node(self, name: str) -> NodeView:
        """What was seen of a node that answered.

        Skips the test where it did not answer, or raises FactError where no other item says so.
        """
        view = self.view[name]
        reach = [q for q in self.selected_claims.questions if q.check.area == REACH]
        reported = any(name in subject for question in reach for subject in question.subjects)
        if not view.reached and reported:
            pytest.skip(f"{name} was not reached")
        if not view.reached:
            raise FactError(f"{name} was not reached, so nothing is known of it")
        return view

    @property
    def notes(self) -> Sequence[str]:
        """What is to be said before the nodes are asked."""
        loads = any(question.check.heavy for question in self.selected_claims.questions)
        is_live = loads and not self.loaded_snapshot
        return [*self.job.notes, *(live_run_notes(self.job) if is_live else ())]

    @property
    def is_complete(self) -> bool:
        """Whether every check there is was asked of every subject, of live nodes."""
        every = sum(len(check.over.subjects(self.job)) for check in CATALOGUE.values())
        return not self.loaded_snapshot and len(self.selected_claims) == every

    @property
    def result(self) -> Result | None:
        """The whole run so far, with what a site's tests found; None before the nodes are asked."""
        if self._examined is None:
            return None
        seconds = time.monotonic() - self.began
        return dataclasses.replace(self._examined, findings=tuple(self.findings), seconds=seconds)

    def write(self, result: Result) -> list[str]:
        """The files asked for, and after a complete run those that are kept. Raises OSError.

        Returns what is to be said of them.
        """
        snapshot = result.snapshot
        option = self._config.getoption
        if path := option("save_facts"):
            snapshot.save(path)
        if path := option("report"):
            write_report(result.report, path)
        if path := option("csv"):
            write_private_file(path, speeds_csv(snapshot))
        if path := option("html"):
            from preflight.html_report import render_page  # Jinja would slow down pytest's start

            write_private_file(path, render_page(result))
        if self.is_complete:
            here = self._config.invocation_params.dir
            origins = verdict_origins(self.job, CATALOGUE.values(), snapshot.started)
            save_last_run(here, snapshot, {**result.report, "origins": origins})
        return self._write_fix_scripts(result, folder) if (folder := option("fix_script")) else []

    def _write_fix_scripts(self, result: Result, folder: Path) -> list[str]:
        scripts = fix_scripts(result.shown, self._config.invocation_params.dir)
        return [scripts_note(folder, write_fix_scripts(scripts, folder, self.job.names))]
