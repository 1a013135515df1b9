"""Whose packets are lost: the fewest nodes that explain it, and nobody by chance."""

from __future__ import annotations

import itertools

import pytest

from checks.areas.collective.packet_loss import _lossy_nodes
from checks.facts import ClusterView
from checks.facts.pairs import Pairs, PairSpeed
from tests.support.snapshots import snapshot, with_fact


def lossy(nodes, lost):
    """The nodes named where `lost` has what was sent again of 200 packets, by ordered pair."""
    found = snapshot(nodes)
    for source in nodes:
        measured = {
            target: PairSpeed(1.0, 1.0, 50.0, 1, 100, lost.get((source, target), 0))
            for target in nodes
            if target != source
        }
        with_fact(found, source, Pairs(measured))
    return list(_lossy_nodes(ClusterView(found)))


THREE = ("node1", "node2", "node3")


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ({}, []),
        ({("node1", "node3"): 9, ("node3", "node2"): 8, ("node1", "node2"): 1}, ["node3"]),
        ({("node1", "node3"): 30}, []),
        ({("node1", "node3"): 1, ("node2", "node3"): 1}, []),
        ({("node1", "node3"): 2, ("node2", "node3"): 2}, []),
        ({("node1", "node3"): 5, ("node2", "node3"): 4}, ["node3"]),
    ],
)
def test_who_is_named(lost, named):
    assert lossy(THREE, lost) == named


def test_of_two_nobody_can_say_which():
    assert lossy(("node1", "node2"), {("node1", "node2"): 9}) == ["node1", "node2"]


def test_two_of_six_are_found_apart():
    nodes = tuple(f"node{number}" for number in range(1, 7))
    lost = {pair: 6 for pair in itertools.permutations(nodes, 2) if {"node2", "node5"} & {*pair}}
    assert set(lossy(nodes, lost)) == {"node2", "node5"}
