"""Who stands out in matrices of pairs: one node, one direction, one sshd, or nobody."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from checks.model import HERE, Finding, Fix, Outcome, Severity
from checks.reports.blame import blamed_nodes
from tests.support.matrices import SIZES, blame_texts, matrix, node_names

# One node


def test_a_node_that_none_can_reach_is_named_with_its_count():
    found = blamed_nodes(matrix("ports", 16, lambda s, t: t == "node07" != s))
    assert found == [{"node": "node07", "because": "15 of 15 peers cannot reach it"}]


@pytest.mark.parametrize("area", ["ports", "ssh"])
@pytest.mark.parametrize("size", SIZES)
def test_each_node_and_direction_alone_is_the_only_one_named(area, size):
    words = {
        ("ports", 0): f"it cannot reach {size - 1} of {size - 1} peers",
        ("ports", 1): f"{size - 1} of {size - 1} peers cannot reach it",
        ("ssh", 0): f"it cannot log in to {size - 1} of {size - 1} peers",
        ("ssh", 1): f"{size - 1} of {size - 1} peers cannot log in to it",
    }
    for bad, end in itertools.product(node_names(size), (0, 1)):
        found = blame_texts(matrix(area, size, lambda *p: p[0] != p[1] and p[end] == bad))  # noqa: B023 - called at once
        assert found == {bad: words[area, end]}


@pytest.mark.parametrize("size", [3, *SIZES])
def test_each_node_cut_off_both_ways_is_named_once(size):
    for bad in node_names(size):
        found = blame_texts(matrix("ports", size, lambda s, t: s != t and bad in (s, t)))  # noqa: B023 - called at once
        peers = f"{size - 1} of {size - 1} peers"
        assert found == {bad: f"{peers} cannot reach it; it cannot reach {peers}"}


@pytest.mark.parametrize("size", [8, 16])
def test_any_two_nodes_that_nobody_reaches_are_both_named(size):
    for bad in itertools.combinations(node_names(size), 2):
        found = blamed_nodes(matrix("ports", size, lambda s, t: s != t and t in bad))  # noqa: B023 - called at once
        assert {finding["node"] for finding in found} == set(bad)


def test_a_node_is_named_where_most_but_not_all_fail():
    found = blamed_nodes(
        matrix("ports", 8, lambda s, t: t == "node03" and s not in ("node03", "node04"))
    )
    assert found == [{"node": "node03", "because": "6 of 7 peers cannot reach it"}]


def test_the_cause_that_all_share_is_told_and_a_mixture_is_not():
    all_alike = matrix("ssh", 4, lambda s, t: t == "node02" != s, cause="key-denied")
    assert blame_texts(all_alike)["node02"].endswith("cannot log in to it (key-denied)")
    one_other = [
        replace(finding, cause="dropped") if finding.subject[0] == "node01" else finding
        for finding in all_alike
    ]
    assert blame_texts(one_other)["node02"].endswith("cannot log in to it")


# One part of a node


def test_an_sshd_is_named_where_the_ports_answer():
    into = matrix("ssh", 4, lambda s, t: t == "node02" != s, cause="refused")
    open_ports = matrix("ports", 4, lambda s, t: False)
    assert blame_texts([*into, *open_ports]) == {
        "node02": "3 of 3 peers cannot log in to it (refused) but can reach its ports: "
        "check its sshd"
    }


@pytest.mark.parametrize("cause", ["dropped", "no-route", "timeout"])
def test_an_sshd_is_not_named_where_packets_are_lost(cause):
    into = matrix("ssh", 4, lambda s, t: t == "node02" != s, cause=cause)
    because = blame_texts([*into, *matrix("ports", 4, lambda s, t: False)])["node02"]
    assert because == f"3 of 3 peers cannot log in to it ({cause}) but can reach its ports"


def test_logins_say_nothing_new_of_a_node_whose_ports_fail_too():
    both = [matrix(area, 5, lambda s, t: t == "node02" != s) for area in ("ssh", "ports")]
    assert blame_texts([*both[0], *both[1]]) == {"node02": "4 of 4 peers cannot reach it"}


def test_logins_out_of_a_node_are_its_own():
    found = blame_texts(matrix("ssh", 4, lambda s, t: s == "node02" != t, cause="key-missing"))
    assert found == {"node02": "it cannot log in to 3 of 3 peers (key-missing)"}


def test_the_master_port_alone_is_named_as_such():
    to_head = [
        finding
        for finding in matrix(
            "ports", 4, lambda s, t: s != t, claim="master-port-is-reachable", cause="dropped"
        )
        if finding.subject[1] == "node01"
    ]
    others = matrix("ports", 4, lambda s, t: False, claim="ephemeral-ports-are-open")
    assert blame_texts([*to_head, *others]) == {
        "node01": "3 of 3 peers cannot reach its master port (dropped)"
    }


def test_a_pair_check_without_words_of_its_own_is_told_by_its_id():
    found = blame_texts(matrix("collective", 5, lambda s, t: t == "node03" != s))
    assert found == {"node03": "4 of 4 pairs towards it fail collective.pair-holds"}


# Nobody


def test_one_failed_pair_speaks_of_nobody():
    for pair in itertools.permutations(node_names(4), 2):
        assert blamed_nodes(matrix("ssh", 4, lambda *p: p == pair)) == []  # noqa: B023 - called at once


def test_where_all_fail_nobody_stands_out():
    assert blamed_nodes(matrix("ports", 4, lambda s, t: s != t)) == []


def test_a_healthy_matrix_blames_nobody():
    assert blamed_nodes(matrix("ports", 4, lambda s, t: False)) == []


def test_a_minority_of_failed_pairs_blames_nobody():
    assert (
        blamed_nodes(matrix("ports", 9, lambda s, t: t == "node01" and s in ("node02", "node03")))
        == []
    )


def each_seed(test):
    """Runs a test for two hundred seeds; the one that fails is in the traceback."""

    def of_all_seeds():
        for seed in range(200):
            test(seed)

    return of_all_seeds


@each_seed
def test_noise_blames_no_group_and_nobody_with_few_failures(seed):
    chance = random.Random(seed)
    size = chance.choice((6, 9, 16))
    share = chance.choice((0.02, 0.1, 0.2))
    bad = {pair for pair in itertools.permutations(node_names(size), 2) if chance.random() < share}
    for node in blamed_nodes(matrix("ports", size, lambda s, t: (s, t) in bad)):
        assert "cut off" not in node["because"] and "which" not in node["because"]
        mine = [sum(pair[end] == node["node"] for pair in bad) for end in (0, 1)]
        assert max(mine) * 2 > size - 1


@each_seed
def test_a_bad_node_is_named_through_noise_and_alone(seed):
    chance = random.Random(seed)
    size = chance.choice((8, 16))
    bad, end = chance.choice(node_names(size)), chance.choice((0, 1))
    noise = {pair for pair in itertools.permutations(node_names(size), 2) if chance.random() < 0.04}
    found = blamed_nodes(
        matrix("ports", size, lambda *p: p[0] != p[1] and (p[end] == bad or p in noise))
    )
    assert bad in [finding["node"] for finding in found]
    for finding in found:
        mine = [sum(pair[at] == finding["node"] for pair in noise) for at in (0, 1)]
        assert finding["node"] == bad or max(mine) >= (size - 1) // 2


# The controller's own logins


def test_a_node_that_was_not_reached_is_named_with_its_cause():
    dead = Finding("reach.answers", "reach", ("n1",), Severity.BLOCK, Outcome.FAIL, cause="dropped")
    assert blamed_nodes([dead]) == [{"node": "n1", "because": "it could not be reached (dropped)"}]


def test_a_node_that_nobody_asked_is_not_blamed():
    unasked = Finding("reach.answers", "reach", ("n1",), Severity.BLOCK, Outcome.UNKNOWN)
    assert blamed_nodes([unasked]) == []


def test_what_was_skipped_counts_as_not_asked():
    pairs = matrix("ports", 4, lambda s, t: t == "node02" != s)
    dead = [
        replace(pair, outcome=Outcome.SKIP) if "node04" in pair.subject else pair for pair in pairs
    ]
    assert blame_texts(dead) == {"node02": "2 of 2 peers cannot reach it"}


@pytest.mark.parametrize(
    ("cause", "on", "expected"),
    [
        ("wrong-host", "node4", {"node4": "it answers in the name of node2"}),
        ("wrong-host", "node2", {"node2": "it could not be reached (wrong-host)"}),
        ("wrong-host", HERE, {"node2": "it could not be reached (wrong-host)"}),
        ("dropped", "node2", {"node2": "it could not be reached (dropped)"}),
    ],
)
def test_who_has_the_address_of_a_node_is_to_blame_for_it(cause, on, expected):
    finding = Finding(
        *("reach.controller-logs-in", "reach", ("node2",), Severity.BLOCK, Outcome.FAIL),
        message="no login",
        cause=cause,
        fix=Fix("ip addr del", on),
    )
    assert {entry["node"]: entry["because"] for entry in blamed_nodes([finding])} == expected
