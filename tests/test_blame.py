"""Who stands out in a matrix of pairs."""

from __future__ import annotations

from collections.abc import Callable

from checks.blame import blame
from checks.model import Finding, Outcome, Severity


def matrix(area: str, nodes: int, fails: Callable[[str, str], bool]) -> list[Finding]:
    names = [f"node{number:02}" for number in range(1, nodes + 1)]
    return [
        Finding(
            f"{area}.pair-holds", area, (source, target), Severity.BLOCK,
            Outcome.FAIL if fails(source, target) else Outcome.PASS,
        )
        for source in names
        for target in names
    ]  # fmt: skip


def test_a_node_that_none_can_reach_is_named_with_its_count():
    found = blame(matrix("ports", 16, lambda s, t: t == "node07" != s))
    assert found == [{"node": "node07", "because": "15 of 15 peers cannot reach it"}]


def test_a_node_that_can_reach_none_is_named():
    found = blame(matrix("ssh", 4, lambda s, t: s == "node02" != t))
    assert found == [{"node": "node02", "because": "it cannot log in to 3 of 3 peers"}]


def test_a_node_cut_off_both_ways_is_named_once():
    found = blame(matrix("ports", 5, lambda s, t: s != t and "node03" in (s, t)))
    assert [one["node"] for one in found] == ["node03"]
    assert "4 of 4 peers cannot reach it" in found[0]["because"]
    assert "it cannot reach 4 of 4 peers" in found[0]["because"]


def test_a_node_that_was_not_reached_is_named_with_its_cause():
    dead = Finding("reach.answers", "reach", ("n1",), Severity.BLOCK, Outcome.FAIL, cause="dropped")
    assert blame([dead]) == [{"node": "n1", "because": "it was not reached (dropped)"}]


def test_one_failed_pair_speaks_of_nobody():
    assert blame(matrix("ssh", 3, lambda s, t: (s, t) == ("node01", "node02"))) == []


def test_where_all_fail_nobody_stands_out():
    assert blame(matrix("ports", 4, lambda s, t: s != t)) == []


def test_a_healthy_matrix_blames_nobody():
    assert blame(matrix("ports", 4, lambda s, t: False)) == []


def test_a_minority_of_failed_pairs_blames_nobody():
    assert blame(matrix("ports", 9, lambda s, t: t == "node01" and s in ("node02", "node03"))) == []
