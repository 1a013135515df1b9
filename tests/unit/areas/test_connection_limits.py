"""Packet filters that let single connections through, and not those of all ranks at once."""

from __future__ import annotations

import pytest

from checks.facts.firewall import Firewall, FirewallListing
from checks.facts.ports import PortSettings
from checks.facts.rendezvous import RendezvousRank, RendezvousReport
from tests.support.networks import cluster
from tests.support.snapshots import judged, with_fact
from tests.unit.areas.test_collective_rendezvous import meeting, through

CHECK = "collective.ranks-meet"
LISTED = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport {} {} -j DROP\nCOMMIT\n"
COUNTS = "--syn -m connlimit --connlimit-above 4"
RATE = "--syn -m hashlimit --hashlimit-above 5/min --hashlimit-mode srcip --hashlimit-name x"


def waiting(rank, stage, **given):
    report = RendezvousReport(stage, error="DistNetworkError", detail="timed out")
    return RendezvousRank(rank, 1, 8.1, report, **given)


def limited(stage, ports, match):
    """What the head is told where three ranks did not meet, with a filter of its own."""
    called = ("10.0.0.1:41000",) * (stage != "store")
    ranks = (waiting(number, stage, unanswered=called) for number in (1, 2))
    return filtered(stage, ports, match, *ranks)["node1",]


def filtered(stage, ports, match, *ranks):
    """The findings by node, with a filter on the head."""
    met = meeting(through(0) if stage == "store" else waiting(0, stage), *ranks)
    snap = cluster(met.job.names)
    for name in snap.job.names:
        snap.put(name, "rendezvous", met.answer(name, "rendezvous"))
        listing = FirewallListing(LISTED.format(ports, match) if name == "node1" else "")
        tools = dict.fromkeys(("nft", "ip6tables"), FirewallListing())
        with_fact(snap, name, Firewall({**tools, "iptables": listing}))
        with_fact(snap, name, PortSettings(32768, 60999, "", 1024))
    return judged(snap, CHECK)


@pytest.mark.parametrize(
    ("stage", "ports", "match", "opened"),
    [
        ("store", "29500", COUNTS, "29500:29500"),
        ("store", "1024:65535", RATE, "29500:29500"),
        ("group", "32768:60999", COUNTS, "32768:60999"),
        ("second group", "1024:65535", RATE, "32768:60999"),
    ],
)
def test_a_filter_that_counts_is_named_and_lets_the_nodes_through(stage, ports, match, opened):
    found = limited(stage, ports, match)
    assert (found.cause, found.fix.on) == ("connections-limited", "node1"), found.message
    assert "single connections do" in found.message
    assert f"--dport {opened.replace('29500:29500', '29500')} -j ACCEPT" in found.fix.command


@pytest.mark.parametrize("shut_out", [1, 2])
def test_the_node_with_the_filter_is_named_and_not_those_that_it_shut_out(shut_out):
    let_in = 3 - shut_out
    ranks = {
        shut_out: waiting(shut_out, "store"),
        let_in: waiting(let_in, "group"),
    }
    found = filtered("store", "29500", COUNTS, *(ranks[number] for number in (1, 2)))
    causes = {name: finding.cause for (name,), finding in found.items()}
    assert causes == {"node1": "connections-limited", "node2": "", "node3": ""}, found


@pytest.mark.parametrize(
    ("stage", "given", "cause"),
    [
        ("store", {"ports": "80", "match": COUNTS}, "master-not-open"),
        ("store", {"ports": "29500", "match": "-s 192.0.2.0/24"}, "master-not-open"),
        ("group", {"ports": "29500", "match": COUNTS}, "peer-not-reached"),
    ],
)
def test_a_filter_that_cannot_be_in_the_way_is_not_named(stage, given, cause):
    assert limited(stage, **given).cause == cause


def test_ranks_that_meet_pass():
    assert judged(meeting(*map(through, range(3))), CHECK)["node1",].outcome.value == "pass"
