"""What the programs on nodes share: processes, marks and files that may vanish at any moment."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading

import pytest

from checks.node.runtime import processes
from checks.node.runtime.files import list_folder, read_file
from checks.node.runtime.marks import has_mark, marked_processes, process_environment
from checks.node.runtime.processes import (
    Process,
    all_processes,
    descendants_of,
    find_process,
    open_files,
)
from checks.node.runtime.sockets import ESTABLISHED, LISTEN, decode_endpoint, tcp_sockets
from checks.node.runtime.threads import call_together

STAT = "7 (a) b (c) S 5 6 4 0 -1 0 0 0 0 0 30 12 0 0 20 0 1 0 999 0 8"


@pytest.fixture
def child():
    """A process with a mark that waits for its input to end; /proc shows the mark once it runs."""
    env, pipe = {**os.environ, "TEST_MARK": "ä b"}, subprocess.PIPE
    argv = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(argv, env=env, stdin=pipe, stdout=pipe) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_a_process_is_read_whatever_its_name_is():
    process = Process(7, STAT)
    assert (process.name, process.state, process.parent, process.session) == ("a) b (c", "S", 5, 4)
    assert (process.ticks, process.born, process.pages) == (42, 999, 8)


def test_a_process_and_its_end_are_seen(child):
    found = find_process(child.pid)
    assert found.parent == os.getpid()
    assert found.alive
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not find_process(child.pid).alive
    child.wait()
    assert find_process(child.pid) is None
    assert open_files(child.pid) == {}
    assert process_environment(child.pid) == {}
    assert list_folder(f"/proc/{child.pid}") == []
    assert read_file(f"/proc/{child.pid}/stat", "gone") == "gone"


def test_a_mark_finds_what_was_started_with_it(child):
    assert has_mark(child.pid, "TEST_MARK", "ä b")
    assert not has_mark(child.pid, "TEST_MARK", "ä")
    assert marked_processes("TEST_MARK", "ä b") == [child.pid]
    assert process_environment(child.pid)["TEST_MARK"] == "ä b"


def test_a_mark_is_seen_from_the_moment_of_the_start():
    for _ in range(100):  # Popen returns amid exec, before the kernel shows the environment
        with subprocess.Popen(["sleep", "600"], env={"TEST_MARK": "now"}) as process:
            seen = has_mark(process.pid, "TEST_MARK", "now")
            process.kill()
        assert seen


def test_a_program_without_environment_and_a_thread_of_the_kernel_have_none():
    with subprocess.Popen(["sleep", "600"], env={}) as process:
        assert process_environment(process.pid) == {}
        process.kill()
    kernel = [pid for pid, process in all_processes().items() if process.name == "kthreadd"]
    assert [process_environment(pid) for pid in kernel] == [{}] * len(kernel)


def test_descendants_are_those_below_in_any_depth():
    tree = {
        pid: Process(pid, STAT.replace(" S 5 ", f" S {parent} "))
        for pid, parent in {2: 1, 3: 2, 4: 3, 5: 1}.items()
    }
    assert sorted(descendants_of([2], tree)) == [3, 4]
    assert sorted(descendants_of([3, 5], tree)) == [4]


def test_a_descriptor_that_is_closed_meanwhile_hides_no_other(monkeypatch):
    reads, writes = os.pipe()
    listed = list_folder(f"/proc/{os.getpid()}/fd")
    os.close(reads)
    monkeypatch.setattr(processes, "list_folder", lambda _: listed)
    try:
        links = open_files(os.getpid())
        assert str(reads) not in links
        assert links[str(writes)].startswith("pipe:[")
    finally:
        os.close(writes)


@pytest.mark.parametrize(("family", "address"), [("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")])
def test_sockets_are_found_by_port_peer_and_descriptor(family, address):
    with socket.socket(getattr(socket, family)) as listener:
        listener.bind((address, 0))
        listener.listen()
        port = listener.getsockname()[1]
        with socket.create_connection((address, port)) as caller:
            found = {sock.link: sock for sock in tcp_sockets()}
            mine = {number: found.get(link) for number, link in open_files(os.getpid()).items()}
            listens, called = mine[str(listener.fileno())], mine[str(caller.fileno())]
    assert (listens.state, listens.port, listens.uid) == (LISTEN, port, os.getuid())
    assert (called.state, called.peer) == (ESTABLISHED, (address, port))


def test_an_address_of_version_4_in_one_of_version_6_is_of_version_4():
    mapped = struct.unpack("=4I", socket.inet_pton(socket.AF_INET6, "::ffff:10.0.0.1"))
    assert decode_endpoint("".join(f"{word:08X}" for word in mapped) + ":1F90") == (
        "10.0.0.1",
        8080,
    )


def test_a_process_that_is_gone_has_no_sockets(child):
    child.kill()
    child.wait()
    assert tcp_sockets(child.pid) == []


def test_calls_in_threads_return_in_order_and_raise_what_one_of_them_raised():
    both = threading.Barrier(2, timeout=60)

    def meet(number):
        both.wait()
        return number * 2

    assert call_together(meet, [4, 3]) == [8, 6]
    assert call_together(meet, []) == []
    with pytest.raises(ValueError, match="'x'"):
        call_together(int, ["1", "x"])


def test_an_account_that_may_start_no_thread_calls_one_after_the_other(monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert call_together(abs, [-1, -2]) == [1, 2]
