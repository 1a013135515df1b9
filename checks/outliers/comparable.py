"""Which nodes should be alike: those that were given the same GPUs and as many ranks."""

from __future__ import annotations

from checks.facts import Fact, NodeView
from checks.facts.gpus import Gpus


def comparable_nodes(node: NodeView, *facts: type[Fact]) -> list[NodeView]:
    """The nodes that answered about `facts` and have this one's GPUs and slots; itself too."""
    kind = _node_kind(node)
    return [peer for peer in node.cluster.nodes_with(*facts) if _node_kind(peer) == kind]


def _node_kind(node: NodeView) -> tuple[object, ...]:
    models = [gpu.name for gpu in node.read(Gpus).gpus] if node.has(Gpus) else []
    return (node.node.slots, *sorted(models))
