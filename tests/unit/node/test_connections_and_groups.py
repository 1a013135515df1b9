"""What the kernel says of connections and limits of control groups, and how it is summed."""

from __future__ import annotations

import os
import socket
import subprocess

import pytest

from checks.node.runtime import control_groups
from checks.node.runtime.tcp_info import Connection, open_connections
from launcher.agent import rank_activity
from launcher.agent.arrivals import link_uses
from launcher.agent.rank_activity import bytes_moved, observe_rank, tcp_tables, usage_rates

AT_REST = {"cpu": 0.0, "throttled": 0.0, "disk": 0, "files": 0, "traffic": 0}


@pytest.fixture(params=["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def pair(request):
    """Both ends of a connection, and the address that they have."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    listener = socket.socket(family)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    try:
        listener.bind((request.param, 0))
    except OSError:
        listener.close()
        pytest.skip("no IPv6 here")
    listener.listen()
    with listener, socket.socket(family) as near:
        near.connect(listener.getsockname())
        far, _ = listener.accept()
        with far:
            yield near, far, request.param.rpartition("ffff:")[2]


def test_the_kernel_says_what_a_connection_moved_and_where_to(pair):
    near, far, address = pair
    near.sendall(b"x" * 5000)
    assert len(far.recv(5000, socket.MSG_WAITALL)) == 5000
    ends = {os.fstat(end.fileno()).st_ino: end for end in (near, far)}
    found = {inode: own for inode, own in open_connections().items() if inode in ends}
    assert found.keys() == ends.keys()
    for inode, own in found.items():
        assert (own.here, own.there) == (address, address)
        assert own.port == ends[inode].getpeername()[1]
    assert found[os.fstat(far.fileno()).st_ino].received == 5000
    assert found[os.fstat(near.fileno()).st_ino].segments >= 1


def test_a_kernel_that_does_not_say_is_no_error(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(socket, "socket", refuse)
    assert open_connections() == {}


@pytest.mark.parametrize(
    ("groups", "stats", "seconds"),
    [
        ("0::/a/b", {"a/cpu.stat": "throttled_usec 2500000", "a/b/cpu.stat": "nr_periods 3"}, 2.5),
        ("3:cpu,cpuacct:/j\n0::/", {"cpu,cpuacct/j/cpu.stat": "throttled_time 4000000000"}, 4.0),
        ("0::/../..", {"cpu.stat": "throttled_usec 1000000"}, 1.0),
        ("0::/a", {}, 0.0),
        ("", {}, 0.0),
    ],
    ids=["version 2, the group above", "version 1", "a container", "no limit", "gone"],
)
def test_a_limit_of_any_group_above_counts(tmp_path, monkeypatch, groups, stats, seconds):
    for path, text in stats.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    shown = control_groups.read_file
    monkeypatch.setattr(control_groups, "ROOT", str(tmp_path))
    monkeypatch.setattr(
        control_groups,
        "read_file",
        lambda path, missing=None: groups if path == "/proc/7/cgroup" else shown(path, missing),
    )
    assert control_groups.throttled_seconds(7) == seconds


def connection(acked=0, unacked=0, **more):
    fields = {"port": 40000, "resent": 0, "received": 0, "segments": 0, **more}
    return Connection("10.0.0.1", "10.0.0.2", acked=acked, unacked=unacked, **fields)


def test_the_connection_with_most_data_stands_for_its_link():
    looks = [
        {
            1: connection(acked=at * 100_000, unacked=9, segments=at * 100, resent=at * 5),
            2: connection(acked=at * 50_000),
            3: connection(acked=at, unacked=9),
        }
        for at in range(5)
    ]
    assert link_uses(looks, 2.0) == [
        {
            "here": "10.0.0.1",
            "there": "10.0.0.2",
            "under_way": 1.0,
            "resent": 0.05,
            "rate": 200_000,
        }
    ]


def test_data_that_are_gone_whenever_it_is_looked_pass_at_a_high_rate():
    looks = [{1: connection(acked=at * 100_000, unacked=2)} for at in range(5)]
    found = link_uses(looks, 2.0)[0]
    assert (found["under_way"], found["rate"]) == (0.0, 2_000_000)
    assert link_uses([{}], 2.0) == []


def test_what_a_connection_carries_is_no_file():
    first = {**AT_REST, "blocked": {}, "running": set()}
    second = {**first, "files": 10_000_000, "traffic": 9_000_000, "throttled": 1.5, "cpu": 0.2}
    assert usage_rates(first, second, 2.0) == {
        "cpu": 0.1,
        "throttled": 0.75,
        "disk": 500_000,
        "traffic": 4_500_000,
        "blocked": [],
        "running": 0,
    }


def test_only_what_leads_to_ranks_is_their_traffic():
    with socket.create_server(("127.0.0.1", 0)) as held:
        inode = os.fstat(held.fileno()).st_ino
        moved = {inode: connection(acked=7, received=5), 1: connection(acked=100)}
        assert bytes_moved([os.getpid()], moved) == 12
        assert bytes_moved([os.getpid()], {inode: connection(acked=7, port=443)}) == 0


def test_the_sockets_of_a_network_namespace_are_read_once(monkeypatch):
    namespaces, read = {4: "net:[1]", 5: "net:[2]", 6: "net:[1]"}, []
    monkeypatch.setattr(rank_activity, "network_namespace", lambda pid: namespaces.get(pid, pid))
    monkeypatch.setattr(rank_activity, "tcp_sockets", lambda pid: read.append(pid) or [f"of {pid}"])
    found = tcp_tables([4, 5, 6, 7])
    assert found == {4: ["of 4"], 5: ["of 5"], 6: ["of 4"], 7: ["of 7"]}
    assert read == [4, 5, 7]


def test_who_ended_since_its_calls_were_seen_is_at_none(tmp_path):
    with subprocess.Popen(["true"]) as process:
        process.wait()
    called = {"stack": [["all_reduce", "/d/distributed_c10d.py", 3]], "why": "no py-spy"}
    seen = observe_rank(str(tmp_path), 1, process.pid, [process.pid], [], None, called)
    assert (seen["state"], seen["stack"], seen["why"]) == ("", [], "")
    own = observe_rank(str(tmp_path), 1, os.getpid(), [os.getpid()], [], None, called)
    assert [frame["line"] for frame in own["stack"]] == [3]
