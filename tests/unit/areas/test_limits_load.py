"""What a node is busy with: who is told, and who is let be."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time

import pytest

from checks.facts import decode_fact
from checks.facts.load import BusyProcess, Load
from checks.model import Outcome
from checks.node.probe import load as probe
from checks.node.runtime.processes import Process
from tests.support.busy_nodes import IDLE, JOB, busy, node2_finding
from tests.support.networks import GIB
from tests.support.snapshots import judged, snapshot, with_fact

VFORK = "import ctypes; c = ctypes.CDLL(None); c.vfork() or c.pause()"
"""The parent sleeps uninterruptibly until its child ends."""


@pytest.mark.parametrize(
    "check", ["cpus-are-free", "memory-is-free", "node-does-not-swap", "no-process-is-stuck"]
)
def test_an_idle_node_is_let_be(check):
    assert node2_finding(check, IDLE).outcome is Outcome.PASS


def test_another_job_on_the_processors():
    found = node2_finding("cpus-are-free", busy(foreign_cpus=40.0, foreign=(JOB,), busy_share=0.6))
    assert (found.cause, found.warned) == ("cpus-busy", True)
    assert "python (pid 42 of ann)" in found.message
    assert "-p 42" in found.fix.command
    small = busy(foreign_cpus=4.0, foreign=(JOB,), busy_share=0.06)
    assert node2_finding("cpus-are-free", small).outcome is Outcome.PASS, (
        "a monitor, a storage daemon"
    )


def test_work_that_is_hidden_accuses_nobody():
    hidden = busy(hidden=True, busy_share=0.9)
    assert node2_finding("cpus-are-free", hidden).outcome is Outcome.SKIP
    neighbours = busy(busy_share=0.9)
    assert node2_finding("cpus-are-free", neighbours).outcome is Outcome.PASS


def test_memory_in_use():
    held = busy(available_bytes=200 * GIB, largest=(dataclasses.replace(JOB, amount=3e11),))
    found = node2_finding("memory-is-free", held)
    assert (found.cause, "python (pid 42" in found.message) == ("memory-in-use", True)
    assert node2_finding("memory-is-free", busy(available_bytes=400 * GIB)).outcome is Outcome.PASS
    everywhere = busy(available_bytes=200 * GIB)
    assert node2_finding("memory-is-free", everywhere, base=everywhere).outcome is Outcome.PASS


def test_of_two_nodes_the_one_with_more_free_memory_shows_what_is_usual():
    snap = snapshot(("node1", "node2"))
    with_fact(snap, "node1", busy(available_bytes=500 * GIB, memory_bytes=500 * GIB))
    with_fact(snap, "node2", busy(available_bytes=250 * GIB, memory_bytes=500 * GIB))
    findings = judged(snap, "limits.memory-is-free")
    assert findings[("node1",)].outcome is Outcome.PASS
    assert "100% of it on node1" in findings[("node2",)].message


def test_huge_pages():
    reserved = busy(available_bytes=100 * GIB, huge_bytes=390 * GIB)
    found = node2_finding("memory-is-free", reserved)
    assert (found.cause, "nr_hugepages=0" in found.fix.command) == ("huge-pages", True)


def test_swap():
    check = "node-does-not-swap"
    assert node2_finding(check, busy(swapped_pages=4000)).cause == "swap-in-use"
    assert node2_finding(check, busy(swap_used_bytes=40 * GIB)).cause == "swap-in-use"
    assert node2_finding(check, busy(swap_used_bytes=4 * GIB)).outcome is Outcome.PASS
    old = busy(swap_used_bytes=40 * GIB)
    assert node2_finding(check, old, base=old).outcome is Outcome.PASS, "all have it: long uptimes"


def test_a_stuck_process():
    stuck = BusyProcess(7, "rsync", "bob", waits_in="rpc_wait_bit_killable")
    found = node2_finding("no-process-is-stuck", busy(stuck=(stuck,)))
    assert (found.cause, found.warned) == ("process-stuck", True)
    assert "rsync (pid 7 of bob)" in found.message
    assert "rpc_wait_bit_killable" in found.message


def test_section_reads_this_machine():
    load = decode_fact(Load, probe.load({}))
    assert load.cpus == os.cpu_count()
    assert 0 < load.available_bytes <= load.memory_bytes


@pytest.fixture
def started():
    """Starts Python; all of it is killed afterwards."""
    processes = []

    def start(code):
        processes.append(subprocess.Popen([sys.executable, "-c", code], start_new_session=True))
        return processes[-1]

    yield start
    for process in processes:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def found_in_time(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
    return False


def test_a_process_that_sleeps_uninterruptibly_is_seen(started, monkeypatch):
    pid = started(VFORK).pid
    assert found_in_time(lambda: probe.is_blocked(pid))
    assert pid not in [each["pid"] for each in probe.stuck_processes(probe.all_processes())]
    monkeypatch.setattr(probe, "descendants_of", lambda *_: ())  # it is somebody else's
    assert found_in_time(
        lambda: pid in [process["pid"] for process in probe.stuck_processes(probe.all_processes())]
    )


def test_a_busy_process_is_seen_once_it_is_old(started, monkeypatch):
    pid = started("while True: pass").pid
    monkeypatch.setattr(probe, "descendants_of", lambda *_: ())  # it is somebody else's
    monkeypatch.setattr(probe, "BUSY", 0.0)
    monkeypatch.setattr(probe, "YOUNG_S", 0.0)
    assert found_in_time(lambda: pid in [entry["pid"] for entry in probe.load({})["foreign"]])
    monkeypatch.setattr(probe, "YOUNG_S", 3600.0)
    assert pid not in [entry["pid"] for entry in probe.load({})["foreign"]]


def process(pid, ticks, parent=1, name="python3"):
    """One that runs since the boot."""
    fields = ["R", str(parent), *["0"] * 9, str(ticks), *["0"] * 10]
    return Process(pid, f"{pid} ({name}) {' '.join(fields)}")


def test_a_preflight_that_runs_for_long_is_no_other_work():
    own = os.getpid()
    child, grandchild, other = own + 1, own + 2, own + 3
    parents = {own: 1, child: own, grandchild: child, other: 1}
    before, after = (
        {pid: process(pid, ticks, parent) for pid, parent in parents.items()} for ticks in (0, 100)
    )
    assert [found.pid for _, found in probe.foreign_load(before, after, 1.0)] == [other]


def test_a_login_of_somebody_is_no_other_work():
    at = os.getpid() + 1
    before, after = ({at: process(at, ticks, name="sshd")} for ticks in (0, 100))
    assert probe.foreign_load(before, after, 1.0) == []


def test_hidden_processes(monkeypatch):
    real = probe.read_file
    monkeypatch.setattr(
        probe,
        "read_file",
        lambda path, missing=None: missing if path == "/proc/1/stat" else real(path, missing),
    )
    assert decode_fact(Load, probe.load({})).hidden
