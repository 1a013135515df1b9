"""What the warm interpreter sees of a child that waits, for an answer or for a processor."""

from __future__ import annotations

import contextlib
import os
import signal
import socket

import pytest

from checks.node.programs import warm_interpreter
from checks.node.programs.warm_interpreter import unanswered_addresses, wait_for_children
from checks.node.runtime.processes import processor_wait


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_calls_without_an_answer_are_named(family, address):
    """A listener whose queue is full does not answer further calls."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind((address, 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        stack.enter_context(socket.create_connection((address, port)))
        assert f"{address}:{port}" not in unanswered_addresses(os.getpid())
        for _ in range(4):
            caller = stack.enter_context(socket.socket(family))
            caller.setblocking(False)
            caller.connect_ex((address, port))
        assert f"{address}:{port}" in unanswered_addresses(os.getpid())


def test_a_process_that_is_gone_calls_nobody():
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    assert unanswered_addresses(pid) == []


def start_child(*, busy):
    """One that works without end, or sleeps, on the one processor that all of these share."""
    processor = min(os.sched_getaffinity(0))
    pid = os.fork()
    if not pid:
        os.sched_setaffinity(0, {processor})
        while busy:
            pass
        signal.pause()
    return pid


def test_a_child_that_found_no_processor_differs_from_one_that_sleeps(monkeypatch):
    monkeypatch.setattr(warm_interpreter, "KILL_GRACE_S", 0.0)
    pids = {start_child(busy=number > 0): number for number in range(3)}
    sleeping, *working = (end for _, end in sorted(wait_for_children(pids, 1.0, 0.0, {}).items()))
    assert {end.code for end in (sleeping, *working)} == {None}
    assert min(end.processor_wait for end in working) > sleeping.processor_wait


def test_the_probe_reads_the_same_of_a_process_and_nothing_of_one_that_is_gone():
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert processor_wait(pid) == warm_interpreter.processor_wait(pid)
    os.waitpid(pid, 0)
    assert processor_wait(pid) == warm_interpreter.processor_wait(pid) == 0.0
