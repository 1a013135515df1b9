"""Who meets whom in which round: the circle method, by which a league plays its season.

All pairs of a round work side by side and no node is in two, so that none disturbs another; the
rounds grow with the nodes, the pairs with their square.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

FULL_MESH_NODES = 64
"""Up to so many nodes everyone meets everyone; beyond, a sample of rounds."""
MIN_SAMPLED_ROUNDS = 4

Pair = tuple[str, str]


def pair_rounds(names: Sequence[str]) -> list[list[Pair]]:
    """Disjoint pairs that meet, round by round; each two nodes meet in one round.

    n−1 rounds, or n where n is odd and each node has a round off.
    """
    circle: list[str | None] = [*names, *([None] * (len(names) % 2))]
    found = []
    for _ in range(len(circle) - 1):
        half = len(circle) // 2
        facing = zip(circle[:half], reversed(circle[half:]), strict=True)
        found.append([(a, b) for a, b in facing if a is not None and b is not None])
        circle[1:] = [circle[-1], *circle[1:-1]]
    return found


def sample_rounds(found: Sequence[list[Pair]], nodes: int) -> list[list[Pair]]:
    """All rounds up to ALL nodes; else log₂ n and FEWEST of them, evenly spread."""
    count = (
        min(len(found), math.ceil(math.log2(nodes)) + MIN_SAMPLED_ROUNDS)
        if nodes > FULL_MESH_NODES
        else len(found)
    )
    return [found[turn * len(found) // count] for turn in range(count)]


def disjoint_rounds(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Any ordered pairs in rounds in which no node is in two."""
    found: list[list[Pair]] = []
    busy: list[set[str]] = []
    for pair in pairs:
        turn = next((turn for turn, ends in enumerate(busy) if _is_free(pair, ends)), len(busy))
        if turn == len(busy):
            found.append([])
            busy.append(set())
        found[turn].append(pair)
        busy[turn].update(pair)
    return found


def _is_free(pair: Pair, ends: Collection[str]) -> bool:
    return not any(end in ends for end in pair)
