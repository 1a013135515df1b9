"""Full packets that vanish: whose they are, and what to set; and calls that go another way."""

import dataclasses

import pytest

from checks.answer import Answer
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.ports import DialResults, Listeners, LostPackets
from checks.model import Outcome
from checks.stages.dial_results import with_passing_sizes
from tests.support.networks import LO, cluster, interfaces, resolves
from tests.support.rulesets import match, with_chain
from tests.support.snapshots import judged, with_fact

FULL = "network.full-size-packets-arrive"
WAY = "network.calls-leave-by-training-interface"
NODES = ("node1", "node2", "node3", "node4")


def dials(snap, name, *lost, nodes=NODES, source="", sources=None):
    """Let it reach all, and full packets arrive at all but `lost`."""
    others = [other for other in nodes if other != name]
    own = source or f"10.0.0.{name[-1]}"
    fact = DialResults(
        dict.fromkeys(others, (40000,)),
        sources=sources or {other: {f"10.0.0.{other[-1]}": own} for other in others},
        whole={other: (1500,) for other in others if other not in lost},
        lost=tuple(LostPackets(other, f"10.0.0.{other[-1]}", 40000, 1500, 1400) for other in lost),
    )
    return with_fact(snap, name, fact)


def talking(nodes=NODES, lost=()):
    """All talk; packets of the pairs in `lost` vanish."""
    snap = cluster(nodes)
    for name in nodes:
        with_fact(snap, name, Listeners(f"10.0.0.{name[-1]}", (40000,)))
        dials(snap, name, *(to for who, to in lost if who == name), nodes=nodes)
    return snap


def failing(found):
    return [name for (name,), finding in found.items() if finding.outcome is Outcome.FAIL]


def test_packets_that_arrive():
    found = judged(talking(), FULL)
    assert {finding.outcome for finding in found.values()} == {Outcome.PASS}
    assert found["node1",].evidence["bytes"] == 1500


def test_the_node_that_loses_them_with_all_others_is_named_alone():
    lost = [(a, b) for a in NODES for b in NODES if a != b and "node3" in (a, b)]
    found = judged(talking(lost=lost), FULL)
    assert failing(found) == ["node3"]
    one = found["node3",]
    assert (one.stops, one.cause) == (True, "vanish")
    assert "packets of 1500 bytes between node3's eth0 and node[1-2,4] vanish" in one.message
    assert "those of 1400 arrive" in one.message
    assert "switch port, bridge or tunnel of node3 to 1500" in one.fix.note


def test_what_only_comes_to_a_node_is_lost_at_it():
    lost = [(name, "node3") for name in NODES if name != "node3"]
    assert failing(judged(talking(lost=lost), FULL)) == ["node3"]


def test_one_way_alone_is_told_of_its_sender():
    found = judged(talking(lost=[("node2", "node4")]), FULL)
    assert failing(found) == ["node2"]
    assert "and node4 vanish" in found["node2",].message


@pytest.mark.parametrize("nodes", [NODES, NODES[:2]])
def test_where_all_lose_them_every_node_is_to_send_less(nodes):
    lost = [(a, b) for a in nodes for b in nodes if a != b]
    found = judged(talking(nodes, lost), FULL)
    assert failing(found) == list(nodes)
    assert {finding.fix.command for finding in found.values()} == {"ip link set dev eth0 mtu 1400"}


def test_where_nothing_is_reached_nothing_is_said_of_packets():
    snap = talking()
    for name in NODES:
        with_fact(snap, name, DialResults())
    assert {finding.outcome for finding in judged(snap, FULL).values()} == {Outcome.SKIP}


def test_without_an_answer_it_is_not_a_pass():
    snap = talking()
    snap.put("node2", DialResults.section, Answer(error="no answer"))
    assert judged(snap, FULL)["node2",].outcome is Outcome.UNKNOWN


