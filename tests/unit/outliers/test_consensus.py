"""What most nodes have: who is asked, what a tie means, and when nobody can say."""

from __future__ import annotations

import pytest

from checks.facts import ClusterView
from checks.facts.gpus import Gpu, Gpus
from checks.facts.load import Load
from checks.model import Node
from checks.outliers.comparable import comparable_nodes
from checks.outliers.consensus import (
    majority_value,
    majority_within,
    median_of_enough,
    middle_node,
    most_common_value,
    strict_majority,
)
from checks.units import GIB
from tests.support.busy_nodes import IDLE
from tests.support.snapshots import snapshot, with_fact


def by_node(*values):
    return {f"node{number}": value for number, value in enumerate(values, 1)}


@pytest.mark.parametrize(
    ("values", "most"),
    [("abb", "b"), ("ab", "a"), ("ba", "b"), ("abbc", "b"), ("cabba", "b"), ("a", "a")],
)
def test_most_nodes_decide_and_the_head_on_a_tie(values, most):
    assert majority_value(by_node(*values), "node1" if values != "cabba" else "node3") == most


def test_a_head_that_is_no_part_of_the_tie_has_no_say():
    assert majority_value(by_node(*"caabb"), "node1") == "a"
    assert majority_value(by_node(*"ab"), "elsewhere") == "a"


def test_measurements_that_are_near_count_together():
    assert majority_within(by_node(100, 200, 201, 199), "node1", 0.05) == 200
    assert majority_within(by_node(100, 200), "node2", 0.05) == 200


@pytest.mark.parametrize(
    ("values", "most"),
    [("aab", "a"), ("ab", None), ("abc", None), ("aa", "a"), ("", None), ([None, None, "a"], "a")],
)
def test_more_than_half_of_those_that_can_say(values, most):
    assert strict_majority(values) == most


def test_of_as_many_the_larger_is_what_others_have():
    assert most_common_value([4, 8]) == 8
    assert most_common_value([4, 4, 8]) == 4
    assert most_common_value(list[int]()) == 0


def test_two_measurements_make_no_median():
    assert median_of_enough([1.0, 9.0]) is None
    assert median_of_enough([1.0, 9.0, 2.0]) == 2.0


def test_of_two_nodes_in_the_middle_the_one_nearer_to_the_head_counts():
    assert middle_node(by_node(0.0, 5.0, 90.0), "node1") == "node2"
    assert middle_node(by_node(0.0, 5.0), "node2") == "node2"
    assert middle_node(by_node(0.0, 5.0), "node1") == "node1"
    assert middle_node(by_node(9.0, 0.0, 5.0, 8.0), "node1") == "node4"


def test_nodes_with_the_same_gpus_and_slots_are_comparable():
    names = ("node1", "node2", "node3", "node4")
    slots = (8, 8, 4, 8)
    hosts = tuple(Node(name, slots=count) for name, count in zip(names, slots, strict=True))
    snap = snapshot(names, hosts=hosts)
    for name in names:
        model = "NVIDIA T4" if name == "node4" else "NVIDIA H100"
        with_fact(snap, name, Gpus((), (Gpu(0, model, "GPU-0", 80 * GIB, "550"),)))
    with_fact(snap, "node1", IDLE)
    node = ClusterView(snap)["node1"]
    assert [peer.name for peer in comparable_nodes(node)] == ["node1", "node2"]
    assert [peer.name for peer in comparable_nodes(node, Load)] == ["node1"]
