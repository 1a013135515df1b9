"""Who reaches whose ports: how it is judged, who is at fault, and what is proposed."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.firewall import Firewall, FirewallListing
from checks.facts.ports import DialResults, PortSettings
from checks.facts.snapshot import Snapshot
from checks.model import Node, Outcome, Severity
from tests.support.listeners import (
    FREE,
    NODES,
    REACHABLE,
    SAMPLE,
    cluster,
    failed_call,
    with_failed,
)
from tests.support.snapshots import judged, snapshot, with_fact

OPEN, WIDE = "ports.ephemeral-ports-are-open", "ports.ephemeral-range-is-wide-enough"
NEIGHBOURS = "ports.neighbour-table-is-large-enough"
DROP_29500 = """{"nftables": [
 {"chain": {"family": "inet", "table": "filter", "name": "input", "type": "filter",
            "hook": "input", "policy": "accept"}},
 {"rule": {"family": "inet", "table": "filter", "chain": "input", "expr": [
   {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
              "right": 29500}}, {"drop": null}]}}]}"""


def ruled(snap: Snapshot, name: str, nft: str = '{"nftables": []}') -> Snapshot:
    tools = ("iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy")
    absent = {tool: FirewallListing("", f"{tool}-save is not installed") for tool in tools}
    return with_fact(snap, name, Firewall({"nft": FirewallListing(nft), **absent}))


def test_a_healthy_cluster_passes_everything():
    snap = cluster()
    for check in (FREE, REACHABLE, OPEN, WIDE, NEIGHBOURS):
        found = judged(snap, check)
        assert found
        assert {finding.outcome for finding in found.values()} == {Outcome.PASS}


def test_a_dropped_master_port_names_rule_and_command():
    snap = ruled(ruled(cluster(), "node1", DROP_29500), "node2")
    found = judged(with_failed(snap, "node2", failed_call("node1", 29500)), REACHABLE)
    one = found["node2", "node1"]
    assert (one.outcome, one.severity, one.cause) == (Outcome.FAIL, Severity.BLOCK, "dropped")
    assert one.message == (
        "node2 cannot reach node1:29500: packets are dropped (no answer in 3.3 s), by nftables "
        "on node1 (inet filter chain input: tcp dport 29500 drop)"
    )
    assert one.fix is not None
    assert (one.fix.on, one.fix.command) == (
        "node1",
        "sudo nft insert rule inet filter input ip saddr 10.0.0.0/30 tcp dport 29500 accept",
    )
    assert one.evidence["ports"] == {"29500": "dropped"}
    assert found["node3", "node1"].outcome is Outcome.PASS
    assert judged(snap, OPEN)["node2", "node1"].outcome is Outcome.PASS


def test_refused_with_a_listener_there_is_a_rejecting_filter():
    one = judged(with_failed(cluster(), "node2", failed_call("node1", 29500, "refused")), REACHABLE)
    assert one["node2", "node1"].cause == "rejected"


def test_where_no_rule_drops_it_lies_between_the_nodes():
    snap = cluster()
    for name in NODES:
        ruled(snap, name)
    with_failed(snap, "node2", *(failed_call("node3", port) for port in SAMPLE))
    one = judged(snap, OPEN)["node2", "node3"]
    assert "something between them" in one.message
    assert one.fix is not None
    assert one.fix.note.startswith("open TCP 32768-60999 from 10.0.0.0/30 between node2 and node3")


def test_a_node_that_nobody_reaches_is_the_one_to_open():
    snap = cluster()
    for name in ("node1", "node2"):
        with_failed(snap, name, *(failed_call("node3", port) for port in SAMPLE))
    one = judged(snap, OPEN)["node1", "node3"]
    assert "could not be read" in one.message
    assert one.fix is not None and "at node3:" in one.fix.note


def test_a_missing_way_back_is_fixed_where_it_is_missing():
    snap = with_failed(cluster(), "node2", *(failed_call("node3", port) for port in SAMPLE))
    with_failed(snap, "node3", *(failed_call("node2", port, "no-route", 0.0) for port in SAMPLE))
    with_fact(snap, "node3", Firewall(refusing_routes=("10.0.0.0/8", "10.0.0.2/32")))
    found = judged(snap, OPEN)
    for pair in (("node2", "node3"), ("node3", "node2")):
        assert found[pair].cause == "no-route"
        assert found[pair].fix is not None
        assert (found[pair].fix.on, found[pair].fix.command) == (
            "node3",
            "sudo ip route del 10.0.0.2/32",
        )
        assert "node3 has a route that refuses 10.0.0.2/32" in found[pair].message


@pytest.mark.parametrize("cause", ["absent", "wrong-answer", "reset", "no-local-port", "no-answer"])
def test_every_other_cause_has_words_and_a_fix(cause):
    one = judged(with_failed(cluster(), "node2", failed_call("node1", 29500, cause)), REACHABLE)
    finding = one["node2", "node1"]
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, cause)
    assert finding.fix is not None and str(finding.fix)


def test_a_port_of_which_nothing_was_said_is_not_a_pass():
    snap = with_fact(cluster(), "node2", DialResults({"node1": SAMPLE[:2]}))
    assert judged(snap, OPEN)["node2", "node1"].outcome is Outcome.UNKNOWN
    assert judged(snap, OPEN)["node2", "node3"].outcome is Outcome.UNKNOWN
    assert judged(snap, REACHABLE)["node2", "node1"].outcome is Outcome.UNKNOWN


def test_a_narrow_range_is_widened_around_the_master_port():
    hosts = tuple(Node(name, slots=8) for name in NODES)
    snap = cluster(hosts=hosts)
    with_fact(snap, "node2", PortSettings(50000, 50199, "8080", 1024))
    found = judged(snap, WIDE)
    assert found["node1",].outcome is Outcome.PASS
    one = found["node2",]
    assert (one.cause, one.severity) == ("too-narrow", Severity.WARN)
    assert one.fix is not None
    assert "ip_local_reserved_ports=8080,29500" in one.fix.command


def test_a_neighbour_table_smaller_than_the_cluster_is_a_warning():
    names = tuple(f"n{number}" for number in range(1000))
    snap = snapshot(names)
    with_fact(snap, "n0", PortSettings(32768, 60999, "", 1024))
    with_fact(snap, "n1", PortSettings(32768, 60999, "", 8192))
    with_fact(snap, "n2", PortSettings(32768, 60999, "", None))
    found = judged(snap, NEIGHBOURS)
    assert (found["n0",].cause, found["n0",].severity) == ("too-small", Severity.WARN)
    assert found["n0",].fix is not None and "gc_thresh3=4096" in found["n0",].fix.command
    assert found["n1",].outcome is Outcome.PASS
    assert found["n2",].outcome is Outcome.SKIP


def test_of_many_nodes_one_port_is_enough_where_not_all_were_called():
    snap = cluster()
    few = DialResults({"node1": (29500, SAMPLE[0]), "node3": SAMPLE[:1]})
    with_fact(snap, "node2", dataclasses.replace(few, thorough=("node3",)))
    findings = judged(snap, OPEN)
    assert findings["node2", "node1"].outcome is Outcome.PASS
    assert findings["node2", "node1"].message == "the target answers on 1 port of its range"
    assert findings["node2", "node3"].outcome is Outcome.UNKNOWN
