"""What a node's kernel wrote: what is a complaint, and what a healthy one may say."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.kernel_log import KernelLog, KernelMessage
from checks.model import Outcome, Severity
from tests.support.busy_nodes import JOB, QUIET, busy, node2_finding, nodes
from tests.support.snapshots import judged, with_fact


def logged(kind, *texts, age=60.0, **changes):
    messages = tuple(KernelMessage(kind, age, text) for text in texts)
    return dataclasses.replace(QUIET, messages=messages, **changes)


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
    found = node2_finding(check, logged(kind, text))
    assert found.cause == cause
    assert text[:100] in found.message
    assert found.severity is (Severity.BLOCK if cause == "hardware-error" else Severity.WARN)
    assert found.fix.command
    assert node2_finding(check, QUIET).outcome is Outcome.PASS


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
    assert node2_finding(check, fact).outcome is Outcome.PASS


def test_many_corrected_errors():
    found = node2_finding("hardware-reports-no-error", logged("machine-check", *[CORRECTED] * 12))
    assert (found.cause, found.warned) == ("errors-corrected", True)


def test_a_link_that_flaps():
    found = node2_finding("links-stay-up", logged("link-down", *[DOWN] * 4))
    assert (found.cause, "ens1f0 of node2 went down 4 times" in found.message) == (
        "link-flaps",
        True,
    )
    lost = "bond0: Lost carrier"
    assert node2_finding("links-stay-up", logged("link-down", *[lost] * 3)).cause == "link-flaps"


def test_one_cause_is_told_once():
    both = dataclasses.replace(
        QUIET, messages=(KernelMessage("io", 9, "I/O error"), KernelMessage("hung-task", 8, HUNG))
    )
    assert node2_finding("kernel-reports-no-hang", both).outcome is Outcome.PASS
    gpu = dataclasses.replace(
        QUIET, messages=(KernelMessage("xid", 9, "Xid 79"), KernelMessage("pcie", 8, AER))
    )
    assert node2_finding("hardware-reports-no-error", gpu).outcome is Outcome.PASS
    snap = with_fact(nodes(logged("hung-task", HUNG)), "node2", busy(stuck=(JOB,)))
    assert judged(snap, "limits.kernel-reports-no-hang")["node2",].outcome is Outcome.SKIP


def test_a_log_that_may_not_be_read_is_no_pass():
    found = node2_finding("links-stay-up", KernelLog(readable=False, reason="not permitted"))
    assert found.outcome is Outcome.SKIP
    assert "not permitted" in found.message
