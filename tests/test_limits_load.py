"""What a node is busy with, and what its kernel wrote: who is told, and who is let be."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time

import pytest

from checks.facts import decode
from checks.facts.kernel_log import KernelLog, KernelMessage
from checks.facts.load import Load, Process
from checks.model import Outcome, Severity
from checks.probe import load as probe
from tests.networks import GIB, cluster
from tests.snapshots import judged, with_fact

IDLE = Load(cpus=64, busy_share=0.01, memory_bytes=512 * GIB, available_bytes=500 * GIB)
JOB = Process(42, "python", "ann", 30.0)
QUIET = KernelLog(readable=True, source="/dev/kmsg", boot_age_s=9e5, back_s=7200)
VFORK = "import ctypes; c = ctypes.CDLL(None); c.vfork() or c.pause()"
"""The parent sleeps uninterruptibly until its child ends."""


def nodes(fact, base=IDLE):
    snap = cluster()
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, base)
        with_fact(snap, name, QUIET)
    return with_fact(snap, "node2", fact)


def seen(check, fact, base=IDLE):
    """The finding about node2; the others must be let be."""
    found = judged(nodes(fact, base), f"limits.{check}")
    assert {found[name,].outcome for name in ("node1", "node3")} == {Outcome.PASS}
    return found["node2",]


def loaded(**changes):
    return dataclasses.replace(IDLE, **changes)


def logged(kind, *texts, age=60.0, **changes):
    messages = tuple(KernelMessage(kind, age, text) for text in texts)
    return dataclasses.replace(QUIET, messages=messages, **changes)


@pytest.mark.parametrize(
    "check", ["cpus-are-free", "memory-is-free", "node-does-not-swap", "no-process-is-stuck"]
)
def test_an_idle_node_is_let_be(check):
    assert seen(check, IDLE).outcome is Outcome.PASS


def test_another_job_on_the_processors():
    found = seen("cpus-are-free", loaded(foreign_cpus=40.0, foreign=(JOB,), busy_share=0.6))
    assert (found.cause, found.warned) == ("cpus-busy", True)
    assert "python (pid 42 of ann)" in found.message
    assert "-p 42" in found.fix.command
    small = loaded(foreign_cpus=4.0, foreign=(JOB,), busy_share=0.06)
    assert seen("cpus-are-free", small).outcome is Outcome.PASS, "a monitor, a storage daemon"


def test_work_that_is_hidden_accuses_nobody():
    hidden = loaded(hidden=True, busy_share=0.9)
    assert seen("cpus-are-free", hidden).outcome is Outcome.SKIP
    neighbours = loaded(busy_share=0.9)
    assert seen("cpus-are-free", neighbours).outcome is Outcome.PASS


def test_memory_in_use():
    held = loaded(available_bytes=200 * GIB, largest=(dataclasses.replace(JOB, amount=3e11),))
    found = seen("memory-is-free", held)
    assert (found.cause, "python (pid 42" in found.message) == ("memory-in-use", True)
    assert seen("memory-is-free", loaded(available_bytes=400 * GIB)).outcome is Outcome.PASS
    everywhere = loaded(available_bytes=200 * GIB)
    assert seen("memory-is-free", everywhere, base=everywhere).outcome is Outcome.PASS


def test_huge_pages():
    reserved = loaded(available_bytes=100 * GIB, huge_bytes=390 * GIB)
    found = seen("memory-is-free", reserved)
    assert (found.cause, "nr_hugepages=0" in found.fix.command) == ("huge-pages", True)


def test_swap():
    check = "node-does-not-swap"
    assert seen(check, loaded(swapped_pages=4000)).cause == "swap-in-use"
    assert seen(check, loaded(swap_used_bytes=40 * GIB)).cause == "swap-in-use"
    assert seen(check, loaded(swap_used_bytes=4 * GIB)).outcome is Outcome.PASS
    old = loaded(swap_used_bytes=40 * GIB)
    assert seen(check, old, base=old).outcome is Outcome.PASS, "all have it: long uptimes"


def test_a_stuck_process():
    stuck = Process(7, "rsync", "bob", waits_in="rpc_wait_bit_killable")
    found = seen("no-process-is-stuck", loaded(stuck=(stuck,)))
    assert (found.cause, found.warned) == ("process-stuck", True)
    assert "rsync (pid 7 of bob)" in found.message
    assert "rpc_wait_bit_killable" in found.message


KILLED = "Out of memory: Killed process 77 (python3) total-vm:1kB"
SIDECAR = "oom-kill:constraint=CONSTRAINT_MEMCG,task=nginx,pid=8"
OWN = "Memory cgroup out of memory: Killed process 9 (pt_main_thread)"
CORRECTED = "[Hardware Error]: Corrected error, no action required."
UNCORRECTED = "EDAC MC0: 1 UE memory read error on CPU_SrcID#0_MC#1_Chan#0_DIMM#0"
AER = "pcieport 0000:80:01.1: AER: Uncorrected (Non-Fatal) error received"
HUNG = "INFO: task python:123 blocked for more than 122 seconds."
DOWN = "mlx5_core 0000:9a:00.0 ens1f0: Link down"


@pytest.mark.parametrize(
    ("check", "kind", "text", "cause"),
    [
        ("kernel-kills-no-rank", "oom", KILLED, "oom-killed"),
        ("kernel-kills-no-rank", "oom", OWN, "oom-killed"),
        ("hardware-reports-no-error", "machine-check", UNCORRECTED, "hardware-error"),
        ("hardware-reports-no-error", "pcie", AER, "device-error"),
        (
            "hardware-reports-no-error",
            "mlx5",
            "mlx5_core 0000:1:0.0: device's health compromised - reached miss count",
            "device-error",
        ),
        ("disks-report-no-error", "io", "blk_update_request: I/O error, dev sdb", "io-error"),
        ("kernel-reports-no-hang", "hung-task", HUNG, "task-hung"),
        ("kernel-reports-no-hang", "soft-lockup", "watchdog: BUG: soft lockup", "cpu-locked-up"),
        ("kernel-reports-no-hang", "nfs", "nfs: server fs1 not responding", "server-silent"),
        (
            "kernel-finds-memory",
            "page-allocation",
            "kworker: page allocation failure: order:5",
            "page-allocation-failed",
        ),
    ],
)
def test_what_the_kernel_complains_of(check, kind, text, cause):
    found = seen(check, logged(kind, text))
    assert found.cause == cause
    assert text[:100] in found.message
    assert found.severity is (Severity.BLOCK if cause == "hardware-error" else Severity.WARN)
    assert found.fix.command
    assert seen(check, QUIET).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("check", "fact"),
    [
        ("kernel-kills-no-rank", logged("oom", SIDECAR)),
        ("hardware-reports-no-error", logged("machine-check", *[CORRECTED] * 3)),
        ("hardware-reports-no-error", logged("mlx5", "mlx5_cmd_out_err: failed, status bad")),
        ("hardware-reports-no-error", logged("pcie", AER, boot_age_s=100.0)),
        ("kernel-reports-no-hang", logged("nfs", "nfs: server fs1 not responding", age=3000.0)),
        ("links-stay-up", logged("link-down", DOWN, DOWN)),
        ("links-stay-up", logged("link-down", *[DOWN] * 5, boot_age_s=200.0)),
    ],
)
def test_what_a_healthy_kernel_may_say(check, fact):
    assert seen(check, fact).outcome is Outcome.PASS


def test_many_corrected_errors():
    found = seen("hardware-reports-no-error", logged("machine-check", *[CORRECTED] * 12))
    assert (found.cause, found.warned) == ("errors-corrected", True)


def test_a_link_that_flaps():
    found = seen("links-stay-up", logged("link-down", *[DOWN] * 4))
    assert (found.cause, "ens1f0 of node2 went down 4 times" in found.message) == (
        "link-flaps",
        True,
    )
    lost = "bond0: Lost carrier"
    assert seen("links-stay-up", logged("link-down", *[lost] * 3)).cause == "link-flaps"


def test_one_cause_is_told_once():
    both = dataclasses.replace(
        QUIET, messages=(KernelMessage("io", 9, "I/O error"), KernelMessage("hung-task", 8, HUNG))
    )
    assert seen("kernel-reports-no-hang", both).outcome is Outcome.PASS
    gpu = dataclasses.replace(
        QUIET, messages=(KernelMessage("xid", 9, "Xid 79"), KernelMessage("pcie", 8, AER))
    )
    assert seen("hardware-reports-no-error", gpu).outcome is Outcome.PASS
    snap = with_fact(nodes(logged("hung-task", HUNG)), "node2", loaded(stuck=(JOB,)))
    assert judged(snap, "limits.kernel-reports-no-hang")["node2",].outcome is Outcome.SKIP


def test_a_log_that_may_not_be_read_is_no_pass():
    found = seen("links-stay-up", KernelLog(readable=False, reason="not permitted"))
    assert found.outcome is Outcome.SKIP
    assert "not permitted" in found.message


def test_section_reads_this_machine():
    load = decode(Load, probe.load({}))
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


def test_a_process_that_sleeps_uninterruptibly_is_seen(started):
    pid = started(VFORK).pid
    assert found_in_time(lambda: pid in [one["pid"] for one in probe.stuck(probe.processes())])


def test_a_busy_process_is_seen_once_it_is_old(started, monkeypatch):
    pid = started("while True: pass").pid
    monkeypatch.setattr(probe, "BUSY", 0.0)
    monkeypatch.setattr(probe, "YOUNG_S", 0.0)
    assert found_in_time(lambda: pid in [one["pid"] for one in probe.load({})["foreign"]])
    monkeypatch.setattr(probe, "YOUNG_S", 3600.0)
    assert pid not in [one["pid"] for one in probe.load({})["foreign"]]


def test_hidden_processes(monkeypatch):
    real = probe.read
    monkeypatch.setattr(
        probe,
        "read",
        lambda path, missing=None: missing if path == "/proc/1/stat" else real(path, missing),
    )
    assert decode(Load, probe.load({})).hidden


def test_a_name_may_hold_anything():
    found = probe.Process(5, "5 (a) b (c)) D 1 5 5 0 -1 0 0 0 0 0 7 3 0 0 20 0 1 0 99 1000 42")
    assert (found.name, found.state, found.ticks, found.began, found.pages) == (
        "a) b (c)",
        "D",
        10,
        99,
        42,
    )
