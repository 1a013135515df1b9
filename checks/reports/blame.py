"""Who is to blame where a matrix of pairs shows it: one bad node fails many pairs, and few others.

Each pair check is a matrix. The smallest explanation is sought: first whether the nodes fall into
groups that cannot reach one another, a cut between racks or networks; then greedily the node and
direction that explain most of the failed pairs left, until what is left stands out nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks.folded_names import fold_names
from checks.model import Finding, Outcome
from checks.outliers.network_cuts import Cut, find_cuts
from checks.outliers.pair_matrix import Matrix, area_of, pair_matrices

MIN_FAILED_PAIRS = 2
"""The fewest failed pairs that speak of a node rather than of a pair."""

MASTER_PORT_CHECK = "ports.master-port-is-reachable"

_REASON_TEXTS = {
    (MASTER_PORT_CHECK, 1): "{n} of {of} peers cannot reach its master port",
    ("ssh", 1): "{n} of {of} peers cannot log in to it",
    ("ssh", 0): "it cannot log in to {n} of {of} peers",
    ("ports", 1): "{n} of {of} peers cannot reach it",
    ("ports", 0): "it cannot reach {n} of {of} peers",
    ("collective.links-are-alike", 1): "{n} of {of} nodes send to it slowly",
    ("collective.links-are-alike", 0): "it sends slowly to {n} of {of} nodes",
    ("", 1): "{n} of {of} pairs towards it fail {check}",
    ("", 0): "{n} of {of} pairs from it fail {check}",
}
_SPEED_CHECKS = tuple(
    f"collective.{claim}"
    for claim in ("bandwidth-is-alike", "latency-is-alike", "no-group-is-slow-to-reach")
)
"""These look at all pairs themselves, and name the node or the group."""
_SPEED_REASONS = {
    "slow-out": "it sends slowly to all others",
    "slow-in": "it receives slowly from all others",
    "slow": "it sends and receives slowly",
    "crawls": "next to nothing passes between it and the others",
    "far": "it is far from all others",
    "slow-between-groups": "slow to and from the other nodes, not among themselves: an uplink",
}
_CUT_TEXTS = {
    (True, True): "cut off from {others}, both ways",
    (True, False): "cannot reach {others}, which can reach them",
    (False, True): "cannot be reached by {others}, which they can reach",
}


@dataclass(frozen=True)
class _BlameReason:
    """Why a node stands out: `end` 0 for what leaves it, 1 for what comes to it."""

    check: str
    node: str
    end: int
    n: int
    of: int
    cause: str = ""

    def __str__(self) -> str:
        keys = ((name, self.end) for name in (self.check, area_of(self.check), ""))
        words = next(_REASON_TEXTS[key] for key in keys if key in _REASON_TEXTS)
        said = words.format(n=self.n, of=self.of, check=self.check)
        return f"{said} ({self.cause})" if self.cause else said


def blamed_nodes(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """`{node, because}` for each node that explains failures; empty where nobody stands out."""
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        failed = finding.outcome is Outcome.FAIL and finding.stops
        if finding.area == "reach" and failed and len(finding.subject) == 1:
            reasons.setdefault(finding.subject[0], []).append(_unreached_text(finding))
        if finding.check in _SPEED_CHECKS and finding.outcome is Outcome.FAIL:
            for node in finding.subject or finding.evidence.get("nodes", ()):
                reasons.setdefault(node, []).append(_SPEED_REASONS[finding.cause])
    for node, because in _matrix_reasons(pair_matrices(findings)):
        reasons.setdefault(node, []).append(because)
    return [{"node": node, "because": "; ".join(why)} for node, why in reasons.items()]


def fold_blame(entries: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    """Folded nodes and why, one entry for each reason."""
    reasons: dict[str, list[str]] = {}
    for one in entries:
        reasons.setdefault(one["because"], []).append(one["node"])
    return [(fold_names(nodes), because) for because, nodes in reasons.items()]


def _unreached_text(finding: Finding) -> str:
    cause = f" ({finding.cause})" if finding.cause else ""
    return f"it was not reached{cause}"


def _matrix_reasons(found: Sequence[Matrix]) -> list[tuple[str, str]]:
    """What explains all matrices: what one has said already, no other repeats."""
    told: list[tuple[str, str]] = []
    severed: list[Cut] = []
    reasons: list[_BlameReason] = []
    for matrix in sorted(found, key=_matrix_order):
        new = [
            cut
            for cut in find_cuts(matrix)
            if not any(cut.is_covered_by(other) for other in severed)
        ]
        told += [(node, _cut_text(cut)) for cut in new for node in cut.nodes]
        severed += new
        crossing = {pair for cut in severed for pair in cut.pairs}
        for reason in _outlier_reasons(matrix, crossing):
            if not any((one.node, one.end) == (reason.node, reason.end) for one in reasons):
                reasons.append(reason)
    return told + [(one.node, _reason_text(one, found)) for one in reasons]


def _matrix_order(matrix: Matrix) -> int:
    """The most general first: who reaches no port logs in nowhere either."""
    order = ("ports", MASTER_PORT_CHECK, "ssh", matrix.area)
    return order.index(matrix.check if matrix.check == MASTER_PORT_CHECK else matrix.area)


def _cut_text(cut: Cut) -> str:
    words = _CUT_TEXTS[cut.out, cut.into].format(others=fold_names(cut.others))
    return f"{words}: a switch, a VLAN or a security group between {cut.between}"


def _reason_text(reason: _BlameReason, found: Iterable[Matrix]) -> str:
    """The reason; of a node whose ports answer while nobody logs in, that it is its sshd."""
    ports = [one for one in found if one.area == "ports"]
    towards = {pair for one in ports for pair in one.asked - one.failed if pair[1] == reason.node}
    if area_of(reason.check) == "ssh" and reason.end == 1 and len(towards) >= MIN_FAILED_PAIRS:
        return f"its sshd: {reason}, which can reach its ports"
    return str(reason)


def _outlier_reasons(matrix: Matrix, explained: set[tuple[str, str]]) -> list[_BlameReason]:
    """The nodes that explain the rest; none where more than half of all nodes would be."""
    found = _greedy_reasons(matrix, explained)
    if len({one.node for one in found}) * 2 > len(matrix.nodes):
        return []
    return found


def _greedy_reasons(matrix: Matrix, explained: set[tuple[str, str]]) -> list[_BlameReason]:
    """The greatest explanation first.

    An end explains when at least two of its pairs failed, and more than half of those asked.
    """
    totals, counts = _count_by_end(matrix.asked), _count_by_end(matrix.failed)
    left, found = matrix.failed - explained, []
    while left:
        rest = _count_by_end(left)
        able = [
            end
            for end in rest
            if counts[end] >= MIN_FAILED_PAIRS
            and counts[end] * 2 > totals[end]
            and rest[end] >= MIN_FAILED_PAIRS
        ]
        if not able:
            break
        node, at = max(able, key=lambda end: (rest[end], end[1], end[0]))
        mine = {pair for pair in left if pair[at] == node}
        cause = matrix.cause(mine)
        found.append(
            _BlameReason(matrix.check, node, at, counts[node, at], totals[node, at], cause)
        )
        left -= mine
    return found


def _count_by_end(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, int], int]:
    """How many of the pairs have a node as source (0), or as target (1)."""
    counts: dict[tuple[str, int], int] = {}
    for pair in pairs:
        for end in (0, 1):
            counts[pair[end], end] = counts.get((pair[end], end), 0) + 1
    return counts
