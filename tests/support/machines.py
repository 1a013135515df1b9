"""Machines alike but for what a test changes of one, for the tests of limits."""

from __future__ import annotations

import dataclasses

from checks.facts.cgroup import Cgroup
from checks.facts.gpus import Gpu, Gpus
from checks.facts.machine import Machine
from checks.facts.passthrough import Passthrough
from checks.model import Node, Outcome
from tests.support.networks import GIB, cluster
from tests.support.snapshots import judged, with_fact

SYSCTLS = {
    "kernel.pid_max": 4194304,
    "kernel.threads-max": 500000,
    "fs.file-max": 10**9,
    "vm.max_map_count": 65530,
    "vm.overcommit_memory": 0,
    "kernel.numa_balancing": 0,
}
PLAIN = Machine(
    virtual=False,
    architecture="x86_64",
    kernel="6.8.0-45-generic",
    system="ubuntu 22.04",
    library="glibc 2.35",
    numa_nodes=2,
    sysctls=SYSCTLS,
)
NO_GPU = Gpus((), ())
MI300 = Gpus(("AMD",), (Gpu(0, "MI300X", "a", 192 * GIB, "6.1"),))
ROOMY = Cgroup()


def nodes(*changed, names=("node1", "node2", "node3"), slots=8):
    """Nodes alike, then each of `changed` as (node, fact)."""
    snap = cluster(names, hosts=tuple(Node(name, slots=slots) for name in names))
    for name in names:
        for fact in (PLAIN, NO_GPU, ROOMY, Passthrough()):
            with_fact(snap, name, fact)
    for name, fact in changed:
        with_fact(snap, name, fact)
    return snap


def accused(snap, check):
    """{node: cause} of those that the check accuses; nothing may be unknown."""
    found = judged(snap, f"limits.{check}")
    assert not [finding for finding in found.values() if finding.outcome is Outcome.UNKNOWN]
    return {
        name: finding.cause for (name,), finding in found.items() if finding.outcome is Outcome.FAIL
    }


def machine(**changes):
    return dataclasses.replace(PLAIN, **changes)
