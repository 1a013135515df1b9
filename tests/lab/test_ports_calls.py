"""How ports are dialled: by the nodes, who tell failures apart, and as the stage plans it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator

import pytest

from checks.answer import Answer
from checks.facts import ClusterView
from checks.facts.firewall import Firewall
from checks.facts.ports import PortSettings
from checks.node.probe import (
    call_loop as loop,
)
from checks.node.probe import (
    firewall,
    port_holder,
    port_settings,
    ports,
)
from checks.node.probe import (
    port_calls as calls,
)
from checks.node.probe.core import Undetermined
from checks.node.runtime.files import read_file
from checks.stages import dial_results as dialled_stage
from checks.stages import ports as stage
from tests.support.listeners import NODES, cluster

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
    low, high = (int(w) for w in read_file("/proc/sys/net/ipv4/ip_local_port_range").split())
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
    plan = [["me", address, port, "aaaaaaaa", size] for size in (calls.FULL_SIZE, 1400)]
    found = ports.dial({"targets": plan, "timeout": 5.0})
    assert found["lost"] == found["failed"] == []
    full, small = sorted(found["whole"]["me"], reverse=True)
    mtu = int(read_file("/sys/class/net/lo/mtu"))
    assert mtu // 2 - 100 < full <= mtu
    assert small == 1400
    assert found["sources"] == {"me": {address: address}}


@pytest.mark.usefixtures("hung_up")
def test_ports_that_are_spared_are_not_drawn(monkeypatch):
    real = {"/proc/sys/net/ipv4/ip_local_port_range": "40000\t40009"}
    real["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "40000-40004,40006,29500"
    monkeypatch.setattr(ports, "read_file", lambda path, missing=None: real[path])
    assert ports.ephemeral_ports() == [40005, 40007, 40008, 40009]
    assert set(listen()["ports"]) <= {40005, 40007, 40008, 40009}


@pytest.mark.usefixtures("hung_up")
def test_another_nodes_listener_is_a_wrong_answer_and_a_closed_port_is_refused():
    port = listen()["ports"][0]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    found = dial(("b", "127.0.0.1", port, "bbbbbbbb"), ("c", "127.0.0.1", closed, "cccccccc"))
    assert {finding["target"]: finding["outcome"] for finding in found["failed"]} == {
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
    assert calls.connect_outcome(getattr(errno, code), seconds, at_once) == outcome


def test_settings_and_filters_of_this_machine_have_the_shape_of_their_facts():
    from checks.facts import decode_fact

    assert decode_fact(PortSettings, port_settings.port_settings({})).high > 1024
    fact = decode_fact(Firewall, firewall.firewall({}))
    assert set(fact.listings) == set(firewall.LISTINGS)
    assert all(listing.text or listing.why or fact.readable for listing in fact.listings.values())


# how the stage plans and puts together


def test_every_node_calls_the_next_one_first_and_the_head_calls_its_own_master_port():
    ids = {name: f"{index:08x}" for index, name in enumerate(NODES)}
    plan = stage._dial_targets(ClusterView(cluster()), "node2", ids)
    assert [target[0] for target in plan[:2]] == ["node3", "node1"]
    assert len(plan) == 3 + 4
    mine = stage._dial_targets(ClusterView(cluster()), "node1", ids)
    assert [target[:3] for target in mine if target[0] == "node1"] == [["node1", "10.0.0.1", 29500]]


def test_of_a_pair_that_is_not_in_the_sample_one_port_of_each_address_is_called():
    ids = {name: f"{index:08x}" for index, name in enumerate(NODES)}
    plan = stage._dial_targets(ClusterView(cluster()), "node2", ids, {("node2", "node3")})
    whole = stage._dial_targets(ClusterView(cluster()), "node2", ids)
    assert [call for call in plan if call[0] == "node3"] == [
        call for call in whole if call[0] == "node3"
    ]
    called = [call[2] for call in plan if call[0] == "node1"]
    assert called == [29500, cluster().answer("node1", "listen").fields["ports"][0]]


def test_a_second_try_fixes_what_it_reaches_and_a_lost_one_is_no_answer():
    failed = {"target": "b", "address": "10.0.0.2", "port": 5, "outcome": "dropped", "seconds": 1.0}
    first = Answer({"reached": {"b": [4]}, "failed": [failed], "timeout_s": 1.0})
    second = Answer({"reached": {"b": [5]}, "failed": [], "timeout_s": 3.3})
    assert dialled_stage.merge_dials(first, second).fields["reached"] == {"b": [4, 5]}
    assert dialled_stage.merge_dials(first, second).fields["failed"] == []
    assert dialled_stage.merge_dials(first, Answer(error="gone")) == Answer(error="gone")
    assert dialled_stage.merge_dials(first, None) == first


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
    found = stage._checked_answers(
        {"node1": Answer.from_json({"data": data}), "node2": Answer(error="late")}, {"node1": "x"}
    )
    assert found["node1"].data is None
    assert found["node1"].error
    assert found["node2"] == Answer(error="late")
