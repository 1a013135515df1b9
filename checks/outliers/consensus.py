"""Which of several nodes is apart: the cluster is its own yardstick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def majority_value(values: Mapping[str, T], head: str) -> T:
    """The value that most nodes have; on a tie the head's if it is among them, else the first.

    `values` are by node name and not empty.
    """
    counts = Counter(values.values())
    most = max(counts.values())
    leading = [value for value, count in counts.items() if count == most]
    return values[head] if head in values and values[head] in leading else leading[0]


def nodes_with_value(values: Mapping[str, T], value: T) -> list[str]:
    """The nodes that have that value, in the mapping's order."""
    return [node for node, has in values.items() if has == value]
