"""Groups of nodes that reach their own and not the others: a rack, a subnet, two halves.

Found in the matrix itself, as islands of nodes that reach one another both ways, and tried for the
nodes of each network as well, whose islands a stray pair would join.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from checks.outliers.pair_matrix import Matrix, Pair

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
        """Whether it tells what `other` tells already."""
        ends = {self.nodes, self.others}
        return ends == {other.nodes, other.others} or self.pairs <= other.pairs


def find_cuts(matrix: Matrix) -> list[Cut]:
    """The cuts between groups of two nodes or more; the smaller group, or the later, is named.

    Empty where groups do not explain most of what failed.
    """
    if not matrix.failed:
        return []
    for groups in (_connected_groups(matrix), _network_groups(matrix)):
        found = _cuts_between(matrix, [group for group in groups if len(group) > 1])
        explained = frozenset(pair for cut in found for pair in cut.pairs) & matrix.failed
        if found and len(explained) * 2 > len(matrix.failed):
            return found
    return []


def _cuts_between(matrix: Matrix, groups: Sequence[tuple[str, ...]]) -> list[Cut]:
    whole = [group for group in groups if _failed_share(matrix, group, group) <= 1 - CUT_SHARE]
    found: list[Cut] = []
    for group in sorted(whole, key=lambda one: (-len(one), matrix.nodes.index(one[0])))[1:]:
        for out, into in ((True, True), (True, False), (False, True)):
            others = [
                one
                for one in whole
                if one is not group
                and (_failed_share(matrix, group, one) >= CUT_SHARE) is out
                and (_failed_share(matrix, one, group) >= CUT_SHARE) is into
            ]
            if others:
                found.append(_build_cut(matrix, group, others, out=out, into=into))
    return found


def _build_cut(
    matrix: Matrix,
    group: tuple[str, ...],
    others: Iterable[tuple[str, ...]],
    *,
    out: bool,
    into: bool,
) -> Cut:
    rest = tuple(name for one in others for name in one)
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
    """The nodes of each /24 or /64, as far as their addresses are told."""
    of = {name: common_network(matrix.addresses, [name]) for name in matrix.nodes}
    return _join_near(matrix.nodes, lambda a, b: bool(of[a]) and of[a] == of[b])


def _join_near(names: Sequence[str], near: Callable[[str, str], bool]) -> list[tuple[str, ...]]:
    """The names in groups of those that are near to any of their group, in their order."""
    left, groups = dict.fromkeys(names), []
    while left:
        group, edge = set(), [next(iter(left))]
        while edge:
            one = edge.pop()
            group.add(one)
            del left[one]
            new = [name for name in left if near(one, name) and name not in edge]
            edge += new
        groups.append(tuple(name for name in names if name in group))
    return groups


def common_network(addresses: Mapping[str, str], names: Iterable[str]) -> str:
    """The one network of all these nodes' addresses; empty where there is none or none is told."""
    seen = set()
    for name in names:
        try:
            address = ipaddress.ip_address(addresses.get(name, ""))
        except ValueError:
            continue
        seen.add(ipaddress.ip_network((address, 24 if address.version == 4 else 64), strict=False))
    return str(seen.pop()) if len(seen) == 1 else ""
