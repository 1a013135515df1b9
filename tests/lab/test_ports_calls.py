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
from checks.stages import dial_calls, small_packets
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
def test_small_packets_follow_full_ones_and_each_is_one_of_its_own():
    port = listen()["ports"][0]
    plan = [["me", "127.0.0.1", port, "aaaaaaaa", calls.FULL_SIZE]]
    found = ports.dial({"targets": plan, "timeout": 5.0, "small": 200})
    assert found["small"]["me"]["sent"] >= 200
    assert len(found["whole"]["me"]) == 1
    assert ports.dial({"targets": plan, "timeout": 5.0})["small"] == {}


COUNTED = {"unacked": 0, "again": 0, "acked": 11, "sent": 2, "in_vain": 0}


@pytest.mark.parametrize(
    ("grown", "lost"),
    [
        ({"sent": 301, "acked": 306}, 0),
        ({"sent": 340, "acked": 306, "again": 39}, 39),
        ({"sent": 340, "acked": 306}, 39),
        ({"sent": 304, "acked": 306, "again": 3, "in_vain": 3}, 0),
        ({"sent": 60, "acked": 45, "unacked": 10, "again": 10}, 10),
        ({"again": 4}, 4),
        ({}, 0),
    ],
    ids=[
        "all arrive",
        "lost on the way",
        "dropped by the node itself",
        "arrived twice",
        "cut off",
        "an old kernel",
        "nothing was sent",
    ],
)
def test_what_was_lost_is_what_was_sent_beyond_what_arrived(grown, lost):
    after = {name: before + grown.get(name, 0) for name, before in COUNTED.items()}
    assert calls.small_packet_counts(COUNTED, after) == (grown.get("sent", 0), lost)


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
        ("EADDRINUSE", 0.0, True, "no-local-port"),
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
    found = dial_calls.checked_answers(
        {"node1": Answer.from_json({"data": data}), "node2": Answer(error="late")}, {"node1": "x"}
    )
    assert found["node1"].data is None
    assert found["node1"].error
    assert found["node2"] == Answer(error="late")


class StillLossy:
    """A contact whose nodes lose 120 of 1000 small packets, and never any towards node2."""

    def __init__(self):
        self.rounds = []

    def ask(self, section, requests, limit):
        assert (section, limit > 0) == ("dial", True)
        self.rounds.append(sorted(requests))
        return {
            name: Answer({"small": {args["targets"][0][0]: self.counts(args)}})
            for name, args in requests.items()
        }

    def counts(self, args):
        return {"sent": args["small"], "lost": 0 if args["targets"][0][0] == "node2" else 120}


def test_what_lost_packets_is_counted_again_two_nodes_at_a_time():
    contact, ids = StillLossy(), dict.fromkeys(NODES, "aaaa")
    caller = dial_calls.DialCaller(contact, ids)
    few, none = {"sent": 300, "lost": 4}, {"sent": 300, "lost": 0}
    found = {
        "node1": Answer({"small": {"node2": few, "node3": few}}),
        "node2": Answer({"small": {"node1": none}}),
        "node3": Answer(error="gone"),
    }
    counted = small_packets.count_again(ClusterView(cluster()), caller, found)
    assert contact.rounds == [["node1"], ["node1"]]
    assert counted["node1"].fields["small"] == {
        "node2": {"sent": small_packets.COUNTED_AGAIN, "lost": 0},
        "node3": {"sent": small_packets.COUNTED_AGAIN, "lost": 120},
    }
    assert counted["node2"] == found["node2"]
    assert counted["node3"] == found["node3"]
    assert small_packets.lossy_pairs(counted) == [{"node1", "node3"}]


def test_of_a_pair_that_comes_too_late_nothing_is_said(monkeypatch):
    monkeypatch.setattr(small_packets, "MOST_ROUNDS", 1)
    caller = dial_calls.DialCaller(StillLossy(), dict.fromkeys(NODES, "aaaa"))
    few = {"sent": 300, "lost": 4}
    found = {"node1": Answer({"small": {"node2": few, "node3": few}})}
    counted = small_packets.count_again(ClusterView(cluster()), caller, found)
    assert counted["node1"].fields["small"].keys() == {"node2"}
