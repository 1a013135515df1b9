"""A wrong neighbour explains a pair that is dropped; a cloud's made-up address never does."""

from __future__ import annotations

import pytest

from checks.areas.ports.failed_calls import judge_failed_call
from checks.facts import ClusterView
from checks.facts.account import Account
from checks.facts.firewall import Firewall, FirewallListing, Neighbour
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.ports import DialResults, FailedCall, Listeners
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import Sshd
from checks.facts.trust import Trust
from checks.knowledge.neighbour_entries import find_misdirected_traffic
from checks.model import Outcome
from checks.node.probe import firewall as probe
from tests.support.snapshots import judged, snapshot, with_fact

EVERY = "ssh.every-node-logs-in-to-every-node"
TIMED_OUT = LoginAttempt(255, err="ssh: connect to host node2 port 22: Connection timed out")
STRANGE = "00:11:22:33:44:55"
GATEWAY = "12:34:56:78:9a:bc"

NO_RULES = {tool: FirewallListing(why="not installed") for tool in probe.LISTINGS}


def mac(number):
    return f"02:00:00:00:00:0{number}"


def address(number):
    return f"10.0.0.{number}"


def cluster(*table):
    """Three nodes, of which the first has this table of neighbours and its ssh to node2 drops."""
    snap = snapshot(backend="ssh")
    for number, name in enumerate(("node1", "node2", "node3"), 1):
        eth0 = Interface("eth0", ipv4=(f"{address(number)}/24",), mac=mac(number))
        with_fact(snap, name, Interfaces((eth0,)))
        with_fact(snap, name, Firewall(NO_RULES))
        with_fact(snap, name, Trust("root", "/root"))
        with_fact(snap, name, Sshd("root"))
        with_fact(snap, name, Account("root", 0, "/root", "/bin/sh", name, "", "", "3", "", 1, 1))
    with_fact(snap, "node1", Firewall(NO_RULES, neighbours=table))
    with_fact(snap, "node1", SshRow({"node2": TIMED_OUT}))
    return snap


def entry(number, hardware, permanent=False):
    return Neighbour(address(number), hardware, "eth0", permanent)


def found(*table):
    nodes = ClusterView(cluster(*table))
    return find_misdirected_traffic(nodes["node1"], nodes["node2"], address(1), address(2))


@pytest.mark.parametrize(
    "table",
    [
        (entry(2, STRANGE, permanent=True),),
        (entry(2, STRANGE), entry(3, mac(3))),
        (entry(2, mac(3)), entry(3, mac(3))),
    ],
    ids=["by hand", "another machine answers", "another node answers"],
)
def test_hardware_that_is_none_of_the_peers_is_wrong_where_others_are_right(table):
    assert found(*table).entry == table[0]


@pytest.mark.parametrize(
    "table",
    [
        (),
        (entry(2, mac(2), permanent=True),),
        (entry(2, STRANGE),),
        (entry(2, GATEWAY), entry(3, GATEWAY), entry(254, GATEWAY)),
        (entry(2, GATEWAY, permanent=True), entry(254, GATEWAY)),
        (entry(9, STRANGE, permanent=True), entry(3, mac(3))),
    ],
    ids=["empty", "right", "alone", "cloud", "cloud by hand", "no peer"],
)
def test_what_may_be_right_accuses_nothing(table):
    assert found(*table) is None


def test_an_address_that_the_peer_itself_has_not_is_not_judged():
    snap = cluster(entry(2, STRANGE, permanent=True))
    with_fact(snap, "node2", Interfaces((Interface("eth0", ipv4=("192.168.0.2/24",), mac=mac(2)),)))
    nodes = ClusterView(snap)
    assert find_misdirected_traffic(nodes["node1"], nodes["node2"], address(1), address(2)) is None


def test_a_dropped_login_names_the_entry_and_forgets_it():
    finding = judged(cluster(entry(2, STRANGE, permanent=True)), EVERY)["node1", "node2"]
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, "dropped")
    assert f"node1 sends what is for 10.0.0.2 to {STRANGE}" in finding.message
    assert "permanent entry on eth0" in finding.message
    assert (finding.fix.on, finding.fix.command) == ("node1", "ip neigh del 10.0.0.2 dev eth0")
    assert mac(2) in finding.fix.note


def test_an_address_used_twice_is_told_with_its_other_owner():
    finding = judged(cluster(entry(2, mac(3)), entry(3, mac(3))), EVERY)["node1", "node2"]
    assert f"{mac(3)}, which is node3's and not node2's" in finding.message
    assert "find it" in finding.fix.note


def test_a_dropped_call_is_left_to_the_login_or_told_without_one():
    snap = cluster(entry(2, STRANGE, permanent=True))
    failed = FailedCall("node2", address(2), 40000, "dropped", 2.5)
    for number, name in ((1, "node1"), (2, "node2")):
        with_fact(snap, name, Listeners(address(number), (40000,)))
        with_fact(snap, name, DialResults())
    nodes = ClusterView(snap)
    reported = judge_failed_call(nodes["node1"], nodes["node2"], failed, (40000, 40000))
    assert (reported.outcome, reported.message) == (Outcome.SKIP, f"see {EVERY}")
    with_fact(snap, "node1", SshRow({"node2": LoginAttempt(0, "node2", True)}))
    nodes = ClusterView(snap)
    reported = judge_failed_call(nodes["node1"], nodes["node2"], failed, (40000, 40000))
    assert reported.fix.command == "ip neigh del 10.0.0.2 dev eth0"


def test_the_kernels_table_is_read_where_it_is_complete_and_ethernet(monkeypatch):
    table = """IP address       HW type     Flags       HW address            Mask     Device
10.0.0.2         0x1         0x6         00:11:22:33:44:55     *        eth0
10.0.0.3         0x1         0x2         02:00:00:00:00:03     *        eth0
10.0.0.4         0x1         0x0         00:00:00:00:00:00     *        eth0
10.1.0.2         0x20        0x2         80:00:02:08:fe:80     *        ib0
"""
    monkeypatch.setattr(probe, "read_file", lambda path, default=None: table)
    reported = [
        (neighbour["address"], neighbour["permanent"]) for neighbour in probe.arp_neighbours()
    ]
    assert reported == [("10.0.0.2", True), ("10.0.0.3", False)]
