"""After a failure: the related checks, run again on the nodes concerned.

The logs show what a run died of. This shows the state of its nodes now: the disk that is full, the
link that is down, the node that is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from checks.catalogue import CATALOGUE
from checks.check import Check, Claim, Over, Tag, claims_of
from checks.folded_names import fold_names
from checks.model import Finding, Job, Outcome
from checks.quick_dataclass import dataclass
from checks.reports.finding_groups import group_findings
from checks.reports.finding_text import describe_group
from checks.reports.terminal import finding_lines, render_lines, terminal_width
from checks.run import examine
from checks.stages.gather import GatherOptions

BUDGET_S = 15.0
LOGIN_CHECK = CATALOGUE["reach.controller-logs-in"]

OutcomesBefore = Mapping[tuple[str, tuple[str, ...]], str]
"""The outcome of each check and subject before the start."""


@dataclass(frozen=True)
class Recheck:
    """What was found: for a person, and as the preflight's own report."""

    text: str
    report: Mapping[str, Any]


def recheck_nodes(
    job: Job, nodes: Sequence[str], checks: Sequence[str], gate: Mapping[str, Any]
) -> Recheck:
    """Check `relevant_claims` now, within BUDGET_S and the logins' own time-outs.

    `gate` is the report that the start stood on. Never raises for what a node does.
    """
    claims = relevant_claims(job, nodes, checks)
    result = examine(job, claims, GatherOptions(budget=BUDGET_S))
    known = bool(_quick_checks(checks))
    text = describe_findings(result.findings, nodes, outcomes_by_check(gate), known=known)
    return Recheck(text, result.report)


def relevant_claims(job: Job, nodes: Collection[str], checks: Iterable[str]) -> list[Claim]:
    """The claims to ask: of those checks, or else the usual ones, what concerns these nodes.

    A claim about the head is asked whomever it concerns, one about a pair where either end is
    concerned. That the nodes can be logged in to is always asked.
    """
    usual = [check for check in CATALOGUE.values() if Tag.AFTER_FAILURE in check.tags]
    chosen = dict.fromkeys((LOGIN_CHECK, *(_quick_checks(checks) or usual)))
    return [
        claim
        for claim in claims_of(chosen, job)
        if claim.check.over in (Over.HEAD, Over.CLUSTER) or set(claim.subject) & set(nodes)
    ]


def _quick_checks(names: Iterable[str]) -> list[Check]:
    """Those that neither load the nodes nor wait: somebody waits for the reason."""
    checks = [CATALOGUE[name] for name in names if name in CATALOGUE]
    return [check for check in checks if not (check.heavy or check.late)]


def outcomes_by_check(gate: Mapping[str, Any]) -> OutcomesBefore:
    """What a report says of each check and subject."""
    entries = gate.get("findings", ())
    return {(entry["check"], tuple(entry["subject"])): entry["outcome"] for entry in entries}


def describe_findings(
    findings: Sequence[Finding], nodes: Sequence[str], before: OutcomesBefore, *, known: bool
) -> str:
    """What failed, each with its fix; then what passed.

    Of the usual checks a warning that was there before the start is not shown again.
    """
    failed = [
        finding
        for finding in findings
        if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
        and (known or finding.stops or before.get((finding.check, finding.subject)) != "fail")
    ]
    lines = [f"checked {fold_names(nodes)} again:"]
    for group in group_findings(failed):
        passed_before = before.get((group.first.check, group.first.subject)) == "pass"
        text = describe_group(group, "passed before the start" if passed_before else "")
        lines += render_lines(finding_lines(text, terminal_width()), colour=False)
    passed = dict.fromkeys(finding.check for finding in findings if finding.outcome is Outcome.PASS)
    for finding in failed:
        passed.pop(finding.check, None)
    if passed:
        lines.append(f"  √ passed: {', '.join(passed)}")
    return "\n".join(lines)
