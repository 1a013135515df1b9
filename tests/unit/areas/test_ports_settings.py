"""Ranges, tables and reservations: when they run out, and when they are wide enough."""

import dataclasses

import pytest

from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.ports import DialResults, FailedCall, Listeners, PortHolder, PortSettings
from checks.facts.surroundings import Surroundings
from checks.knowledge.training_network import further_addresses
from checks.model import Node, Outcome
from checks.stages import ports as stage
from tests.support.networks import LO, cluster, interfaces, resolves
from tests.support.snapshots import judged, with_fact

WIDE, HANDED = "ports.ephemeral-range-is-wide-enough", "ports.master-port-is-not-handed-out"
TABLE, FREE = "ports.connection-table-has-room", "ports.master-port-is-free"
OPEN, MASTER = "ports.ephemeral-ports-are-open", "ports.master-port-is-reachable"
PLAIN = PortSettings(32768, 60999, "", 1024, used=40, tracked=100, most_tracked=65536)
NODES = ("node1", "node2", "node3")


def settings(node="node1", **changes):
    snap = cluster(hosts=tuple(Node(name, slots=8) for name in NODES))
    for name in NODES:
        with_fact(snap, name, dataclasses.replace(PLAIN, **changes) if name == node else PLAIN)
    return snap


def of(check, **changes):
    found = judged(settings(**changes), check)
    assert all(
        finding.outcome is not Outcome.FAIL for who, finding in found.items() if who != ("node1",)
    )
    return found["node1",]


def test_plain_settings_are_enough():
    for check in (WIDE, HANDED, TABLE):
        assert of(check).outcome is Outcome.PASS


def test_a_range_in_which_no_start_succeeds():
    found = of(WIDE, low=40000, high=40014)
    assert (found.stops, found.cause) == (True, "too-narrow")
    assert "hands out 15 ports (40000-40014), and its ranks need 16" in found.message
    assert of(WIDE, low=40000, high=40015).warned, "they may do with these"


def test_a_range_whose_ports_are_in_use():
    found = of(WIDE, used=28000)
    assert (found.warned, found.cause) == (True, "used-up")
    assert "of which 28000 are in use, and its ranks may need 384" in found.message
    assert of(WIDE, used=27000).outcome is Outcome.PASS


@pytest.mark.parametrize("why", ["Cannot assign requested address", "Address already in use"])
def test_a_range_of_which_nothing_is_left_blocks_and_no_firewall_is_accused(why):
    snap = settings(low=60000, high=60020, used=30)
    for name in NODES:
        with_fact(snap, name, Surroundings(loopback=why if name == "node1" else ""))
        with_fact(snap, name, Interfaces((LO,)))
    found = judged(snap, WIDE)["node1",]
    assert (found.stops, found.cause) == (True, "used-up")
    assert "1024 65535" in found.fix.command
    for check in ("network.loopback-works", OPEN):
        assert {
            finding.outcome for who, finding in judged(snap, check).items() if "node1" in who
        } == {Outcome.SKIP}
    assert of(WIDE, used=28000).warned


@pytest.mark.parametrize(
    ("reserved", "kept"),
    [
        ("32768-60999", ""),
        ("8080,30000-40000,40001-65000", "8080,"),
        ("32768-60998,61001", "61001,"),
    ],
)
def test_a_range_that_is_reserved_is_the_only_finding(reserved, kept):
    snap = settings(reserved=reserved)
    for name in NODES:
        why = "Address already in use" if name == "node1" else ""
        with_fact(snap, name, Surroundings(loopback=why))
    routeless = {name: (f"10.0.0.{n}", "") for n, name in enumerate(NODES, 1)}
    with_fact(snap, "node1", resolves("node1", **routeless))
    found = judged(snap, WIDE)["node1",]
    assert (found.stops, found.cause) == (True, "too-narrow")
    assert "of net.ipv4.ip_local_reserved_ports), and its ranks need 16" in found.message
    assert f"'net.ipv4.ip_local_reserved_ports={kept}29500\\n'" in found.fix.command
    assert "ip_local_port_range" not in found.fix.command
    assert "grep -rns ip_local_reserved_ports" in found.fix.note
    for check in ("network.loopback-works", "network.one-network"):
        assert judged(snap, check)["node1",].outcome is Outcome.SKIP


