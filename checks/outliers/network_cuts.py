"""Groups of nodes that reach their own and not the others: a rack, a subnet, two halves.

Where a switch or a VLAN between two racks of eight is down, 128 pairs fail and no node is worse
than another, so blame by node would accuse all or none. The groups show in the matrix: draw an edge
between two nodes that reach each other both ways, and each rack is a connected component, since
between two components no pair holds both ways. Where both hold inside (nine tenths of their pairs)
and fail between (nine tenths again), the way between them is at fault: out, in, or both.

One stray pair that holds across a cut would join both components. The nodes of each network are
tried as groups as well, and whichever explains more than half of all failures is taken. Single
nodes are no group: that is what smallest_blame.py is for.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence

from checks.outliers.pair_matrix import Matrix, Pair
from checks.quick_dataclass import dataclass

CUT_SHARE = 0.9
"""The share of a direction's pairs that fails where it is cut; the same share holds inside."""


@dataclass(frozen=True)
class Cut:
    """`nodes` are cut off from `others`: `out` as callers, `into` as those who are called."""

    nodes: tuple[str, ...]
    others: tuple[str, ...]
    out: bool
    into: bool
    pairs: frozenset[Pair]
    between: str

    def is_covered_by(self, other: Cut) -> bool:
        """Whether `other` says the same, or all of it and more."""
        ends = {self.nodes, self.others}
        return ends == {other.nodes, other.others} or self.pairs <= other.pairs


def find_cuts(matrix: Matrix) -> list[Cut]:
    """The cuts between groups of two nodes or more; the smaller group, or the later, is named.

    Empty where groups do not explain most of what failed.
    """
    if not matrix.failed:
        return []
    for groups in (_connected_groups(matrix), _network_groups(matrix)):
        cuts = _cuts_between(matrix, [group for group in groups if len(group) > 1])
        explained = frozenset(pair for cut in cuts for pair in cut.pairs) & matrix.failed
        if cuts and len(explained) * 2 > len(matrix.failed):
            return cuts
    return []


def _cuts_between(matrix: Matrix, groups: Sequence[tuple[str, ...]]) -> list[Cut]:
    whole = [group for group in groups if _failed_share(matrix, group, group) <= 1 - CUT_SHARE]
    cuts: list[Cut] = []
    for group in sorted(whole, key=lambda names: (-len(names), matrix.nodes.index(names[0])))[1:]:
        for out, into in ((True, True), (True, False), (False, True)):
            others = [
                other
                for other in whole
                if other is not group
                and (_failed_share(matrix, group, other) >= CUT_SHARE) is out
                and (_failed_share(matrix, other, group) >= CUT_SHARE) is into
            ]
            if others:
                cuts.append(_build_cut(matrix, group, others, out=out, into=into))
    return cuts


def _build_cut(
    matrix: Matrix,
    group: tuple[str, ...],
    others: Iterable[tuple[str, ...]],
    *,
    out: bool,
    into: bool,
) -> Cut:
    rest = tuple(name for other in others for name in other)
    pairs = {(a, b) for a in group for b in rest if out}
    pairs |= {(b, a) for a in group for b in rest if into}
    here, there = (common_network(matrix.addresses, names) for names in (group, rest))
    between = f"{here} and {there}" if here and there and here != there else "them"
    return Cut(group, rest, out, into, frozenset(pairs), between)


def _failed_share(matrix: Matrix, sources: Iterable[str], targets: Sequence[str]) -> float:
    """Which part of the pairs asked failed; 0 where none was asked."""
    pairs = {(source, target) for source in sources for target in targets} & matrix.asked
    return len(pairs & matrix.failed) / len(pairs) if pairs else 0.0


def _connected_groups(matrix: Matrix) -> list[tuple[str, ...]]:
    """Nodes joined by pairs that hold both ways, where both were asked."""
    holds = matrix.asked - matrix.failed
    joined = {pair for pair in holds if pair[::-1] in holds or pair[::-1] not in matrix.asked}
    return _join_near(matrix.nodes, lambda a, b: (a, b) in joined or (b, a) in joined)


def _network_groups(matrix: Matrix) -> list[tuple[str, ...]]:
    """The nodes of each /24 or /64, as far as their addresses are known."""
    networks = {name: common_network(matrix.addresses, [name]) for name in matrix.nodes}
    return _join_near(matrix.nodes, lambda a, b: bool(networks[a]) and networks[a] == networks[b])


def _join_near(names: Sequence[str], near: Callable[[str, str], bool]) -> list[tuple[str, ...]]:
    """The names in groups of those that are near to any of their group, in their order."""
    left, groups = dict.fromkeys(names), []
    while left:
        group, edge = set(), [next(iter(left))]
        while edge:
            name = edge.pop()
            group.add(name)
            del left[name]
            edge += [other for other in left if near(name, other) and other not in edge]
        groups.append(tuple(name for name in names if name in group))
    return groups


def common_network(addresses: Mapping[str, str], names: Iterable[str]) -> str:
    """The one network of all these nodes' addresses; empty where there is none or none is known."""
    networks = set()
    for name in names:
        try:
            address = ipaddress.ip_address(addresses.get(name, ""))
        except ValueError:
            continue
        networks.add(
            ipaddress.ip_network((address, 24 if address.version == 4 else 64), strict=False)
        )
    return str(networks.pop()) if len(networks) == 1 else ""
