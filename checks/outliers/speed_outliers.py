"""What is slow and what is far in a table of pairs: against the others, never against a catalogue.

Published figures for the same machine differ by two; the rest of the same cluster does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from checks.facts.pairs import SpeedTable
from checks.outliers.network_cuts import Cut, find_cuts
from checks.outliers.pair_matrix import Matrix, Pair
from checks.outliers.smallest_blame import LinkEnd, blamed_ends
from checks.quick_dataclass import dataclass

SLOW_SHARE = 1 / 3
"""The share of the reference below which a pair is slow; what a busy core costs stays above."""
FAR_RATIO, FAR_US = 5.0, 500.0
"""Latency is far beyond both: a second switch costs microseconds, not half a millisecond."""
BAD_END_SHARE = 0.8
"""The share of an end's pairs that must be bad for the node to be the reason."""


def reference_speed(table: SpeedTable) -> float:
    """Gbit/s that the fastest quarter of the pairs reaches.

    Not the median: with three nodes, four of the six pairs are those of a single bad one.
    """
    return _value_at_share([speed.best_gbit_s for speed in table.values()], 0.75)


def sustained_speed(table: SpeedTable) -> float:
    """Gbit/s that the fastest quarter reaches over the whole time, as other tools measure it."""
    return _value_at_share([speed.gbit_s for speed in table.values()], 0.75)


def fastest_pair(table: SpeedTable) -> Pair | None:
    """The pair with the highest speed; None where nothing was measured."""
    return max(table, key=lambda pair: table[pair].best_gbit_s, default=None)


def slowest_pair(table: SpeedTable) -> Pair | None:
    """The pair with the lowest speed; None where nothing was measured."""
    return min(table, key=lambda pair: table[pair].gbit_s, default=None)


def reference_latency(table: SpeedTable) -> float:
    """Round trip in µs that the nearest quarter of the pairs stays below."""
    return _value_at_share([speed.latency_us for speed in table.values()], 0.25)


def _value_at_share(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1) + 0.5)] if values else 0.0


def slow_pairs(table: SpeedTable) -> frozenset[Pair]:
    """The pairs far below the reference."""
    least = reference_speed(table) * SLOW_SHARE
    return frozenset(pair for pair, speed in table.items() if speed.best_gbit_s < least)


def distant_pairs(table: SpeedTable) -> frozenset[Pair]:
    """The pairs whose round trip is far above what others need."""
    near = reference_latency(table)
    most = max(near * FAR_RATIO, near + FAR_US)
    return frozenset(pair for pair, speed in table.items() if speed.latency_us > most)


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
        return tuple(way for way in (0, 1) if (node, way) in self.ends)

    @property
    def cut(self) -> frozenset[Pair]:
        """The pairs between groups of which one is cut off."""
        return frozenset(pair for cut in self.cuts for pair in cut.pairs)


def explain_bad_pairs(table: SpeedTable, bad: frozenset[Pair]) -> Explanation:
    """The smallest explanation: cuts between groups, then ends of nodes, then pairs.

    Only what was bad more than once counts.
    """
    once = frozenset(pair for pair in bad if table[pair].times == 1)
    nodes = tuple(dict.fromkeys(name for pair in table for name in pair))
    matrix = Matrix("", nodes, frozenset(table.keys() - once), bad - once, {}, {})
    cuts = tuple(find_cuts(matrix))
    cut = {pair for cut in cuts for pair in cut.pairs}
    ends = blamed_ends(matrix, cut, _is_bad_end)
    lone = frozenset(
        (source, target)
        for source, target in once - cut
        if not {(source, 0), (target, 1)} & ends.keys()
    )
    return Explanation(ends, cuts, matrix.failed - cut - {*chain(*ends.values())}, lone)


def _is_bad_end(bad: int, measured: int) -> bool:
    return bad >= BAD_END_SHARE * measured