def test_a_few_reserved_ports_leave_a_range_wide_enough():
    assert of(WIDE, reserved="29500,33000-34000").outcome is Outcome.PASS
    one = of(WIDE, low=40000, high=40099, reserved="40000-40009")
    assert (one.warned, "hands out 90 ports" in one.message) == (True, True)
    assert "ip_local_reserved_ports=40000-40009,29500" in one.fix.command
    assert "1024 65535" in one.fix.command, "the whole range is too narrow, too"


def test_ports_that_are_bound_and_not_counted_are_used_up():
    snap = settings()
    for name in NODES:
        with_fact(snap, name, Surroundings(loopback="Address already in use"))
    assert (judged(snap, WIDE)["node1",].cause) == "used-up"


def test_no_firewall_is_accused_of_a_call_that_had_no_local_port():
    snap = settings()
    for name in NODES:
        with_fact(snap, name, Surroundings(loopback="Cannot assign requested address"))
        with_fact(snap, name, Interfaces((LO,)))
    assert judged(snap, "network.loopback-works")["node1",].outcome is Outcome.UNKNOWN


def test_a_master_port_that_is_handed_out():
    found = of(HANDED, low=1024, high=65535, used=700)
    assert (found.warned, found.cause) == (True, "not-reserved")
    assert "net.ipv4.ip_local_reserved_ports=29500" in found.fix.command
    assert of(HANDED, low=1024, high=65535, used=600).outcome is Outcome.PASS, "a quiet head"


@pytest.mark.parametrize("reserved", ["29500", "8080,29000-29999"])
def test_a_master_port_that_is_reserved(reserved):
    changes = {"low": 1024, "high": 65535, "used": 9000, "reserved": reserved}
    assert of(HANDED, **changes).outcome is Outcome.PASS


def test_a_master_port_that_is_taken_is_told_once():
    snap = settings(low=1024, high=65535, used=9000)
    with_fact(snap, "node1", Listeners("10.0.0.1", (40000,), "EADDRINUSE"))
    assert judged(snap, HANDED)["node1",].outcome is Outcome.SKIP
    with_fact(snap, "node1", DialResults())
    holder = PortHolder(listens=False, user="ann", uid=7, pid=9, command="curl", free=29501)
    found = judged(with_fact(snap, "node1", holder), FREE)["node1",]
    assert (found.stops, found.cause) == (True, "handed-out")
    assert "an outgoing connection of pid 9 of ann: curl" in found.message
    assert "--master-port 29501" in found.fix.note
    assert found.fix.option == ("--master-port", "29501")
    with_fact(
        snap,
        "node1",
        PortHolder(listens=False, user="ann", uid=7, pid=9, command="curl", free=None),
    )
    assert "ip_local_reserved_ports" in judged(snap, FREE)["node1",].fix.command


def test_a_table_of_connections_that_is_full():
    for tracked, most in ((62000, 65536), (700, 1024)):
        found = of(TABLE, tracked=tracked, most_tracked=most)
        assert (found.warned, found.cause) == (True, "table-full")
    assert "nf_conntrack_max=4096" in found.fix.command
    assert of(TABLE, tracked=None, most_tracked=None).outcome is Outcome.SKIP


def two_networks(**job):
    """All have eth0 and eth1, and a bridge of docker's."""
    snap = cluster(**job)
    for number, name in enumerate(NODES, 1):
        both = (("eth0", f"10.0.0.{number}/24"), ("eth1", f"10.7.0.{number}/24"))
        with_fact(snap, name, interfaces(*both, ("docker0", "172.17.0.1/16")))
        with_fact(snap, name, Environment(shell={"NCCL_SOCKET_IFNAME": "eth1,eth0"}))
    return snap


def test_every_interface_that_the_job_leaves_to_nccl_is_called():
    from checks.facts import ClusterView

    node = ClusterView(two_networks(env={"NCCL_SOCKET_IFNAME": "^lo"}))["node2"]
    assert further_addresses(node) == ["10.7.0.2"]
    held = ClusterView(two_networks())["node2"]
    assert further_addresses(held) == [], "the start holds it to one, whatever the shell says"
    fact = Listeners("10.0.0.2", (40000, 50000), None, {"10.7.0.2": (45000,)})
    assert stage._ephemeral_targets(fact) == [
        ("10.0.0.2", 40000, stage.FULL_SIZE),
        ("10.0.0.2", 50000, 0),
        ("10.7.0.2", 45000, stage.FULL_SIZE),
    ]


