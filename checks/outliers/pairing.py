"""Who meets whom in which round, so that no node is in two pairs of a round.

All pairs of a round are measured side by side and none disturbs another. `pair_rounds` is the
circle method, by which a league plays its season: the nodes sit round a table, each faces the one
opposite, and after each round all but the first move on by one seat. Any two face each other once,
so n nodes need n−1 rounds for their n(n−1)/2 pairs, the fewest possible. Four nodes play
`ad bc`, `ac db`, `ab cd`. Of an odd number, whoever faces the empty seat has the round off.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from checks.outliers.pair_matrix import Pair

FULL_MESH_NODES = 64
"""Up to so many nodes everyone meets everyone; beyond, a sample of rounds."""
MIN_SAMPLED_ROUNDS = 4


def pair_rounds(names: Sequence[str]) -> list[list[Pair]]:
    """Disjoint pairs that meet, round by round; each two nodes meet in one round.

    n−1 rounds, or n where n is odd and each node has a round off.
    """
    circle: list[str | None] = [*names, *([None] * (len(names) % 2))]
    rounds = []
    for _ in range(len(circle) - 1):
        half = len(circle) // 2
        facing = zip(circle[:half], reversed(circle[half:]), strict=True)
        rounds.append([(a, b) for a, b in facing if a is not None and b is not None])
        circle[1:] = [circle[-1], *circle[1:-1]]
    return rounds


def sample_rounds(
    rounds: Sequence[list[Pair]], nodes: int, most: float = FULL_MESH_NODES
) -> list[list[Pair]]:
    """All rounds up to `most` nodes; else log₂ n and a few of them, evenly spread."""
    count = len(rounds)
    if nodes > most:
        count = min(count, math.ceil(math.log2(nodes)) + MIN_SAMPLED_ROUNDS)
    return [rounds[index * len(rounds) // count] for index in range(count)]


def sampled_pairs(names: Sequence[str], most: float) -> frozenset[Pair] | None:
    """The ordered pairs of such a sample, in both directions; None where all pairs meet."""
    if len(names) <= most:
        return None
    rounds = sample_rounds(pair_rounds(names), len(names), most)
    return frozenset(way for meeting in rounds for a, b in meeting for way in ((a, b), (b, a)))


def disjoint_rounds(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Any ordered pairs in rounds in which no node is in two: each in the first that has room."""
    rounds: list[list[Pair]] = []
    busy: list[set[str]] = []
    for pair in pairs:
        index = next((i for i, nodes in enumerate(busy) if _is_free(pair, nodes)), len(busy))
        if index == len(busy):
            rounds.append([])
            busy.append(set())
        rounds[index].append(pair)
        busy[index].update(pair)
    return rounds


def _is_free(pair: Pair, busy: Collection[str]) -> bool:
    return not any(node in busy for node in pair)
