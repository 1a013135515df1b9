"""Whose packets are lost: the fewest nodes that explain it, or the node of a rule that does it."""

from __future__ import annotations

import itertools
import json

import pytest

from checks.areas.collective.packet_loss import lossy_ways
from checks.facts import ClusterView
from checks.facts.firewall import Firewall, FirewallListing
from checks.facts.ports import DialResults, Listeners, SmallPackets
from checks.facts.traffic_control import Shaper, TrafficControl
from checks.model import Outcome
from tests.support.networks import cluster
from tests.support.snapshots import judged, with_fact

CHECK = "collective.no-node-loses-packets"
THREE = ("node1", "node2", "node3")
SIX = tuple(f"node{number}" for number in range(1, 7))
AT_RANDOM = {"numgen": {"mode": "random", "mod": 100, "offset": 0}}


def exchanged(nodes, lost, sent=1000):
    """A cluster where `lost` has how many of `sent` small packets were lost, by ordered pair."""
    found = cluster(nodes)
    for number, source in enumerate(nodes, 1):
        small = {
            target: SmallPackets(sent, lost.get((source, target), 0))
            for target in nodes
            if target != source
        }
        with_fact(found, source, DialResults(small=small))
        with_fact(found, source, Listeners(f"10.0.0.{number}", (40000,)))
    return found


def accused(found):
    """The nodes that are warned of."""
    findings = judged(found, CHECK)
    return [name for (name,), finding in findings.items() if finding.outcome is Outcome.FAIL]


def with_rule(found, name, match, hook="ingress", condition=AT_RANDOM):
    """A chain on that node whose rule drops what meets `match` and the condition."""
    chain = {"family": "netdev", "table": "t", "name": "way", "hook": hook, "policy": "accept"}
    chance = {"match": {"op": "<", "left": condition, "right": 12}}
    rule = {"family": "netdev", "table": "t", "chain": "way", "expr": [*match, chance]}
    rule["expr"].append({"drop": None})
    text = json.dumps({"nftables": [{"chain": chain}, {"rule": rule}]})
    tools = ("iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy")
    none = {tool: FirewallListing("", "not installed") for tool in tools}
    with_fact(found, name, Firewall(listings={"nft": FirewallListing(text), **none}))


def address(end, node):
    """A match of nftables for that node's address."""
    left = {"payload": {"protocol": "ip", "field": end}}
    return [{"match": {"op": "==", "left": left, "right": f"10.0.0.{node}"}}]


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ({}, []),
        ({("node1", "node3"): 120, ("node2", "node3"): 110}, ["node3"]),
        ({("node3", "node1"): 120, ("node3", "node2"): 110}, ["node3"]),
        ({("node1", "node3"): 120, ("node3", "node2"): 110}, ["node3"]),
        ({("node1", "node3"): 300}, ["node1"]),
        ({("node1", "node3"): 9, ("node2", "node3"): 9}, []),
        ({("node1", "node3"): 10, ("node2", "node3"): 10}, ["node3"]),
    ],
)
def test_who_is_named(lost, named):
    assert accused(exchanged(THREE, lost)) == named


def test_few_packets_of_few_are_chance():
    assert not accused(exchanged(THREE, {("node1", "node3"): 2, ("node2", "node3"): 2}, sent=30))


def test_of_two_nobody_can_say_which_so_the_sender_is_named():
    assert accused(exchanged(("node1", "node2"), {("node1", "node2"): 90})) == ["node1"]


def test_two_of_six_are_found_apart():
    lost = {pair: 60 for pair in itertools.permutations(SIX, 2) if {"node2", "node5"} & {*pair}}
    assert set(accused(exchanged(SIX, lost))) == {"node2", "node5"}


def test_the_message_says_which_way_how_much_and_where_to_look():
    found = exchanged(THREE, {("node1", "node3"): 120, ("node2", "node3"): 130})
    finding = judged(found, CHECK)["node3",]
    assert "12.5% of the packets from node[1-2] to node3's eth0 are lost (250 of 2000)" in (
        finding.message
    )
    assert not finding.stops
    assert "ip -s -s link show eth0" in finding.fix.command


@pytest.mark.parametrize(
    ("on", "match", "hook", "fix"),
    [
        ("node3", [], "ingress", "netdev t way ip saddr 10.0.0.0/30 accept"),
        ("node3", address("saddr", 1), "ingress", "netdev t way ip saddr 10.0.0.0/30 accept"),
        ("node1", address("daddr", 3), "egress", "netdev t way ip daddr 10.0.0.0/30 accept"),
    ],
)
def test_the_node_of_a_rule_is_named_and_its_rule_is_passed(on, match, hook, fix):
    found = exchanged(THREE, {("node1", "node3"): 120})
    with_rule(found, on, match, hook)
    assert accused(found) == [on]
    finding = judged(found, CHECK)[on,]
    assert "numgen random mod 100 < 12 drop" in finding.message
    assert finding.fix.command.endswith(f"nft insert rule {fix}")


@pytest.mark.parametrize(
    ("match", "hook", "condition"),
    [
        (address("saddr", 2), "ingress", AT_RANDOM),
        ([], "egress", AT_RANDOM),
        ([], "ingress", {"meta": {"key": "mark"}}),
    ],
    ids=["from another", "the other way", "not by chance"],
)
def test_a_rule_that_does_not_lose_these_is_not_named(match, hook, condition):
    found = exchanged(THREE, {("node1", "node3"): 120})
    with_rule(found, "node3", match, hook, condition)
    assert accused(found) == ["node1"]


def test_both_ways_of_a_lossy_pair_say_nothing_of_its_speed():
    found = exchanged(THREE, {("node1", "node3"): 120, ("node1", "node2"): 3})
    assert lossy_ways(ClusterView(found)) == {("node1", "node3"), ("node3", "node1")}


def test_where_nothing_was_counted_nothing_is_said():
    found = exchanged(THREE, {}, sent=0)
    assert {finding.outcome for finding in judged(found, CHECK).values()} == {Outcome.SKIP}


NETEM = Shaper("eth0", "netem", "root", "limit 1000 delay 1ms loss 5%")
POLICE = Shaper("eth0", "ingress", "clsact", "police 0x1 rate 10Mbit burst 20Kb action drop")


@pytest.mark.parametrize(
    ("where", "shaper", "lost", "named"),
    [
        ("node3", NETEM, [("node3", "node1"), ("node3", "node2")], "node3"),
        ("node3", POLICE, [("node1", "node3"), ("node2", "node3")], "node3"),
        ("node1", POLICE, [("node3", "node1")], "node1"),
        ("node3", POLICE, [("node3", "node1"), ("node3", "node2")], ""),
        ("node1", NETEM, [("node3", "node1"), ("node3", "node2")], ""),
        ("node3", Shaper("eth9", "netem", "root", "loss 5%"), [("node3", "node1")], ""),
        ("node3", Shaper("eth0", "tbf", "root", "rate 1Gbit"), [("node3", "node1")], ""),
    ],
)
def test_what_traffic_control_was_told_to_lose_is_named_and_removed(where, shaper, lost, named):
    found = exchanged(THREE, dict.fromkeys(lost, 50))
    for name in THREE:
        with_fact(found, name, TrafficControl((shaper,) if name == where else ()))
    findings = judged(found, CHECK)
    fixes = [each.fix for each in findings.values() if each.outcome is Outcome.FAIL]
    assert len(fixes) == 1
    told = fixes[0].command == f"tc qdisc del dev eth0 {shaper.place}"
    assert (fixes[0].on if told else "") == named