def test_a_further_address_that_is_not_reached_is_named():
    snap = two_networks(env={"NCCL_SOCKET_IFNAME": "eth0,eth1"})
    for number, name in enumerate(NODES, 1):
        with_fact(snap, name, PLAIN)
        more = {f"10.7.0.{number}": (45000,)}
        with_fact(snap, name, Listeners(f"10.0.0.{number}", (40000,), None, more))
        with_fact(
            snap, name, DialResults({other: (40000, 45000) for other in NODES if other != name})
        )
    assert {finding.outcome for finding in judged(snap, OPEN).values()} == {Outcome.PASS}
    lost = FailedCall("node3", "10.7.0.3", 45000, "dropped", 3.3)
    with_fact(snap, "node2", DialResults({"node1": (40000, 45000), "node3": (40000,)}, (lost,)))
    found = judged(snap, OPEN)
    assert [pair for pair, finding in found.items() if finding.outcome is Outcome.FAIL] == [
        ("node2", "node3")
    ]
    one = found["node2", "node3"]
    assert "cannot reach node3:45000 (10.7.0.3)" in one.message
    assert "from 10.7.0.0/30" in one.fix.note


@pytest.mark.parametrize(
    ("check", "caller", "target", "port"),
    [(OPEN, "node1", "node3", 40000), (MASTER, "node3", "node1", 29500)],
)
def test_a_reverse_path_filter_is_named_with_the_route_that_fixes_it(check, caller, target, port):
    snap, back = cluster(NODES), f"10.0.0.{caller[-1]}"
    both = (LO, Interface("eth0", ipv4=(f"10.0.0.{target[-1]}/24",), strict_source=True))
    second = Interface("eth1", ipv4=(f"10.7.0.{target[-1]}/24",))
    with_fact(snap, target, Interfaces((*both, second)))
    answering = dict.fromkeys(NODES, (40000, 29500))
    for number, name in enumerate(NODES, 1):
        with_fact(snap, name, PLAIN)
        with_fact(snap, name, Listeners(f"10.0.0.{number}", (40000,), "" if number == 1 else None))
        with_fact(snap, name, DialResults(answering))
    sources = {caller: {back: f"10.7.0.{target[-1]}"}}
    with_fact(snap, target, DialResults(answering, sources=sources))
    lost = FailedCall(target, f"10.0.0.{target[-1]}", port, "absent", 3.1)
    others = {name: ports for name, ports in answering.items() if name != target}
    with_fact(snap, caller, DialResults(others, (lost,)))
    found = judged(snap, check)[caller, target]
    assert found.cause == "reverse-path"
    assert f"{target} would answer through eth1" in found.message
    assert (found.fix.on, found.fix.command) == (target, f"ip route replace {back}/32 dev eth0")


def test_a_first_address_that_is_not_reached_is_put_behind():
    snap = cluster(NODES)
    two = Interface("eth0", ipv4=("10.9.9.9/24", "10.0.0.3/24"))
    with_fact(snap, "node3", Interfaces((LO, two)))
    answering = dict.fromkeys(NODES, (40000,))
    for number, name in enumerate(NODES, 1):
        with_fact(snap, name, PLAIN)
        with_fact(snap, name, Listeners(f"10.0.0.{number}", (40000,)))
        with_fact(snap, name, DialResults(answering))
    lost = FailedCall("node3", "10.9.9.9", 40000, "dropped", 3.1)
    sources = {"node3": {"10.0.0.3": "10.0.0.1"}}
    with_fact(snap, "node1", DialResults(answering, (lost,), sources=sources))
    found = judged(snap, OPEN)["node1", "node3"]
    command = "ip addr del 10.9.9.9/24 dev eth0; ip addr add 10.9.9.9/24 dev eth0"
    assert (found.cause, found.fix.on, found.fix.command) == ("first-address", "node3", command)
