"""What a sleeping process waits for, by the kernel's name of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from checks.node.runtime.files import read_file
from launcher.run.stall.wait_channel import describe_wait

SEEN = (
    ("import time; time.sleep(600)", "sleeping"),
    ("import os; os.read(os.pipe()[0], 1)", "waiting for the other end of a pipe"),
    ("import threading; l = threading.Lock(); l.acquire(); l.acquire()",
     "waiting for a lock or another thread"),
    ("import subprocess; subprocess.run(['sleep', '600'])", "waiting for a child process"),
    ("import fcntl, os; f = open(os.devnull); fcntl.flock(f, 2); g = open(os.devnull); "
     "fcntl.flock(g, 2)", "waiting for a file lock"),
    ("import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); s.accept()",
     "waiting for a peer on the network"),
    ("import select; select.select([], [], [], 600)", "waiting for data from elsewhere"),
)  # fmt: skip


@pytest.mark.parametrize(("program", "words"), SEEN)
def test_what_a_process_waits_for(program, words):
    process = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while describe_wait(seen := wait_channel(process.pid)) != words:
            assert process.poll() is None
            assert time.monotonic() < deadline, seen
            time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_channel(pid):
    found = read_file(f"/proc/{pid}/wchan")
    if found in (None, "", "0"):
        time.sleep(0.2)
        found = read_file(f"/proc/{pid}/wchan")
    return found or ""


@pytest.mark.parametrize("function", ["", "0", "schedule"])
def test_a_function_that_says_nothing(function):
    assert describe_wait(function) == ""
