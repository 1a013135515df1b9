"""What is made of speeds between nodes: who is slow, in which direction, and when nobody is."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import pytest

from checks.apart.circle import ALL, disjoint, rounds, sampled
from checks.cluster.pairs import better
from checks.facts import Snapshot
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.job_paths import Held, JobPaths
from checks.facts.pairs import Measured, Pairs
from checks.facts.ports import Dialled
from checks.model import Outcome, Severity
from checks.reports.blame import blame
from tests.networks import LO, cluster
from tests.snapshots import judged, with_fact, without

NODE, LATENCY, LINK, CUT, ENOUGH = (
    f"collective.{claim}"
    for claim in (
        "bandwidth-is-alike",
        "latency-is-alike",
        "links-are-alike",
        "no-group-is-slow-to-reach",
        "bandwidth-is-enough",
    )
)
CHECKS = (NODE, LATENCY, LINK, CUT, ENOUGH)
QUICK, SLOW = Measured(9.4, 9.5, 40.0), Measured(0.094, 0.12, 40.0, times=3)
FAR = Measured(0.5, 0.9, 20000.0, times=3)
Rule = Callable[[str, str], Measured]


def seen(rule: Rule, nodes: int = 4, **job: object) -> Snapshot:
    """A cluster in which `rule` says what was measured between each two."""
    names = tuple(f"node{number}" for number in range(1, nodes + 1))
    snap = cluster(names, **job)
    for name in names:
        row = {other: rule(name, other) for other in names if other != name}
        with_fact(snap, name, Pairs(row))
        with_fact(snap, name, Dialled())
        with_fact(snap, name, JobPaths(Held("there", "/run")))
    return snap


def failing(snap: Snapshot) -> dict[tuple[str, tuple[str, ...]], str]:
    """(check, subject): cause of all that fails, over all checks of pairs."""
    return {
        (check, subject): finding.cause
        for check in CHECKS
        for subject, finding in judged(snap, check).items()
        if finding.outcome not in (Outcome.PASS, Outcome.SKIP)
    }


def slow_where(condition: Callable[[str, str], bool], bad: Measured = SLOW) -> Rule:
    return lambda source, target: bad if condition(source, target) else QUICK


def test_nothing_is_said_of_a_healthy_cluster():
    snap = seen(slow_where(lambda s, t: False))
    assert not failing(snap)
    for check in CHECKS:
        assert {one.outcome for one in judged(snap, check).values()} == {Outcome.PASS}


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
    snap = seen(slow_where(condition), nodes)
    assert failing(snap) == {(NODE, ("node3",)): cause}
    pairs = judged(snap, LINK)
    told = {pair for pair, one in pairs.items() if f"see {NODE}" in one.message}
    assert told == {pair for pair in pairs if condition(*pair)}
    assert judged(snap, NODE)["node3",].severity is Severity.WARN


def test_two_slow_nodes_of_many_are_both_named():
    snap = seen(slow_where(lambda s, t: s == "node3" or t == "node5"), 8)
    assert failing(snap) == {(NODE, ("node3",)): "slow-out", (NODE, ("node5",)): "slow-in"}


def test_a_slow_pair_is_named_as_a_pair():
    snap = seen(slow_where(lambda s, t: (s, t) == ("node2", "node4")))
    assert failing(snap) == {(LINK, ("node2", "node4")): "slow-pair"}


def test_of_two_nodes_the_slow_direction_is_named():
    snap = seen(slow_where(lambda s, t: s == "node2"), 2)
    assert failing(snap) == {(LINK, ("node2", "node1")): "slow-pair"}


def test_what_crawls_blocks():
    crawl = Measured(0.001, 0.002, 40.0, times=3)
    snap = seen(slow_where(lambda s, t: s == "node3", crawl))
    assert judged(snap, NODE)["node3",].stops
    assert failing(snap) == {(NODE, ("node3",)): "crawls"}
    pair = seen(slow_where(lambda s, t: (s, t) == ("node2", "node4"), crawl))
    assert failing(pair) == {(LINK, ("node2", "node4")): "crawls"}
    assert failing(seen(lambda s, t: crawl)) == {(ENOUGH, ()): "crawls"}


def test_slow_once_accuses_nobody():
    once = dataclasses.replace(SLOW, times=1)
    snap = seen(slow_where(lambda s, t: s == "node3", once))
    assert not failing(snap)
    told = judged(snap, LINK)["node3", "node1"]
    assert told.outcome is Outcome.SKIP
    assert "once" in told.message


def test_pairs_that_were_not_measured_again_are_explained_by_the_node():
    once = dataclasses.replace(SLOW, times=1)
    late = {"node1", "node2"}
    snap = seen(lambda s, t: (SLOW if t in late else once) if s == "node9" else QUICK, 9)
    assert failing(snap) == {(NODE, ("node9",)): "slow-out"}
    assert f"see {NODE}" in judged(snap, LINK)["node9", "node5"].message


def test_a_slow_cut_between_racks_is_told_once():
    racks = [{"node1", "node2", "node3"}, {"node4", "node5", "node6"}]
    snap = seen(slow_where(lambda s, t: not any({s, t} <= rack for rack in racks)), 6)
    assert failing(snap) == {(CUT, ()): "slow-between-groups"}
    assert "node[4-6]" in judged(snap, CUT)[()].message


def test_a_far_node_is_far_and_not_slow_as_well():
    snap = seen(slow_where(lambda s, t: "node2" in (s, t), FAR))
    assert failing(snap) == {(LATENCY, ("node2",)): "far"}


def test_a_second_switch_is_not_far():
    near = Measured(9.4, 9.5, 20.0)
    snap = seen(
        lambda s, t: dataclasses.replace(near, latency_us=180.0) if "node2" in (s, t) else near
    )
    assert not failing(snap)


@pytest.mark.parametrize("seed", range(20))
def test_noise_of_a_busy_machine_accuses_nobody(seed):
    drawn = random.Random(seed)
    snap = seen(lambda s, t: Measured(2.0, drawn.uniform(2.3, 6.5), drawn.uniform(20, 300)), 5)
    assert not failing(snap)


def test_a_uniformly_slow_cluster_is_told_with_what_the_start_will_take():
    snap = seen(lambda s, t: dataclasses.replace(SLOW, times=1))
    assert failing(snap) == {(ENOUGH, ()): "slow-everywhere"}
    assert "each GB of weights takes 85 s" in judged(snap, ENOUGH)[()].message


def test_a_network_that_gives_what_its_interfaces_say_is_healthy():
    snap = seen(lambda s, t: Measured(0.94, 0.95, 60.0))
    for name in snap.job.names:
        card = Interface("eth0", ipv4=("10.0.0.1/24",), speed_mbps=1000)
        with_fact(snap, name, Interfaces((LO, card)))
    assert not failing(snap)


def test_a_long_start_is_foretold_from_the_weights_that_the_command_names():
    snap = seen(lambda s, t: Measured(2.4, 2.5, 60.0))
    model = Held("there", "/models/large", weight_bytes=280 * 10**9)
    with_fact(snap, "node1", JobPaths(Held("there", "/run"), paths={"/models/large": model}))
    found = judged(snap, ENOUGH)[()]
    assert (found.outcome, found.cause) == (Outcome.FAIL, "long-start")
    assert "280.0 GB of weights take 16 minutes" in found.message


def test_pairs_that_cannot_talk_are_left_to_who_says_so():
    snap = seen(slow_where(lambda s, t: False), 3)
    row = Pairs({"node1": QUICK}, left_out={"node2": "ports.ephemeral-ports-are-open"})
    with_fact(snap, "node3", row)
    told = judged(snap, LINK)["node3", "node2"]
    assert told.outcome is Outcome.SKIP
    assert "see ports.ephemeral-ports-are-open" in told.message
    assert not failing(snap)


RACK = {"node5", "node6"}


@pytest.mark.parametrize(
    ("rule", "blamed", "because"),
    [
        (slow_where(lambda s, t: s == "node3"), {"node3"}, "it sends slowly to all others"),
        (slow_where(lambda s, t: "node3" in (s, t), FAR), {"node3"}, "it is far from all others"),
        (
            slow_where(lambda s, t: (s in RACK) != (t in RACK)),
            RACK,
            "slow to and from the other nodes, not among themselves: an uplink",
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
    snap = seen(rule, 6)
    told = blame([one for check in CHECKS for one in judged(snap, check).values()])
    assert {one["node"] for one in told} == blamed
    assert {one["because"] for one in told} == ({because} if because else set())


def test_what_failed_to_be_measured_is_unknown_and_no_pass():
    snap = seen(slow_where(lambda s, t: False), 3)
    with_fact(snap, "node3", Pairs({"node1": QUICK}, failed={"node2": "timed out"}))
    told = judged(snap, LINK)["node3", "node2"]
    assert told.outcome is Outcome.UNKNOWN
    assert "timed out" in told.message


def test_a_node_that_did_not_measure_is_unknown():
    snap = without(seen(slow_where(lambda s, t: False), 3), "node3", Pairs, "cannot listen")
    assert judged(snap, NODE)["node3",].outcome is Outcome.UNKNOWN
    assert judged(snap, LINK)["node1", "node3"].outcome is Outcome.UNKNOWN
    assert judged(snap, NODE)["node1",].outcome is Outcome.PASS


def test_nothing_to_compare_is_no_claim():
    snap = seen(slow_where(lambda s, t: False), 1)
    for check in (NODE, LATENCY, CUT, ENOUGH):
        assert {one.outcome for one in judged(snap, check).values()} == {Outcome.SKIP}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 33])
def test_in_a_circle_each_two_meet_once_and_nobody_is_in_two_places(count):
    names = [f"n{number}" for number in range(count)]
    found = rounds(names)
    assert len(found) == (count - 1 if count % 2 == 0 else count)
    for meeting in found:
        ends = [name for pair in meeting for name in pair]
        assert len(ends) == len(set(ends)) >= count - 1 - count % 2
    met = [frozenset(pair) for meeting in found for pair in meeting]
    assert len(met) == len(set(met)) == count * (count - 1) // 2


def test_of_many_nodes_some_rounds_are_drawn_and_every_node_is_in_each():
    names = [f"n{number}" for number in range(200)]
    drawn = sampled(rounds(names), len(names))
    assert len(drawn) == 12
    assert all({name for pair in meeting for name in pair} == set(names) for meeting in drawn)
    assert len(sampled(rounds(names[:ALL]), ALL)) == ALL - 1


def test_any_pairs_are_put_in_rounds_that_are_disjoint():
    pairs = [("a", "b"), ("a", "c"), ("d", "c"), ("b", "a")]
    assert disjoint(pairs) == [[("a", "b"), ("d", "c")], [("a", "c")], [("b", "a")]]


def test_the_best_of_two_measurements_counts():
    assert better(Measured(1.0, 3.0, 50.0), Measured(2.0, 2.5, 40.0)) == Measured(2.0, 3.0, 40.0, 2)
