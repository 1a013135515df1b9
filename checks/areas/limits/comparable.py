"""Which nodes ought to be alike: those that were given the same GPUs and as many ranks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from checks.facts import Fact, NodeView
from checks.facts.gpus import Gpus

T = TypeVar("T")


def comparable_nodes(node: NodeView, *facts: type[Fact]) -> list[NodeView]:
    """The nodes that answered about `facts` and have this one's GPUs and slots; itself too."""
    mine = _node_kind(node)
    return [
        one
        for one in node.cluster.reached
        if _node_kind(one) == mine and all(one.has(fact) for fact in facts)
    ]


def _node_kind(node: NodeView) -> tuple[object, ...]:
    models = [gpu.name for gpu in node.read(Gpus).gpus] if node.has(Gpus) else []
    return (node.node.slots, *sorted(models))


def consensus_within(values: Mapping[str, float], head: str, tolerance: float) -> float:
    """The value that most others are near, by a share of it; on a tie the head's, else the first.

    `values` are by node name and not empty.
    """

    def near(value: float) -> int:
        return sum(abs(other - value) <= tolerance * value for other in values.values())

    most = max(map(near, values.values()))
    leading = [value for value in values.values() if near(value) == most]
    return values[head] if values.get(head) in leading else leading[0]


def values_by_node(nodes: list[NodeView], what: Callable[[NodeView], T]) -> dict[str, T]:
    """What each of the nodes has, by name."""
    return {node.name: what(node) for node in nodes}