def test_the_largest_size_that_arrives_is_put_to_what_was_lost():
    one = {"target": "b", "address": "10.0.0.2", "port": 5, "packet": 1500}
    answer = Answer({"lost": [one, {**one, "target": "c"}], "reached": {}})
    sizes = Answer({"whole": {"b": [1280, 1400]}, "lost": []})
    reported = with_passing_sizes(answer, sizes).fields["lost"]
    assert [(each["target"], each["passing"]) for each in reported] == [("b", 1400), ("c", 1400)]
    assert with_passing_sizes(answer, Answer(error="gone")) == answer


def on_two_networks():
    """Names and training over eth0; eth1 beside it."""
    both = (("eth0", "10.0.0.2/24"), ("eth1", "10.7.0.2/24"))
    return with_fact(talking(), "node2", interfaces(*both))


def test_calls_that_leave_by_the_training_interface():
    found = judged(on_two_networks(), WAY)
    assert {finding.outcome for finding in found.values()} == {Outcome.PASS}


def test_a_call_that_leaves_by_another_is_led_back():
    ways = {"node1": {"10.0.0.1": "10.7.0.2"}, "node3": {"10.0.0.3": "10.0.0.2"}}
    snap = dials(on_two_networks(), "node2", sources=ways)
    found = judged(snap, WAY)
    assert failing(found) == ["node2"]
    one = found["node2",]
    assert (one.warned, one.cause) == (True, "other-way")
    assert "trains over eth0, but calls node1 through eth1" in one.message
    assert one.fix.command == "ip route replace 10.0.0.1/32 dev eth0"


def test_two_interfaces_in_one_network_are_let_be():
    twins = interfaces(("eth0", "10.0.0.2/24"), ("eth1", "10.0.0.22/24"))
    snap = with_fact(talking(), "node2", twins)
    ways = {"node1": {"10.0.0.1": "10.0.0.22"}}
    assert judged(dials(snap, "node2", sources=ways), WAY)["node2",].outcome is Outcome.PASS


def test_a_way_that_the_names_take_too_is_told_once():
    ways = {"node1": {"10.0.0.1": "10.7.0.2"}}
    snap = dials(on_two_networks(), "node2", sources=ways)
    other = dataclasses.replace(Interface("eth0"), ipv4=("10.0.9.1/24",))
    with_fact(snap, "node1", Interfaces((LO, other)))
    with_fact(snap, "node2", resolves("node2", node1=("10.7.0.1", "10.7.0.2"),
                                      node3=("10.0.0.3", "10.0.0.2"),
                                      node4=("10.0.0.4", "10.0.0.2")))  # fmt: skip
    assert judged(snap, WAY)["node2",].outcome is Outcome.SKIP
    assert judged(snap, "network.one-network")["node2",].cause == "other-interface"


LARGE = [match({"meta": {"key": "length"}}, 1400, ">"), {"drop": None}]
BOTH = [("node1", "node3"), ("node2", "node3"), ("node4", "node3")]


def test_a_rule_about_large_packets_is_named_and_lets_those_of_the_nodes_pass():
    snap = with_chain(talking(lost=BOTH), "node3", LARGE)
    found = judged(snap, FULL)
    assert failing(found) == ["node3"]
    assert "by nftables on node3 (inet t chain c: length > 1400 drop)" in found["node3",].message
    fix = found["node3",].fix
    assert fix.command == "nft insert rule inet t c ip saddr 10.0.0.0/29 accept"
    assert fix.on == "node3"


def test_of_one_pair_the_node_with_the_rule_is_named_and_not_the_sender():
    one = talking(lost=BOTH[:1])
    assert failing(judged(one, FULL)) == ["node1"]
    assert failing(judged(with_chain(one, "node3", LARGE), FULL)) == ["node3"]


@pytest.mark.parametrize(
    "condition",
    [
        match({"meta": {"key": "mark"}}, 7),
        match({"meta": {"key": "length"}}, 50, ">"),
        match({"meta": {"key": "length"}}, 9000, ">"),
    ],
    ids=["not about size", "small ones too", "only larger ones"],
)
def test_a_rule_that_does_not_tell_large_from_small_is_not_named(condition):
    snap = with_chain(talking(lost=BOTH[:1]), "node3", [condition, {"drop": None}])
    found = judged(snap, FULL)
    assert failing(found) == ["node1"]
    assert "nftables" not in found["node1",].message
