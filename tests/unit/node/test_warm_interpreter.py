"""What the warm interpreter sees of a child that waits."""

from __future__ import annotations

import contextlib
import os
import socket

import pytest

from checks.node.programs.warm_interpreter import unanswered_addresses


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
