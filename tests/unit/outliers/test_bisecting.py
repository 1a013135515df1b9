"""Who keeps a whole from meeting, over made-up clusters: one node, several, two together."""

from __future__ import annotations

import math

import pytest

from checks.outliers.bisecting import Group, smallest_failing_groups


def names(count: int) -> Group:
    return tuple(f"node{number}" for number in range(1, count + 1))


class Cluster:
    """Nodes of which some sets do not meet; it counts rounds, and has no node in two at once."""

    def __init__(self, *bad: set[str]) -> None:
        self.bad, self.rounds = bad, 0

    def meets(self, groups):
        self.rounds += 1
        asked = [name for group in groups for name in group]
        assert len(asked) == len(set(asked))
        return [not any(bad <= set(group) for bad in self.bad) for group in groups]


def found(count: int, *bad: set[str], rounds: int = 99) -> tuple[set[frozenset[str]], int]:
    cluster = Cluster(*bad)
    groups = smallest_failing_groups(names(count), cluster.meets, rounds)
    return {frozenset(group) for group in groups}, cluster.rounds


@pytest.mark.parametrize("count", [2, 3, 4, 7, 8, 33])
def test_one_bad_node_takes_as_many_rounds_as_there_are_halvings(count: int):
    for bad in names(count):
        groups, rounds = found(count, {bad})
        assert groups == {frozenset({bad})}
        assert rounds <= math.ceil(math.log2(count))


def test_two_bad_nodes_take_no_longer_than_one():
    groups, rounds = found(8, {"node2"}, {"node7"})
    assert groups == {frozenset({"node2"}), frozenset({"node7"})}
    assert rounds == 3


@pytest.mark.parametrize("pair", [("node1", "node8"), ("node3", "node4"), ("node2", "node6")])
def test_two_that_do_not_meet_each_other_are_found_as_a_pair(pair: tuple[str, str]):
    groups, rounds = found(8, set(pair))
    assert groups == {frozenset(pair)}
    assert rounds <= 9


def test_what_takes_three_is_not_told_of_two():
    assert found(4, {"node1", "node3", "node4"}) == (set(), 3)


def test_a_whole_that_fails_only_as_a_whole_accuses_nobody():
    assert found(4, set(names(4)))[0] == set()


def test_rounds_are_bounded():
    assert found(64, {"node1"}, rounds=2) == (set(), 2)


def test_groups_part_where_their_networks_part():
    asked: list[list[Group]] = []

    def meets(groups):
        asked.append(list(groups))
        return ["node2" not in group for group in groups]

    networks = dict.fromkeys(("node1", "node3", "node5"), "a") | dict.fromkeys(
        ("node2", "node4", "node6", "node7", "node8"), "b"
    )
    assert smallest_failing_groups(names(8), meets, 9, networks) == [("node2",)]
    assert asked[0] == [
        ("node1", "node3", "node5"),
        ("node2", "node4", "node6", "node7", "node8"),
    ]
    assert asked[1] == [("node2", "node4", "node6"), ("node7", "node8")]
