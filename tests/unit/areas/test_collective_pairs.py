"""Speeds between nodes: who is named as slow, and in which direction."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.pairs import PairSpeed
from checks.facts.surroundings import Surroundings
from checks.model import Outcome, Severity
from checks.reports.blame import blamed_nodes
from tests.support.pair_speeds import (
    CHECKS,
    CUT,
    ENOUGH,
    FAR,
    LATENCY,
    LINK,
    NODE,
    QUICK,
    SLOW,
    failures,
    measured,
    slow_where,
)
from tests.support.snapshots import judged, with_fact


@pytest.mark.parametrize("nodes", [3, 4, 16])
@pytest.mark.parametrize(
    ("condition", "cause"),
    [
        (lambda s, t: s == "node3", "slow-out"),
        (lambda s, t: t == "node3", "slow-in"),
        (lambda s, t: "node3" in (s, t), "slow"),
    ],
)
def test_a_slow_node_is_named_with_its_direction_and_nobody_else(nodes, condition, cause):
    snap = measured(slow_where(condition), nodes)
    assert failures(snap) == {(NODE, ("node3",)): cause}
    pairs = judged(snap, LINK)
    result = {pair for pair, finding in pairs.items() if f"see {NODE}" in finding.message}
    assert result == {pair for pair in pairs if condition(*pair)}
    assert judged(snap, NODE)["node3",].severity is Severity.WARN


def test_two_slow_nodes_of_many_are_both_named():
    snap = measured(slow_where(lambda s, t: s == "node3" or t == "node5"), 8)
    assert failures(snap) == {(NODE, ("node3",)): "slow-out", (NODE, ("node5",)): "slow-in"}


def test_a_slow_pair_is_named_as_a_pair():
    snap = measured(slow_where(lambda s, t: (s, t) == ("node2", "node4")))
    assert failures(snap) == {(LINK, ("node2", "node4")): "slow-pair"}


def test_of_two_nodes_the_slow_direction_is_named():
    snap = measured(slow_where(lambda s, t: s == "node2"), 2)
    assert failures(snap) == {(LINK, ("node2", "node1")): "slow-pair"}


def test_what_crawls_blocks():
    crawl = PairSpeed(0.001, 0.002, 40.0, times=3)
    snap = measured(slow_where(lambda s, t: s == "node3", crawl))
    assert judged(snap, NODE)["node3",].stops
    assert failures(snap) == {(NODE, ("node3",)): "crawls"}
    pair = measured(slow_where(lambda s, t: (s, t) == ("node2", "node4"), crawl))
    assert failures(pair) == {(LINK, ("node2", "node4")): "crawls"}
    assert failures(measured(lambda s, t: crawl)) == {(ENOUGH, ()): "crawls"}


BUFFERS = {"ipv4/tcp_rmem": (4096, 131072, 6291456), "ipv4/tcp_wmem": (4096, 16384, 4194304)}


@pytest.mark.parametrize(
    ("small", "slow", "cause"),
    [("tcp_rmem", 1, ""), ("tcp_wmem", 0, ""), ("tcp_rmem", 0, "slow-out"), ("", 1, "slow-in")],
)
def test_small_buffers_are_told_once_where_they_explain_it(small, slow, cause):
    snap = measured(slow_where(lambda s, t: (s, t)[slow] == "node3"))
    sizes = {**BUFFERS, f"ipv4/{small}": (4096, 4096, 4096)} if small else BUFFERS
    with_fact(snap, "node3", Surroundings(network=sizes))
    found = judged(snap, NODE)["node3",]
    assert found.cause == cause
    assert cause or "see network.kernel-settings-leave-room" in found.message


def test_small_buffers_that_make_it_crawl_are_its_cause():
    snap = measured(slow_where(lambda s, t: t == "node3", PairSpeed(0.001, 0.002, 40.0, times=3)))
    with_fact(snap, "node3", Surroundings(network={"ipv4/tcp_rmem": (4096, 4096, 4096)}))
    found = judged(snap, NODE)["node3",]
    assert found.cause == "crawls" and "buffer of 4 KiB" in found.message
    assert "net.ipv4.tcp_rmem" in found.fix.command


def test_pairs_that_were_not_measured_again_are_explained_by_the_node():
    once = dataclasses.replace(SLOW, times=1)
    late = {"node1", "node2"}
    snap = measured(lambda s, t: (SLOW if t in late else once) if s == "node9" else QUICK, 9)
    assert failures(snap) == {(NODE, ("node9",)): "slow-out"}
    assert f"see {NODE}" in judged(snap, LINK)["node9", "node5"].message


def test_a_slow_cut_between_racks_is_told_once():
    racks = [{"node1", "node2", "node3"}, {"node4", "node5", "node6"}]
    snap = measured(slow_where(lambda s, t: not any({s, t} <= rack for rack in racks)), 6)
    assert failures(snap) == {(CUT, ()): "slow-between-groups"}
    assert "node[4-6]" in judged(snap, CUT)[()].message


def test_a_far_node_is_far_and_not_slow_as_well():
    snap = measured(slow_where(lambda s, t: "node2" in (s, t), FAR))
    assert failures(snap) == {(LATENCY, ("node2",)): "far"}


def test_a_uniformly_slow_cluster_is_told_with_what_the_start_will_take():
    snap = measured(lambda s, t: dataclasses.replace(SLOW, times=1))
    assert failures(snap) == {(ENOUGH, ()): "slow-everywhere"}
    assert "each GB of weights takes 85 s" in judged(snap, ENOUGH)[()].message


def test_a_long_start_is_foretold_from_the_weights_that_the_command_names():
    snap = measured(lambda s, t: PairSpeed(2.4, 2.5, 60.0))
    model = JobPath("there", "/models/large", weight_bytes=280 * 10**9)
    with_fact(snap, "node1", JobPaths(JobPath("there", "/run"), paths={"/models/large": model}))
    found = judged(snap, ENOUGH)[()]
    assert (found.outcome, found.cause) == (Outcome.FAIL, "long-start")
    assert "280.0 GB of weights take 16 minutes" in found.message


RACK = {"node5", "node6"}


@pytest.mark.parametrize(
    ("rule", "blamed", "because"),
    [
        (slow_where(lambda s, t: s == "node3"), {"node3"}, "it sends slowly to all others"),
        (slow_where(lambda s, t: "node3" in (s, t), FAR), {"node3"}, "it is far from all others"),
        (
            slow_where(lambda s, t: (s in RACK) != (t in RACK)),
            RACK,
            "slow to and from the others, not among themselves: check the uplink",
        ),
        (
            slow_where(lambda s, t: s == "node2" and t not in ("node1", "node6")),
            {"node2"},
            "it sends slowly to 3 of 5 nodes (slow-pair)",
        ),
        (slow_where(lambda s, t: (s, t) == ("node2", "node4")), set(), ""),
        (slow_where(lambda s, t: False), set(), ""),
        (slow_where(lambda s, t: True), set(), ""),
    ],
    ids=["node", "far", "rack", "most", "pair", "healthy", "all"],
)
def test_who_is_slow_is_said_first(rule, blamed, because):
    snap = measured(rule, 6)
    result = blamed_nodes([entry for check in CHECKS for entry in judged(snap, check).values()])
    assert {entry["node"] for entry in result} == blamed
    assert {finding["because"] for finding in result} == ({because} if because else set())
