"""One preflight from end to end: claims are asked of the nodes, judged, compared and reported."""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from checks.check import Check, Claim, Tag
from checks.facts import ClusterView, Fact, Snapshot
from checks.job.build import inputs_digest
from checks.judge import decide, judge_claims
from checks.model import Finding, Fix, Job, Outcome
from checks.next_line import as_called, without_allowances
from checks.quick_dataclass import dataclass
from checks.reports.changes import ChangesSinceGo
from checks.reports.json_report import report_document
from checks.reports.last_run import changes_since_go
from checks.reports.missing_trust import fold_missing_trust
from checks.stages.gather import GatherOptions, complete_sections, gather_facts
from checks.stages.stage_list import MEETING_SECTIONS, STAGES


@dataclass(frozen=True)
class EarlierFacts:
    """What an earlier preflight saw; of it all sections still hold but the `stale` ones."""

    snapshot: Snapshot
    stale: frozenset[str]

    def stale_among(self, sections: Iterable[str]) -> set[str]:
        """What is to be asked again of these sections, with what its stages need before."""
        return complete_sections(self.stale & set(sections))

    def add_to(self, snapshot: Snapshot) -> None:
        """Add what still holds to what was seen now, of all nodes."""
        asked = complete_sections(self.stale)
        stages = [stage for stage in STAGES if stage.section in asked]
        gone = asked.union(*({*stage.also, *stage.on_failure} for stage in stages))
        for node, answers in self.snapshot.sections.items():
            known = {name: answer for name, answer in answers.items() if name not in gone}
            snapshot.sections[node] = {**known, **snapshot.sections.get(node, {})}


@dataclass(frozen=True)
class Result:
    """One preflight: what was seen, what became of each claim, and the seconds that it took.

    `cwd` is the directory with whose last go a stop is compared; None compares nothing.
    """

    snapshot: Snapshot
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    cwd: Path | None = None

    @property
    def decision(self) -> str:
        """`go` or `stop`."""
        return decide(self.findings)

    @property
    def fixes_of_stops(self) -> list[Fix]:
        """What is to be done before the next start."""
        return [finding.fix for finding in self.findings if finding.stops and finding.fix]

    @functools.cached_property
    def changes(self) -> ChangesSinceGo | None:
        """What changed since the last go; None after a go, or where there was none to compare."""
        return changes_since_go(self.cwd, self.snapshot, self.findings) if self.cwd else None

    @functools.cached_property
    def report(self) -> dict[str, Any]:
        """The JSON report."""
        return report_document(self.findings, self.snapshot, self.seconds, self.changes)

    @functools.cached_property
    def shown(self) -> list[Finding]:
        """The findings as a person reads them: logins that want nothing but trust as one."""
        return fold_missing_trust(self.findings, self.snapshot.job)

    def summary(
        self,
        *,
        go: str,
        stop: str,
        colour: bool,
        notes: Sequence[str] = (),
        fold_trust: bool = True,
        brief: bool = False,
        noted: bool = False,
    ) -> list[str]:
        """The lines that a person reads, as `summary_lines` has them."""
        from checks.reports.summary import summary_lines  # rich would slow down pytest's start

        shown = self.shown if fold_trust else self.findings
        return summary_lines(
            self.findings,
            self.changes,
            go=go,
            stop=stop,
            colour=colour,
            shown=shown,
            notes=notes,
            brief=brief,
            noted=noted,
        )


def examine(
    job: Job,
    claims: Iterable[Claim],
    options: GatherOptions | None = None,
    *,
    compared_with: Iterable[Claim] = (),
    saved: Snapshot | None = None,
    earlier: EarlierFacts | None = None,
    cwd: Path | None = None,
    brief_stop: bool = False,
) -> Result:
    """Ask the nodes for what the claims need, and judge them; one finding for each claim.

    The facts of `compared_with` are gathered too, but not judged. Nodes in no claim's subject are
    not touched, and none where a `saved` snapshot is judged. What still holds of `earlier` is not
    asked. With `brief_stop` a decisive claim that stops leaves out those for which nodes meet or
    train. Never raises for what a node does.
    """
    began = time.monotonic()
    decisive = [c for c in claims if Tag.DECISIVE in c.check.tags] if brief_stop else []

    def is_settled(snapshot: Snapshot) -> bool:
        return decide(judge_claims(decisive, ClusterView(snapshot), job.allow)) == "stop"

    wanted = sections_needed(job, itertools.chain(claims, compared_with))
    if earlier:
        wanted = {name: earlier.stale_among(sections) for name, sections in wanted.items()}
    options = replace(options or GatherOptions(), is_settled=is_settled)
    snapshot = saved or gather_facts(job, wanted, options)
    if earlier:
        earlier.add_to(snapshot)
    if is_settled(snapshot):
        claims = [claim for claim in claims if not claim.check.sections & MEETING_SECTIONS]
    judged = judge_claims(claims, ClusterView(snapshot), job.allow)
    failing = _failing_by_area(judged)
    findings = tuple(_as_called(finding, failing) for finding in judged)
    return Result(snapshot, findings, time.monotonic() - began, cwd)


def _failing_by_area(findings: Iterable[Finding]) -> dict[str, set[str]]:
    """The checks that do not hold, be they allowed, or are not known to."""
    failing: dict[str, set[str]] = {}
    for finding in findings:
        if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            failing.setdefault(finding.area, set()).add(finding.check)
    return failing


def _as_called(finding: Finding, failing: Mapping[str, set[str]]) -> Finding:
    """The same with our own commands as they are typed here, once the finding is mended: it need
    not be allowed any more, nor its area where nothing else of that is `failing`.
    """
    message, fix = as_called(finding.message), finding.fix
    if fix is None:
        return finding if message == finding.message else replace(finding, message=message)
    others = failing.get(finding.area, set()) - {finding.check}
    settled = {finding.check} if others else {finding.check, finding.area}
    command = without_allowances(as_called(fix.command), settled)
    fix = replace(fix, command=command, note=as_called(fix.note))
    return replace(finding, message=message, fix=fix)


def observe(job: Job, facts: Iterable[type[Fact]]) -> ClusterView:
    """Ask every node for these facts, and judge nothing. Never raises for what a node does."""
    sections = complete_sections(fact.section for fact in facts)
    return ClusterView(gather_facts(job, dict.fromkeys(job.names, sections)))


def sections_needed(job: Job, claims: Iterable[Claim]) -> dict[str, set[str]]:
    """Which sections are needed of which node, in hosts.txt order."""
    wanted: dict[str, set[str]] = {}
    for claim in claims:
        for name in claim.subject or job.names:
            wanted.setdefault(name, set()).update(claim.check.sections)
    return {name: complete_sections(wanted[name]) for name in job.names if name in wanted}


def verdict_origins(job: Job, checks: Iterable[Check], started: str) -> dict[str, dict[str, str]]:
    """When each check was asked, and a digest of what of the job its verdict depends on."""
    digest = functools.cache(functools.partial(inputs_digest, job))
    return {check.id: {"asked": started, "inputs": digest(check.inputs)} for check in checks}


def plan_commands(job: Job, claims: Iterable[Claim]) -> list[str]:
    """Every command that `examine` would run on a node, a line each, for --dry-run."""
    from checks.stages.dry_run import list_commands  # paramiko would slow down pytest's start

    return list_commands(job, sections_needed(job, claims))
