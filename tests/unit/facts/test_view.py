"""What a node's view says of the others."""

from __future__ import annotations

import pytest

from checks.facts import ClusterView, Login
from tests.support.snapshots import snapshot, with_fact


@pytest.mark.parametrize(
    ("nodes", "down", "words"),
    [(3, (), "most nodes"), (2, (), "node1"), (3, ("node3",), "node1"), (1, (), "most nodes")],
)
def test_of_two_nodes_the_other_is_named_for_most(nodes, down, words):
    names = ("node1", "node2", "node3")[:nodes]
    snap = snapshot(names)
    for name in down:
        with_fact(snap, name, Login(reached=False, cause="refused"))
    assert ClusterView(snap)[names[min(nodes, 2) - 1]].most_nodes == words
