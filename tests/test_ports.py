"""Ports: what is dialled and how failures are told apart, what is judged, and what is proposed."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator

import pytest

from checks.cluster import dialled as dialled_stage
from checks.cluster import ports as stage
from checks.facts.firewall import Firewall, Listing
from checks.facts.ports import Dialled, Failed, Listening, PortHolder, PortSettings
from checks.facts.snapshot import Snapshot
from checks.facts.who import Who
from checks.model import Node, Outcome, Severity
from checks.probe import calls, firewall, loop, port_holder, port_settings, ports
from checks.probe.core import Undetermined, read
from tests.snapshots import judged, snapshot, with_fact

FREE, REACHABLE = "ports.master-port-is-free", "ports.master-port-is-reachable"
OPEN, WIDE = "ports.ephemeral-ports-are-open", "ports.ephemeral-range-is-wide-enough"
NEIGHBOURS = "ports.neighbour-table-is-large-enough"
NODES = ("node1", "node2", "node3")
LOGIN = Who("trainer", 1000, "/home/trainer", "/bin/sh", "n", "m", "b", "3.11.2", "Linux", 2, 1)
SAMPLE = (33000, 44000, 55000)
DROP_29500 = """{"nftables": [
 {"chain": {"family": "inet", "table": "filter", "name": "input", "type": "filter",
            "hook": "input", "policy": "accept"}},
 {"rule": {"family": "inet", "table": "filter", "chain": "input", "expr": [
   {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
              "right": 29500}}, {"drop": null}]}}]}"""


def cluster(nodes: tuple[str, ...] = NODES, **job: object) -> Snapshot:
    """All listen, and reach all."""
    snap = snapshot(nodes, **job)
    for index, name in enumerate(nodes, 1):
        error = "" if name == nodes[0] else None
        with_fact(snap, name, Listening(f"10.0.0.{index}", SAMPLE, error))
        with_fact(snap, name, PortSettings(32768, 60999, "", 1024))
        with_fact(snap, name, dialled(nodes, name))
        with_fact(snap, name, LOGIN)
    return snap


def dialled(nodes: tuple[str, ...], name: str, *failed: Failed) -> Dialled:
    lost = {(one.target, one.port) for one in failed}
    reached = {}
    for target in nodes:
        tried = (() if target == name else SAMPLE) + ((29500,) if target == nodes[0] else ())
        if answered := tuple(port for port in tried if (target, port) not in lost):
            reached[target] = answered
    return Dialled(reached, failed, 3.3)


def lost(target: str, port: int, outcome: str = "dropped", seconds: float = 3.3) -> Failed:
    return Failed(target, f"10.0.0.{target[-1]}", port, outcome, seconds)


def fails(snap: Snapshot, name: str, *failed: Failed) -> Snapshot:
    return with_fact(snap, name, dialled(NODES, name, *failed))


def ruled(snap: Snapshot, name: str, nft: str = '{"nftables": []}') -> Snapshot:
    tools = ("iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy")
    absent = {tool: Listing("", f"{tool}-save is not installed") for tool in tools}
    return with_fact(snap, name, Firewall({"nft": Listing(nft), **absent}))


# what the nodes do


@pytest.fixture
def hung_up() -> Iterator[None]:
    yield
    loop.hangup({})


def listen(**args: object) -> dict[str, object]:
    return ports.listen({"id": "aaaaaaaa", "address": "127.0.0.1", "sample": 3, **args})


def dial(*targets: tuple[str, str, int, str]) -> dict[str, object]:
    return ports.dial({"targets": [list(target) for target in targets], "timeout": 5.0})


@pytest.mark.usefixtures("hung_up")
def test_listeners_answer_with_their_id_on_ports_of_the_ephemeral_range():
    opened = listen()
    low, high = (int(w) for w in read("/proc/sys/net/ipv4/ip_local_port_range").split())
    assert len(opened["ports"]) == 3
    assert all(low <= port <= high for port in opened["ports"])
    found = dial(*(("me", "127.0.0.1", port, "aaaaaaaa") for port in opened["ports"]))
    assert sorted(found["reached"]["me"]) == sorted(opened["ports"])
    assert found["failed"] == []


@pytest.mark.usefixtures("hung_up")
def test_more_calls_than_the_window_all_get_their_answer():
    port = listen()["ports"][0]
    found = dial(*(("me", "127.0.0.1", port, "aaaaaaaa") for _ in range(3 * loop.WINDOW)))
    assert found["reached"] == {"me": [port] * (3 * loop.WINDOW)}


@pytest.mark.usefixtures("hung_up")
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_full_packets_arrive_and_their_size_is_told(address):
    port = listen(address=address)["ports"][0]
    plan = [["me", address, port, "aaaaaaaa", size] for size in (calls.FULL, 1400)]
    found = ports.dial({"targets": plan, "timeout": 5.0})
    assert found["lost"] == found["failed"] == []
    full, small = sorted(found["whole"]["me"], reverse=True)
    mtu = int(read("/sys/class/net/lo/mtu"))
    assert mtu // 2 - 100 < full <= mtu
    assert small == 1400
    assert found["sources"] == {"me": {address: address}}


@pytest.mark.usefixtures("hung_up")
def test_ports_that_are_spared_are_not_drawn(monkeypatch):
    real = {"/proc/sys/net/ipv4/ip_local_port_range": "40000\t40009"}
    real["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "40000-40004,40006,29500"
    monkeypatch.setattr(ports, "read", lambda path, missing=None: real[path])
    assert ports.handed_out() == [40005, 40007, 40008, 40009]
    assert set(listen()["ports"]) <= {40005, 40007, 40008, 40009}


@pytest.mark.usefixtures("hung_up")
def test_another_nodes_listener_is_a_wrong_answer_and_a_closed_port_is_refused():
    port = listen()["ports"][0]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    found = dial(("b", "127.0.0.1", port, "bbbbbbbb"), ("c", "127.0.0.1", closed, "cccccccc"))
    assert {one["target"]: one["outcome"] for one in found["failed"]} == {
        "b": "wrong-answer",
        "c": "refused",
    }


@pytest.mark.usefixtures("hung_up")
def test_an_address_of_nobody_here_is_said_so():
    with pytest.raises(Undetermined, match=r"cannot listen on 192\.0\.2\.1"):
        listen(address="192.0.2.1")


@pytest.mark.usefixtures("hung_up")
def test_a_taken_master_port_and_its_holder_are_found():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert listen(master_port=port)["master_error"] == "EADDRINUSE"
        holder = port_holder.port_holder({"port": port})
    assert holder["pid"] == os.getpid()
    assert holder["listens"] is True
    assert holder["uid"] == os.getuid()
    assert holder["free"] > port


def test_after_hangup_a_rank_that_does_not_reuse_addresses_gets_the_port():
    port = listen()["ports"][0]
    found = dial(*(("me", "127.0.0.1", port, "aaaaaaaa") for _ in range(20)))
    loop.hangup({})
    assert len(found["reached"]["me"]) == 20
    with socket.socket() as plain:
        plain.bind(("127.0.0.1", port))
        assert plain.getsockname()[1] == port


def test_hangup_closes_every_listener():
    port = listen()["ports"][0]
    loop.hangup({})
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize(
    ("code", "seconds", "at_once", "outcome"),
    [
        ("ECONNREFUSED", 0.0, False, "refused"),
        ("EHOSTUNREACH", 0.01, False, "rejected"),
        ("EHOSTUNREACH", 3.07, False, "absent"),
        ("EHOSTUNREACH", 0.0, True, "no-route"),
        ("ENETUNREACH", 0.0, True, "no-route"),
        ("EACCES", 0.0, True, "no-route"),
        ("EINVAL", 0.0, True, "no-route"),
        ("ECONNRESET", 0.1, False, "reset"),
        ("ETIMEDOUT", 9.0, False, "dropped"),
        ("EADDRNOTAVAIL", 0.0, True, "no-local-port"),
    ],
)
def test_failures_are_told_apart_by_error_and_time(code, seconds, at_once, outcome):
    assert calls.outcome_of(getattr(errno, code), seconds, at_once) == outcome


def test_settings_and_filters_of_this_machine_have_the_shape_of_their_facts():
    from checks.facts import decode

    assert decode(PortSettings, port_settings.port_settings({})).high > 1024
    fact = decode(Firewall, firewall.firewall({}))
    assert set(fact.listings) == set(firewall.LISTINGS)
    assert all(listing.text or listing.why or fact.readable for listing in fact.listings.values())


# how the stage plans and puts together


def test_every_node_calls_the_next_one_first_and_the_head_calls_its_own_master_port():
    ids = {name: f"{index:08x}" for index, name in enumerate(NODES)}
    plan = stage._targets(cluster(), "node2", ids)
    assert [target[0] for target in plan[:2]] == ["node3", "node1"]
    assert len(plan) == 3 + 4
    mine = stage._targets(cluster(), "node1", ids)
    assert [target[:3] for target in mine if target[0] == "node1"] == [["node1", "10.0.0.1", 29500]]


def test_a_second_try_mends_what_it_reaches_and_a_lost_one_is_no_answer():
    failed = {"target": "b", "address": "10.0.0.2", "port": 5, "outcome": "dropped", "seconds": 1.0}
    first = {"data": {"reached": {"b": [4]}, "failed": [failed], "timeout_s": 1.0}}
    second = {"data": {"reached": {"b": [5]}, "failed": [], "timeout_s": 3.3}}
    assert dialled_stage.merged(first, second)["data"]["reached"] == {"b": [4, 5]}
    assert dialled_stage.merged(first, second)["data"]["failed"] == []
    assert dialled_stage.merged(first, {"error": "gone"}) == {"error": "gone"}
    assert dialled_stage.merged(first, None) == first


# how it is judged


def test_a_healthy_cluster_passes_everything():
    snap = cluster()
    for check in (FREE, REACHABLE, OPEN, WIDE, NEIGHBOURS):
        found = judged(snap, check)
        assert found
        assert {one.outcome for one in found.values()} == {Outcome.PASS}


def test_a_dropped_master_port_names_rule_and_command():
    snap = ruled(ruled(cluster(), "node1", DROP_29500), "node2")
    found = judged(fails(snap, "node2", lost("node1", 29500)), REACHABLE)
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
    one = judged(fails(cluster(), "node2", lost("node1", 29500, "refused")), REACHABLE)
    assert one["node2", "node1"].cause == "rejected"


def test_where_no_rule_drops_it_lies_between_the_nodes():
    snap = cluster()
    for name in NODES:
        ruled(snap, name)
    fails(snap, "node2", *(lost("node3", port) for port in SAMPLE))
    one = judged(snap, OPEN)["node2", "node3"]
    assert "something on the way" in one.message
    assert one.fix is not None
    assert one.fix.note.startswith("open TCP 32768-60999 from 10.0.0.0/30 between node2 and node3")


def test_a_node_that_nobody_reaches_is_the_one_to_open():
    snap = cluster()
    for name in ("node1", "node2"):
        fails(snap, name, *(lost("node3", port) for port in SAMPLE))
    one = judged(snap, OPEN)["node1", "node3"]
    assert "could not be read" in one.message
    assert one.fix is not None and "at node3:" in one.fix.note


def test_a_missing_way_back_is_mended_where_it_is_missing():
    snap = fails(cluster(), "node2", *(lost("node3", port) for port in SAMPLE))
    fails(snap, "node3", *(lost("node2", port, "no-route", 0.0) for port in SAMPLE))
    with_fact(snap, "node3", Firewall(refusing_routes=("10.0.0.0/8", "10.0.0.2/32")))
    found = judged(snap, OPEN)
    for pair in (("node2", "node3"), ("node3", "node2")):
        assert found[pair].cause == "no-route"
        assert found[pair].fix is not None
        assert (found[pair].fix.on, found[pair].fix.command) == (
            "node3",
            "sudo ip route del 10.0.0.2/32",
        )


@pytest.mark.parametrize("cause", ["absent", "wrong-answer", "reset", "no-local-port", "no-answer"])
def test_every_other_cause_has_words_and_a_fix(cause):
    one = judged(fails(cluster(), "node2", lost("node1", 29500, cause)), REACHABLE)
    finding = one["node2", "node1"]
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, cause)
    assert finding.fix is not None and str(finding.fix)


def test_a_port_of_which_nothing_was_said_is_not_a_pass():
    snap = with_fact(cluster(), "node2", Dialled({"node1": SAMPLE[:2]}))
    assert judged(snap, OPEN)["node2", "node1"].outcome is Outcome.UNKNOWN
    assert judged(snap, OPEN)["node2", "node3"].outcome is Outcome.UNKNOWN
    assert judged(snap, REACHABLE)["node2", "node1"].outcome is Outcome.UNKNOWN


def occupied(command: str, pid: int | None = 77, uid: int = 1) -> Snapshot:
    snap = cluster(command=("train.py",))
    with_fact(snap, "node1", Listening("10.0.0.1", SAMPLE, "EADDRINUSE"))
    return with_fact(
        snap,
        "node1",
        PortHolder(listens=True, user="ann", uid=uid, pid=pid, command=command, free=29501),
    )


def test_a_rank_left_from_an_earlier_run_is_to_be_killed():
    one = judged(occupied("python -u train.py --steps 9"), FREE)["node1",]
    assert one.cause == "in-use"
    assert "pid 77 of ann, left from an earlier run" in one.message
    assert one.fix is not None
    assert (one.fix.on, one.fix.command) == ("node1", "sudo kill 77")


def test_the_logins_own_process_may_be_ended_without_sudo():
    one = judged(occupied("python notebook.py", uid=LOGIN.uid), FREE)["node1",]
    assert one.fix is not None
    assert one.fix.command == "kill 77"
    assert "else start with --master-port 29501" in one.fix.note


@pytest.mark.parametrize(("command", "pid"), [("postgres", 77), ("", None)])
def test_a_stranger_on_the_master_port_is_left_alone(command, pid):
    one = judged(occupied(command, pid), FREE)["node1",]
    assert one.cause == "in-use"
    assert one.fix is not None and not one.fix.command
    assert "--master-port 29501 (seen free on node1)" in one.fix.note


def test_nobody_is_accused_of_not_reaching_a_port_that_is_taken():
    found = judged(occupied("postgres"), REACHABLE)
    assert {one.outcome for one in found.values()} == {Outcome.SKIP}


def test_a_port_below_1024_needs_root():
    snap = with_fact(cluster(), "node1", Listening("10.0.0.1", SAMPLE, "EACCES"))
    assert judged(snap, FREE)["node1",].cause == "not-permitted"


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


@pytest.mark.parametrize(
    "data",
    [
        {"failed": 5},
        {
            "failed": [
                {"target": "node9", "address": "a", "port": 1, "outcome": "dropped", "seconds": 1.0}
            ]
        },
        {"lost": [{}]},
        [],
    ],
)
def test_a_caller_that_tells_nonsense_is_not_asked_again(data):
    found = stage._sound({"node1": {"data": data}, "node2": {"error": "late"}}, {"node1": "x"})
    assert "data" not in found["node1"]
    assert found["node1"]["error"]
    assert found["node2"] == {"error": "late"}
