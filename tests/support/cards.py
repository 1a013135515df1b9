"""Nodes of eight healthy GPUs for the tests to break, and the checks of their health."""

from __future__ import annotations

import dataclasses
from typing import Any

from checks.facts.account import Account
from checks.facts.gpus import Gpu, Gpus
from checks.facts.kernel_log import KernelLog
from checks.model import Node
from tests.support.snapshots import judged, snapshot, with_fact

GIB = 1024**3
WHO = Account("root", 0, "/root", "/bin/sh", "node", "m", "b", "3.11.2", "Linux 6", 4, 8 * GIB)
H100 = Gpu(
    *(0, "NVIDIA H100", "GPU-0", 80 * GIB, "550.54.15", "0000:10:00.0", 0, ()),
    capability="9.0",
    ecc_uncorrected=0,
    remap_pending=False,
    remap_failed=False,
    slowdowns=(),
    pcie_width=16,
    pcie_width_max=16,
    pcie_gen_max=5,
    nvlinks=(True,) * 18,
    fabric="completed",
    mig=False,
    compute_mode="default",
    persistence=True,
)
SILENT = Gpu(0, "NVIDIA H100", "GPU-0", None, "550.54.15")
"""A card of which nothing is told."""


def gpus(card: Gpu = H100, third: dict[str, Any] | None = None, **fields: Any) -> Gpus:
    """A node's GPUs; `third` are fields of GPU 3 that are different."""
    cards = [
        dataclasses.replace(card, index=i, uuid=f"GPU-{i}", bus=f"0000:{0x10 + i:x}:00.0")
        for i in range(8)
    ]
    cards[3] = dataclasses.replace(cards[3], **(third or {}))
    return Gpus(("NVIDIA",), tuple(cards), **{"seconds": 0.2, **fields})


def cluster(*facts: Gpus, logs: dict[str, KernelLog] | None = None, **job: Any):
    names = tuple(f"node{number}" for number in range(1, len(facts) + 1))
    snap = snapshot(names, hosts=tuple(Node(name, slots=8) for name in names), **job)
    for name, fact in zip(names, facts, strict=True):
        with_fact(with_fact(snap, name, fact), name, WHO)
        with_fact(snap, name, (logs or {}).get(name, KernelLog(readable=True, back_s=7200.0)))
    return snap


def lone_finding(snap, check, node="node3"):
    """The finding on that node, after a look that no other node has one."""
    findings = judged(snap, f"gpu.{check}")
    others = [entry for (name,), entry in findings.items() if name != node]
    assert not [other for other in others if other.outcome.value in ("fail", "unknown")]
    return findings[(node,)]


CHECKS = (
    *("memory-has-no-errors", "kernel-reports-no-gpu-fault", "nothing-slows-it-down"),
    *("pcie-link-is-as-wide-as-its-peers", "nvlinks-are-active", "fabric-is-ready", "mig-is-off"),
    *("compute-mode-allows-ranks", "persistence-mode-is-on", "driver-answers-in-time"),
    *("gpus-are-idle", "drivers-are-equal"),
)
