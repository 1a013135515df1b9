"""What most nodes have: the cluster is its own yardstick, and no catalogue of right values is.

Three questions, three answers. `majority_value`: what should this node have, where each has
something? `strict_majority`: is there anything that most have, where some cannot say?
`most_common_value`: what do the *other* nodes have, where less is worse?
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

N = TypeVar("N", int, float)
T = TypeVar("T", bound=Hashable)

MIN_COMPARABLE = 3
"""So many measurements make a median; of two nobody knows which one is wrong."""


def majority_value(values: Mapping[str, T], head: str) -> T:
    """The value that most nodes have; on a tie the head's if it is among them, else the first.

    `values` are by node name and not empty.
    """
    counts = Counter(values.values())
    most = max(counts.values())
    leading = [value for value, count in counts.items() if count == most]
    return values[head] if head in values and values[head] in leading else leading[0]


def majority_within(values: Mapping[str, float], head: str, tolerance: float) -> float:
    """`majority_value` of measurements: the one that most are near, by a share of it."""

    counts = Counter(values.values())

    def count_near(value: float) -> int:
        near = (number for number in counts if abs(number - value) <= tolerance * value)
        return sum(counts[number] for number in near)

    most = max(map(count_near, counts))
    leading = [value for value in counts if count_near(value) == most]
    return values[head] if values.get(head) in leading else leading[0]


def strict_majority(values: Iterable[T | None]) -> T | None:
    """The value that more than half have of those that are not None; None where there is none."""
    counts = Counter(value for value in values if value is not None)
    value, count = counts.most_common(1)[0] if counts else (None, 0)
    return value if 2 * count > counts.total() else None


def most_common_value(values: Iterable[N]) -> N:
    """The number that most have, the largest of them on a tie; 0 where there are none."""
    counts = Counter(values)
    return max(counts, key=lambda value: (counts[value], value), default=0)


def nodes_with_value(values: Mapping[str, T], value: T) -> list[str]:
    """The nodes that have that value, in the mapping's order."""
    return [node for node, has in values.items() if has == value]


def median_of_enough(values: Collection[float]) -> float | None:
    """The median of three values or more; None of fewer."""
    return statistics.median(values) if len(values) >= MIN_COMPARABLE else None


def middle_node(values: Mapping[str, float], head: str) -> str:
    """The node with the median; of two in the middle the one whose value is nearer the head's.

    `values` are by node name and not empty.
    """
    ordered = sorted(values, key=values.__getitem__)
    middle = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    reference = values.get(head, values[middle[0]])
    return min(middle, key=lambda node: abs(values[node] - reference))
