"""Who is to blame where a matrix of pairs shows it: one bad node fails many pairs, and few others.

Each pair check is a matrix, and its smallest explanation is sought: first whether the nodes fall
into groups that cannot reach one another (outliers/network_cuts.py), then which nodes explain what
is left (outliers/smallest_blame.py). What a more general check has explained is not repeated: a
node that reaches no port logs in nowhere either, and is blamed for the ports alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checks.folded_names import fold_names
from checks.model import HERE, Finding, Outcome
from checks.outliers.network_cuts import Cut, find_cuts
from checks.outliers.pair_matrix import Matrix, Pair, area_of, pair_matrices
from checks.outliers.smallest_blame import MIN_BAD_PAIRS, LinkEnd, blamed_ends
from checks.quick_dataclass import dataclass

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
_PACKET_CAUSES = ("dropped", "no-route", "timeout")
"""A login that fails so met no sshd that refused it."""
_SPEED_CHECKS = tuple(
    f"collective.{claim}"
    for claim in ("bandwidth-is-alike", "latency-is-alike", "no-group-is-slow-to-reach")
)
"""These look at all pairs themselves, and name the node or the group."""
_SPEED_REASONS = {
    "slow-out": "it sends slowly to all others",
    "slow-in": "it receives slowly from all others",
    "slow": "it sends and receives slowly",
    "crawls": "almost no data passes between it and the others",
    "far": "it is far from all others",
    "slow-between-groups": "slow to and from the others, not among themselves: check the uplink",
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
            node, because = _unreached_reason(finding)
            reasons.setdefault(node, []).append(because)
        if finding.check in _SPEED_CHECKS and finding.outcome is Outcome.FAIL:
            for node in finding.subject or finding.evidence.get("nodes", ()):
                reasons.setdefault(node, []).append(_SPEED_REASONS[finding.cause])
    for node, because in _matrix_reasons(pair_matrices(findings)):
        reasons.setdefault(node, []).append(because)
    return [{"node": node, "because": "; ".join(why)} for node, why in reasons.items()]


def fold_blame(entries: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    """Folded nodes and why, one entry for each reason."""
    reasons: dict[str, list[str]] = {}
    for entry in entries:
        reasons.setdefault(entry["because"], []).append(entry["node"])
    return [(fold_names(nodes), because) for because, nodes in reasons.items()]


def _unreached_reason(finding: Finding) -> tuple[str, str]:
    """Who is to blame for a node that was not reached: another one, where that has its address."""
    node, on = finding.subject[0], finding.fix.on if finding.fix else ""
    if finding.cause == "wrong-host" and on not in ("", HERE, node):
        return on, f"it answers in the name of {node}"
    cause = f" ({finding.cause})" if finding.cause else ""
    return node, f"it could not be reached{cause}"


def _matrix_reasons(found: Sequence[Matrix]) -> list[tuple[str, str]]:
    """What explains all matrices: what one has said already, no other repeats."""
    reasons_by_node: list[tuple[str, str]] = []
    severed: list[Cut] = []
    reasons: list[_BlameReason] = []
    for matrix in sorted(found, key=_matrix_order):
        new = [
            cut
            for cut in find_cuts(matrix)
            if not any(cut.is_covered_by(other) for other in severed)
        ]
        reasons_by_node += [(node, _cut_text(cut)) for cut in new for node in cut.nodes]
        severed += new
        crossing = {pair for cut in severed for pair in cut.pairs}
        for reason in _outlier_reasons(matrix, crossing):
            if not any((known.node, known.end) == (reason.node, reason.end) for known in reasons):
                reasons.append(reason)
    return reasons_by_node + [(reason.node, _reason_text(reason, found)) for reason in reasons]


def _matrix_order(matrix: Matrix) -> int:
    """The most general first: who reaches no port logs in nowhere either."""
    order = ("ports", MASTER_PORT_CHECK, "ssh", matrix.area)
    return order.index(matrix.check if matrix.check == MASTER_PORT_CHECK else matrix.area)


def _cut_text(cut: Cut) -> str:
    words = _CUT_TEXTS[cut.out, cut.into].format(others=fold_names(cut.others))
    return f"{words}: check switches, VLANs and security groups between {cut.between}"


def _reason_text(reason: _BlameReason, found: Iterable[Matrix]) -> str:
    """The reason; of a node whose ports answer while nobody logs in, that it is its sshd,
    unless packets are lost: what its findings name may be no part of sshd."""
    ports = [matrix for matrix in found if matrix.area == "ports"]
    towards = {
        pair for port in ports for pair in port.asked - port.failed if pair[1] == reason.node
    }
    if area_of(reason.check) == "ssh" and reason.end == 1 and len(towards) >= MIN_BAD_PAIRS:
        advice = "" if reason.cause in _PACKET_CAUSES else ": check its sshd"
        return f"{reason} but can reach its ports{advice}"
    return str(reason)


def _outlier_reasons(matrix: Matrix, explained: set[Pair]) -> list[_BlameReason]:
    """The ends of nodes that explain what the cuts do not: most of their pairs failed."""
    return [
        _blame_reason(matrix, end, pairs)
        for end, pairs in blamed_ends(matrix, explained, _have_mostly_failed).items()
    ]


def _have_mostly_failed(failed: int, asked: int) -> bool:
    return 2 * failed > asked


def _blame_reason(matrix: Matrix, end: LinkEnd, pairs: frozenset[Pair]) -> _BlameReason:
    node, way = end
    failed, asked = (sum(pair[way] == node for pair in of) for of in (matrix.failed, matrix.asked))
    return _BlameReason(matrix.check, node, way, failed, asked, matrix.cause(pairs))
