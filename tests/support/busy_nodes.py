"""Idle nodes with quiet kernels, and one of them as a test wants it, for the tests of limits."""

from __future__ import annotations

import dataclasses

from checks.facts.kernel_log import KernelLog
from checks.facts.load import BusyProcess, Load
from checks.model import Outcome
from tests.support.networks import GIB, cluster
from tests.support.snapshots import judged, with_fact

IDLE = Load(cpus=64, busy_share=0.01, memory_bytes=512 * GIB, available_bytes=500 * GIB)
JOB = BusyProcess(42, "python", "ann", 30.0)
QUIET = KernelLog(readable=True, source="/dev/kmsg", boot_age_s=9e5, back_s=7200)


def nodes(fact, base=IDLE):
    snap = cluster()
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, base)
        with_fact(snap, name, QUIET)
    return with_fact(snap, "node2", fact)


def node2_finding(check, fact, base=IDLE):
    """The finding about node2; the others must be let be."""
    found = judged(nodes(fact, base), f"limits.{check}")
    assert {found[name,].outcome for name in ("node1", "node3")} == {Outcome.PASS}
    return found["node2",]


def busy(**changes):
    return dataclasses.replace(IDLE, **changes)
