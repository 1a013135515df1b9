"""What is slow and what is far in a table of pairs: against the others, never against a catalogue.

Published figures for the same machine differ by two; the rest of the same cluster does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from checks.facts.pairs import SpeedTable
from checks.outliers.network_cuts import Cut, find_cuts
from checks.outliers.pair_matrix import Matrix

Pair = tuple[str, str]
LinkEnd = tuple[str, int]
"""A node and 0 for what it sends, 1 for what it receives."""

SLOW_SHARE = 1 / 3
"""The share of the reference below which a pair is slow; what a busy core costs stays above."""
FAR_RATIO, FAR_US = 5.0, 500.0
"""Latency is far beyond both: a second switch costs microseconds, not half a millisecond."""
BAD_END_SHARE = 0.8
"""The share of an end's pairs that must be bad for the node to be the reason."""
MIN_BAD_PAIRS = 2
"""So many bad pairs speak of a node rather than of a pair."""


def reference_speed(table: SpeedTable) -> float:
    """Gbit/s that the fastest quarter of the pairs reaches.

    Not the median: with three nodes, four of the six pairs are those of a single bad one.
    """
    return _value_at_share([one.best_gbit_s for one in table.values()], 0.75)


def sustained_speed(table: SpeedTable) -> float:
    """What that quarter reaches over the whole time: for people, who measure so themselves."""
    return _value_at_share([one.gbit_s for one in table.values()], 0.75)


def fastest_pair(table: SpeedTable) -> Pair | None:
    """The pair with the highest speed; None where nothing was measured."""
    return max(table, key=lambda pair: table[pair].best_gbit_s, default=None)


def slowest_pair(table: SpeedTable) -> Pair | None:
    """The pair with the lowest speed; None where nothing was measured."""
    return min(table, key=lambda pair: table[pair].gbit_s, default=None)


def reference_latency(table: SpeedTable) -> float:
    """Round trip in µs that the nearest quarter of the pairs stays below."""
    return _value_at_share([one.latency_us for one in table.values()], 0.25)


def _value_at_share(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1) + 0.5)] if values else 0.0


def slow_pairs(table: SpeedTable) -> frozenset[Pair]:
    """The pairs far below the reference."""
    least = reference_speed(table) * SLOW_SHARE
    return frozenset(pair for pair, one in table.items() if one.best_gbit_s < least)


def distant_pairs(table: SpeedTable) -> frozenset[Pair]:
    """The pairs whose round trip is far above what others need."""
    near = reference_latency(table)
    most = max(near * FAR_RATIO, near + FAR_US)
    return frozenset(pair for pair, one in table.items() if one.latency_us > most)


@dataclass(frozen=True)
class Explanation:
    """What explains the bad pairs: ends of nodes, cuts between groups, pairs by themselves.

    `once` are bad pairs that were measured only once and that nothing else explains.
    """

    ends: Mapping[LinkEnd, frozenset[Pair]]
    cuts: tuple[Cut, ...]
    pairs: frozenset[Pair]
    once: frozenset[Pair]

    def of(self, node: str) -> tuple[int, ...]:
        """The ends at which that node is the reason: 0 what it sends, 1 what it receives."""
        return tuple(at for at in (0, 1) if (node, at) in self.ends)

    @property
    def cut(self) -> frozenset[Pair]:
        """The pairs between groups of which one is cut off."""
        return frozenset(pair for cut in self.cuts for pair in cut.pairs)


def explain_bad_pairs(table: SpeedTable, bad: frozenset[Pair]) -> Explanation:
    """The smallest explanation: cuts between groups, then ends of nodes, then pairs.

    Only what was bad more than once counts. No end where they would be those of most nodes: that
    is no node's fault.
    """
    once = frozenset(pair for pair in bad if table[pair].times == 1)
    asked, sure = table.keys() - once, bad - once
    nodes = tuple(dict.fromkeys(name for pair in table for name in pair))
    found = tuple(find_cuts(Matrix("", nodes, frozenset(asked), sure, {}, {})))
    left = sure - {pair for cut in found for pair in cut.pairs}
    ends = _bad_ends(asked, left)
    if len({name for name, _ in ends}) * 2 > len(nodes):
        ends = {}
    explained = {pair for pairs in ends.values() for pair in pairs}
    lone = frozenset(p for p in once if not {(p[0], 0), (p[1], 1)} & ends.keys())
    lone -= {pair for cut in found for pair in cut.pairs}
    return Explanation(ends, found, left - explained, lone)


def _bad_ends(asked: Collection[Pair], bad: frozenset[Pair]) -> dict[LinkEnd, frozenset[Pair]]:
    left, ends = bad, dict[LinkEnd, frozenset[Pair]]()
    while found := _worst_end(asked, bad, left):
        ends[found] = _pairs_at(found, left)
        left -= ends[found]
    return ends


def _worst_end(
    asked: Collection[Pair], bad: Collection[Pair], left: Collection[Pair]
) -> LinkEnd | None:
    """The end with most of the bad pairs that are left, two at least, among ends bad throughout."""
    able: list[tuple[int, LinkEnd]] = []
    for end in dict.fromkeys((pair[at], at) for pair in sorted(left) for at in (0, 1)):
        mine = len(_pairs_at(end, left))
        if mine >= MIN_BAD_PAIRS and len(_pairs_at(end, bad)) >= BAD_END_SHARE * len(
            _pairs_at(end, asked)
        ):
            able.append((mine, end))
    return max(able)[1] if able else None


def _pairs_at(end: LinkEnd, pairs: Collection[Pair]) -> frozenset[Pair]:
    name, at = end
    return frozenset(pair for pair in pairs if pair[at] == name)
