"""Whose packets are lost: the fewest nodes that explain it, and nobody by chance."""

from __future__ import annotations

import itertools

import pytest

from checks.areas.collective.packet_loss import _lossy_nodes
from checks.facts import ClusterView
from checks.facts.pairs import Pairs, PairSpeed
from checks.model import Outcome
from tests.support.pair_speeds import measured
from tests.support.snapshots import judged, snapshot, with_fact


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


@pytest.mark.parametrize(
    ("lost", "outcome", "cause"), [(0, Outcome.PASS, ""), (6, Outcome.FAIL, "packets-lost")]
)
def test_the_node_that_loses_them_is_warned_of_alone(lost, outcome, cause):
    def speed(source, target):
        return PairSpeed(9.4, 9.5, 40.0, 1, 100, lost if "node3" in (source, target) else 0)

    found = judged(measured(speed), "collective.no-node-loses-packets")
    assert (found["node3",].outcome, found["node3",].cause) == (outcome, cause)
    assert not found["node3",].stops
    assert {found[name,].outcome for name in ("node1", "node2", "node4")} == {Outcome.PASS}


def test_of_two_nobody_can_say_which():
    assert lossy(("node1", "node2"), {("node1", "node2"): 9}) == ["node1", "node2"]


def test_two_of_six_are_found_apart():
    nodes = tuple(f"node{number}" for number in range(1, 7))
    lost = {pair: 6 for pair in itertools.permutations(nodes, 2) if {"node2", "node5"} & {*pair}}
    assert set(lossy(nodes, lost)) == {"node2", "node5"}
