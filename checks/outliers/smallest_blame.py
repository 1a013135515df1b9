"""Which nodes explain the bad pairs of a matrix: the fewest that can. Pure.

Each ordered pair has two ends, the node that sends and the node that receives. A node at fault
fails with nearly all of its peers, so its end has nearly all of its pairs bad, while each healthy
end that met it has one bad pair. Finding the fewest ends that cover all bad pairs is a set cover,
which is solved greedily: blame the end that most of the pairs still unexplained have in common,
take its pairs away, repeat until no end explains two. With few faults that is the fewest: the
pairs that two faulty ends share are at most one, so neither can hide the other.

For example `a→c`, `b→c` and `d→c` fail out of all twelve pairs of a, b, c and d. What c receives
explains three of three; what a sends explains one of three, and is left alone once c's are gone.

Where more than half of the nodes would be blamed, nothing speaks against single nodes: it is a
rule, or a network, that all share. Then nobody is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from checks.outliers.pair_matrix import Matrix, Pair

LinkEnd = tuple[str, int]
"""A node and 0 for what it sends, 1 for what it receives."""
MIN_BAD_PAIRS = 2
"""So many bad pairs speak of a node rather than of a pair."""


def blamed_ends(
    matrix: Matrix, explained: Collection[Pair], is_bad: Callable[[int, int], bool]
) -> dict[LinkEnd, frozenset[Pair]]:
    """The ends at fault and the failed pairs that each explains, the greatest first.

    `explained` are pairs that something else explains, a cut for instance: they speak neither for
    a node nor against it. `is_bad` is given how many of an end's pairs failed and were asked.
    """
    asked, failed = matrix.asked - {*explained}, matrix.failed - {*explained}
    asked_at, failed_at = _count_by_end(asked), _count_by_end(failed)
    ends, left = dict[LinkEnd, frozenset[Pair]](), failed
    while left:
        left_at = _count_by_end(left)
        bad = [
            end
            for end, count in left_at.items()
            if count >= MIN_BAD_PAIRS and is_bad(failed_at[end], asked_at[end])
        ]
        if not bad:
            break
        name, way = worst = max(bad, key=lambda end: (left_at[end], end[1], end[0]))
        ends[worst] = frozenset(pair for pair in left if pair[way] == name)
        left -= ends[worst]
    return ends if 2 * len({name for name, _ in ends}) <= len(matrix.nodes) else {}


def _count_by_end(pairs: Iterable[Pair]) -> Counter[LinkEnd]:
    return Counter((pair[way], way) for pair in pairs for way in (0, 1))
