"""Who is to blame where a matrix of pairs shows it: one bad node fails many pairs, and few others.

The smallest explanation is sought greedily: the node and direction that explain most failed
pairs come first, until what is left stands out nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checks.model import Finding, Outcome

Pair = tuple[str, str]

_WORDS = {
    ("ssh", 1): "{n} of {of} peers cannot log in to it",
    ("ssh", 0): "it cannot log in to {n} of {of} peers",
    ("ports", 1): "{n} of {of} peers cannot reach it",
    ("ports", 0): "it cannot reach {n} of {of} peers",
}
LEAST = 2
"""The fewest failed pairs that speak of a node rather than of a pair."""


def blame(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """`{node, because}` for each node that explains failures; empty where nobody stands out."""
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        if finding.area == "reach" and finding.stops and len(finding.subject) == 1:
            reasons.setdefault(finding.subject[0], []).append(_unreached(finding))
    for area in ("ports", "ssh"):
        for node, because in _of_area(area, findings):
            reasons.setdefault(node, []).append(because)
    return [{"node": node, "because": "; ".join(why)} for node, why in reasons.items()]


def _unreached(finding: Finding) -> str:
    cause = f" ({finding.cause})" if finding.cause else ""
    return f"it was not reached{cause}"


def _of_area(area: str, findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """The explanations of one area's matrix; none where more than half of the nodes would be."""
    asked: set[Pair] = set()
    failed: set[Pair] = set()
    for finding in findings:
        pair = finding.subject
        if finding.area == area and len(pair) == 2 and pair[0] != pair[1]:
            if finding.outcome is not Outcome.SKIP:
                asked.add((pair[0], pair[1]))
            if finding.outcome is Outcome.FAIL:
                failed.add((pair[0], pair[1]))
    found = _explained(failed, asked)
    everybody = {name for pair in asked for name in pair}
    if len({node for node, _, _, _ in found}) * 2 > len(everybody):
        return []
    return [(node, _WORDS[area, end].format(n=n, of=of)) for node, end, n, of in found]


def _explained(failed: set[Pair], asked: set[Pair]) -> list[tuple[str, int, int, int]]:
    """(node, end, failed pairs, asked pairs), the greatest explanation first.

    An end explains when at least two of its pairs failed, and more than half of those asked.
    """
    totals = _by_end(asked)
    counts = _by_end(failed)
    left, found = set(failed), []
    while left:
        rest = _by_end(left)
        able = [
            end
            for end in rest
            if counts[end] >= LEAST and counts[end] * 2 > totals[end] and rest[end] >= LEAST
        ]
        if not able:
            break
        node, at = max(able, key=lambda end: (rest[end], end[1]))
        found.append((node, at, counts[node, at], totals[node, at]))
        left = {pair for pair in left if pair[at] != node}
    return found


def _by_end(pairs: Iterable[Pair]) -> dict[tuple[str, int], int]:
    """How many of the pairs have a node as source (0), or as target (1)."""
    counts: dict[tuple[str, int], int] = {}
    for pair in pairs:
        for end in (0, 1):
            counts[pair[end], end] = counts.get((pair[end], end), 0) + 1
    return counts
