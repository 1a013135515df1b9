"""Who measures with whom in which round, and which of two measurements counts."""

from __future__ import annotations

import pytest

from checks.facts.pairs import PairSpeed
from checks.outliers.pairing import FULL_MESH_NODES, disjoint_rounds, pair_rounds, sample_rounds
from checks.stages.pair_speeds import best_of_both


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 33])
def test_in_a_circle_each_two_meet_once_and_nobody_is_in_two_places(count):
    names = [f"n{number}" for number in range(count)]
    found = pair_rounds(names)
    assert len(found) == (count - 1 if count % 2 == 0 else count)
    for meeting in found:
        ends = [name for pair in meeting for name in pair]
        assert len(ends) == len(set(ends)) >= count - 1 - count % 2
    met = [frozenset(pair) for meeting in found for pair in meeting]
    assert len(met) == len(set(met)) == count * (count - 1) // 2


def test_of_many_nodes_some_rounds_are_drawn_and_every_node_is_in_each():
    names = [f"n{number}" for number in range(200)]
    drawn = sample_rounds(pair_rounds(names), len(names))
    assert len(drawn) == 12
    assert all({name for pair in meeting for name in pair} == set(names) for meeting in drawn)
    assert (
        len(sample_rounds(pair_rounds(names[:FULL_MESH_NODES]), FULL_MESH_NODES))
        == FULL_MESH_NODES - 1
    )


def test_any_pairs_are_put_in_rounds_that_are_disjoint():
    pairs = [("a", "b"), ("a", "c"), ("d", "c"), ("b", "a")]
    assert disjoint_rounds(pairs) == [[("a", "b"), ("d", "c")], [("a", "c")], [("b", "a")]]


def test_the_best_of_two_measurements_counts():
    assert best_of_both(PairSpeed(1.0, 3.0, 50.0), PairSpeed(2.0, 2.5, 40.0)) == PairSpeed(
        2.0, 3.0, 40.0, 2
    )
