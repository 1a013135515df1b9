"""Speeds between nodes that accuse nobody: healthy ones, noise, and what was not measured."""

from __future__ import annotations

import dataclasses
import random

import pytest

from checks.facts.firewall import Firewall, FirewallListing
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.pairs import Pairs, PairSpeed
from checks.facts.ports import PortSettings
from checks.model import Outcome
from tests.support.networks import LO
from tests.support.pair_speeds import (
    CHECKS,
    CUT,
    ENOUGH,
    LATENCY,
    LINK,
    NODE,
    QUICK,
    SLOW,
    failures,
    measured,
    slow_where,
)
from tests.support.snapshots import judged, with_fact, without


def test_nothing_is_said_of_a_healthy_cluster():
    snap = measured(slow_where(lambda s, t: False))
    assert not failures(snap)
    for check in CHECKS:
        assert {finding.outcome for finding in judged(snap, check).values()} == {Outcome.PASS}


def test_slow_once_accuses_nobody():
    once = dataclasses.replace(SLOW, times=1)
    snap = measured(slow_where(lambda s, t: s == "node3", once))
    assert not failures(snap)
    result = judged(snap, LINK)["node3", "node1"]
    assert result.outcome is Outcome.SKIP
    assert "once" in result.message


def test_a_second_switch_is_not_far():
    near = PairSpeed(9.4, 9.5, 20.0)
    snap = measured(
        lambda s, t: dataclasses.replace(near, latency_us=180.0) if "node2" in (s, t) else near
    )
    assert not failures(snap)


@pytest.mark.parametrize("seed", range(20))
def test_noise_of_a_busy_machine_accuses_nobody(seed):
    drawn = random.Random(seed)
    snap = measured(lambda s, t: PairSpeed(2.0, drawn.uniform(2.3, 6.5), drawn.uniform(20, 300)), 5)
    assert not failures(snap)


def test_a_network_that_gives_what_its_interfaces_say_is_healthy():
    snap = measured(lambda s, t: PairSpeed(0.94, 0.95, 60.0))
    for name in snap.job.names:
        card = Interface("eth0", ipv4=("10.0.0.1/24",), speed_mbps=1000)
        with_fact(snap, name, Interfaces((LO, card)))
    assert not failures(snap)


def test_pairs_that_cannot_talk_are_left_to_who_says_so():
    snap = measured(slow_where(lambda s, t: False), 3)
    row = Pairs({"node1": QUICK}, left_out={"node2": "ports.ephemeral-ports-are-open"})
    with_fact(snap, "node3", row)
    result = judged(snap, LINK)["node3", "node2"]
    assert result.outcome is Outcome.SKIP
    assert "see ports.ephemeral-ports-are-open" in result.message
    assert not failures(snap)


def test_what_failed_to_be_measured_is_unknown_and_no_pass():
    snap = measured(slow_where(lambda s, t: False), 3)
    with_fact(snap, "node3", Pairs({"node1": QUICK}, failed={"node2": "timed out"}))
    result = judged(snap, LINK)["node3", "node2"]
    assert result.outcome is Outcome.UNKNOWN
    assert "timed out" in result.message


def test_a_node_that_did_not_measure_is_unknown():
    snap = without(measured(slow_where(lambda s, t: False), 3), "node3", Pairs, "cannot listen")
    assert judged(snap, NODE)["node3",].outcome is Outcome.UNKNOWN
    assert judged(snap, LINK)["node1", "node3"].outcome is Outcome.UNKNOWN
    assert judged(snap, NODE)["node1",].outcome is Outcome.PASS


def test_nothing_to_compare_is_no_claim():
    snap = measured(slow_where(lambda s, t: False), 1)
    for check in (NODE, LATENCY, CUT, ENOUGH):
        assert {finding.outcome for finding in judged(snap, check).values()} == {Outcome.SKIP}


LISTED = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport {} {} -j DROP\nCOMMIT\n"


@pytest.mark.parametrize(
    ("ports", "match", "cause"),
    [
        ("1024:65535", "--syn -m connlimit --connlimit-above 1", "connections-limited"),
        (
            "1024:65535",
            "--syn -m hashlimit --hashlimit-above 5/min --hashlimit-mode srcip --hashlimit-name x",
            "connections-limited",
        ),
        ("80", "--syn -m connlimit --connlimit-above 1", ""),
        ("1024:65535", "-s 192.0.2.0/24", ""),
    ],
)
def test_a_filter_that_counts_connections_is_named_and_the_nodes_let_through(ports, match, cause):
    snap = measured(slow_where(lambda s, t: False), 3)
    with_fact(snap, "node3", Pairs({"node1": QUICK}, failed={"node2": "timed out"}))
    for name in snap.job.names:
        listing = FirewallListing(LISTED.format(ports, match) if name == "node2" else "")
        tools = dict.fromkeys(("nft", "ip6tables"), FirewallListing())
        with_fact(snap, name, Firewall({**tools, "iptables": listing}))
        with_fact(snap, name, PortSettings(32768, 60999, "", 1024))
    result = judged(snap, LINK)["node3", "node2"]
    assert (result.cause, result.outcome is Outcome.UNKNOWN) == (cause, not cause)
    if cause:
        assert result.fix.on == "node2"
        assert "-p tcp --dport 32768:60999 -j ACCEPT" in result.fix.command
