"""Which claims become which pytest items: pure, so that a thousand nodes can be tried on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from checks.check import Check, Claim, Question
from checks.folded_names import fold_names
from checks.model import Finding, Job, Outcome
from checks.quick_dataclass import dataclass

PAIR_LIMIT = 64
"""The most nodes with an item for each ordered pair; above, one item for each source."""


@dataclass(frozen=True, slots=True)
class PreflightItem(Question):
    """What one pytest item asks; `by_source` where it stands for all pairs of their source."""

    by_source: bool = False

    @property
    def id(self) -> str:
        """What stands between the item's brackets."""
        subject = self.subjects[0]
        return Claim(self.check, subject[:1] if self.by_source else subject).id


def preflight_items(checks: Iterable[Check], job: Job) -> list[PreflightItem]:
    """One item for each claim; above PAIR_LIMIT nodes a source's pairs share one."""
    items: list[PreflightItem] = []
    for check in checks:
        subjects = check.over.subjects(job)
        if check.over.scope == "pair" and len(job.nodes) > PAIR_LIMIT:
            rows: dict[str, list[tuple[str, ...]]] = {}
            for subject in subjects:
                rows.setdefault(subject[0], []).append(subject)
            items += [PreflightItem(check, row, by_source=True) for row in rows.values()]
        else:
            items += [PreflightItem(check, (subject,)) for subject in subjects]
    return items


def finding_of_item(findings: Sequence[Finding]) -> Finding:
    """The finding of an item: its only one, or the gravest of a source's with all like it named.

    The subject of such a row is its source alone; the JSON report still has every pair.
    """
    if len(findings) == 1:
        return findings[0]
    worst = max(findings, key=_finding_gravity)
    alike = [other for other in findings if _finding_gravity(other) == _finding_gravity(worst)]
    untried = [finding for finding in alike if finding.is_untried]
    if untried and len(untried) < len(alike):
        return _partly_tried_row(worst, alike, untried)
    targets = fold_names(finding.subject[1] for finding in alike)
    which = f"{len(alike)} of {len(findings)} targets ({targets})"
    message = f"{which}: {worst.message}" if worst.message else which
    return replace(worst, subject=worst.subject[:1], message=message)


def _partly_tried_row(
    first: Finding, passed: Sequence[Finding], untried: Sequence[Finding]
) -> Finding:
    """Where nothing is wrong: what was tried, and what only follows from the data."""
    tried = fold_names(finding.subject[1] for finding in passed if not finding.is_untried)
    message = f"tried: {tried}; {len(untried)} others {untried[0].message}"
    return replace(first, subject=first.subject[:1], message=message)


def _finding_gravity(finding: Finding) -> tuple[bool, int]:
    order = (Outcome.SKIP, Outcome.PASS, Outcome.UNKNOWN, Outcome.FAIL)
    return finding.stops, order.index(finding.outcome)


def narrowed_nodes(claims: Iterable[Claim], job: Job) -> set[str]:
    """The nodes to which a selection was narrowed; empty where it was not narrowed by node.

    It was, where a check about single nodes is asked of some of its nodes and not of others.
    """
    kept: dict[Check, set[str]] = {}
    for claim in claims:
        if claim.check.over.scope == "node":
            kept.setdefault(claim.check, set()).add(claim.subject[0])
    some = (nodes for check, nodes in kept.items() if len(nodes) < len(check.over.subjects(job)))
    return set().union(*some)


def leaves_nodes(item: PreflightItem, nodes: set[str]) -> bool:
    """Whether a pair of this item has one end among `nodes` and the other outside."""
    pairs = (subject for subject in item.subjects if len(subject) == 2)
    return any((source in nodes) != (target in nodes) for source, target in pairs)
