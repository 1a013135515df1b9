"""Four ranks on two nodes, as far as what watches a run asks its plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Named:
    """A node's name, as a plan has it."""

    name: str


class Planned:
    """Four ranks on two nodes."""

    nodes = (Named("node1"), Named("node2"))
    ranks = range(4)
    train = ("train.py", "--steps", "100")

    def ranks_of(self, node):
        return {"node1": (0, 1), "node2": (2, 3)}[node]
