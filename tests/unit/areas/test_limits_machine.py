"""Kernels and machines: what sets a node apart, and what every ordinary one may have."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts import decode_fact
from checks.facts.cgroup import Cgroup
from checks.facts.machine import Machine
from checks.facts.passthrough import Passthrough
from checks.node.probe import cgroup as group_probe
from checks.node.probe import machine as machine_probe
from checks.node.probe import passthrough as passthrough_probe
from tests.support.machines import MI300, SYSCTLS, accused, machine, nodes
from tests.support.networks import GIB, HEALTHY_LIMITS, nth_account
from tests.support.snapshots import judged


def sysctl(name, value):
    return machine(sysctls={**SYSCTLS, name: value})


@pytest.mark.parametrize(
    "check",
    [
        "group-allows-enough-processes",
        "group-allows-enough-memory",
        "group-allows-a-cpu-for-each-rank",
        "memory-is-equal",
        "cpus-are-equal",
        "systems-are-alike",
        "kernel-tables-have-room",
        "kernel-lends-memory",
        "numa-balancing-is-off",
        "processors-run-at-full-speed",
        "iommu-passes-through",
        "acs-is-off",
    ],
)
def test_nodes_alike_are_let_be(check):
    assert accused(nodes(), check) == {}


def test_memory_apart_by_more_than_a_twentieth():
    check = "memory-is-equal"
    assert accused(nodes(("node2", nth_account(2, memory_bytes=62 * GIB))), check) == {}
    assert accused(nodes(("node2", nth_account(2, memory_bytes=56 * GIB))), check) == {
        "node2": "memory-differs"
    }
    assert accused(nodes(("node1", nth_account(1, memory_bytes=56 * GIB))), check) == {
        "node1": "memory-differs"
    }, "the head too, when it is the one"
    held = nodes(("node3", Cgroup(memory_bytes=32 * GIB, memory_at="/cg/memory.max")))
    assert "/cg/memory.max" in judged(held, f"limits.{check}")["node3",].message
    tiny = nodes(("node3", Cgroup(memory_bytes=2 * GIB, memory_at="/cg/memory.max")))
    assert accused(tiny, check) == {}, "told of the group already"


def test_of_two_the_head_is_the_yardstick():
    pair = ("node1", "node2")
    snap = nodes(("node1", nth_account(1, memory_bytes=32 * GIB, cpus=4)), names=pair)
    assert accused(snap, "memory-is-equal") == {"node2": "memory-differs"}
    assert accused(snap, "cpus-are-equal") == {"node2": "cpus-differ"}


def test_nodes_of_another_kind_are_no_yardstick():
    other = (("node3", nth_account(3, memory_bytes=512 * GIB, cpus=96)), ("node3", MI300))
    assert accused(nodes(*other), "memory-is-equal") == {}
    assert accused(nodes(*other), "cpus-are-equal") == {}


def test_fewer_processors():
    assert accused(nodes(("node2", nth_account(2, cpus=6))), "cpus-are-equal") == {
        "node2": "cpus-differ"
    }
    quota = ("node2", Cgroup(cpus=2.5, cpus_at="/cg/cpu.max"))
    assert accused(nodes(quota, slots=1), "cpus-are-equal") == {"node2": "cpus-differ"}
    assert accused(nodes(quota), "cpus-are-equal") == {}, "told of the quota already"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"system": "rocky 9.3"}, "distribution"),
        ({"library": "glibc 2.31"}, "C library"),
        ({"kernel": "5.15.0-1"}, "kernel"),
        ({"architecture": "aarch64"}, "architecture"),
    ],
)
def test_another_system(changes, said):
    snap = nodes(("node2", machine(**changes)))
    assert accused(snap, "systems-are-alike") == {"node2": "system-differs"}
    assert said in judged(snap, "limits.systems-are-alike")["node2",].message


def test_a_login_that_ends_in_a_container_and_a_patched_kernel():
    inside = dataclasses.replace(HEALTHY_LIMITS, container=True)
    assert accused(nodes(("node3", inside)), "systems-are-alike") == {"node3": "system-differs"}
    patched = nodes(("node3", machine(kernel="6.8.0-51-generic")))
    assert accused(patched, "systems-are-alike") == {}


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("kernel.pid_max", 1000, "pid-max-low"),
        ("kernel.threads-max", 900, "threads-max-low"),
        ("fs.file-max", 20000, "file-max-low"),
        ("vm.max_map_count", 1024, "map-count-low"),
    ],
)
def test_full_tables(name, value, cause):
    snap = nodes(("node2", sysctl(name, value)))
    assert accused(snap, "kernel-tables-have-room") == {"node2": cause}
    fix = judged(snap, "limits.kernel-tables-have-room")["node2",].fix
    assert fix.command.startswith(f"sysctl -w {name}=")
    fixed = sysctl(name, int(fix.command.partition("=")[2]))
    busier = dataclasses.replace(fixed, threads=900, files_open=9000)
    assert accused(nodes(("node2", busier)), "kernel-tables-have-room") == {}


def test_a_kernel_that_has_no_such_table_is_let_be():
    assert accused(nodes(("node2", machine(sysctls={}))), "kernel-tables-have-room") == {}


def test_strict_overcommit():
    strict = sysctl("vm.overcommit_memory", 2)
    assert accused(nodes(("node2", strict)), "kernel-lends-memory") == {
        "node2": "overcommit-strict"
    }
    assert accused(nodes(("node2", sysctl("vm.overcommit_memory", 1))), "kernel-lends-memory") == {}


def test_numa_balancing():
    check, on = "numa-balancing-is-off", sysctl("kernel.numa_balancing", 1)
    everywhere = [(name, on) for name in ("node1", "node2", "node3")]
    assert accused(nodes(("node2", on)), check) == {"node2": "numa-balancing-on"}
    assert accused(nodes(*everywhere), check) == {}, "most systems leave it on"
    assert accused(nodes(*everywhere, ("node3", MI300)), check) == {"node3": "numa-balancing-on"}
    single = dataclasses.replace(on, numa_nodes=1)
    assert accused(nodes(("node2", single)), check) == {}


def test_governors():
    check = "processors-run-at-full-speed"

    def governed(governor, driver="acpi-cpufreq", preference="", **more):
        return machine(
            governors=(governor,),
            drivers=(driver,),
            preferences=(preference,) if preference else (),
            **more,
        )

    fast, plain = governed("performance"), governed("schedutil")
    slow = {"node2": "governor-slow"}
    assert accused(nodes(("node2", governed("powersave"))), check) == slow
    assert accused(nodes(("node2", governed("ondemand"))), check) == slow
    assert accused(nodes(("node2", fast), ("node1", plain)), check) == {}
    assert accused(nodes(("node2", governed("powersave", virtual=True))), check) == {}
    ubuntu = governed("powersave", "intel_pstate", "balance_performance")
    assert accused(nodes(("node2", ubuntu)), check) == {}
    lazy = governed("powersave", "intel_pstate", "power")
    assert accused(nodes(("node2", lazy)), check) == slow
    tuned = [("node1", fast), ("node3", fast), ("node2", ubuntu)]
    assert accused(nodes(*tuned), check) == slow, "apart from its peers"


def test_sections_read_this_machine():
    seen = decode_fact(Machine, machine_probe.machine({}))
    assert seen.architecture
    assert seen.kernel
    assert seen.sysctls["kernel.pid_max"] > 0
    assert seen.threads > 0
    decode_fact(Cgroup, group_probe.cgroup({}))
    decode_fact(Passthrough, passthrough_probe.passthrough({}))
