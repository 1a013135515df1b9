"""Kernels, groups and machines: what sets a node apart, and what every ordinary one may have."""

from __future__ import annotations

import dataclasses
import os
import struct

import pytest

from checks.facts import decode
from checks.facts.cgroup import Cgroup
from checks.facts.gpus import Gpu, Gpus
from checks.facts.machine import Machine
from checks.facts.passthrough import Passthrough, PciDevice
from checks.model import Node, Outcome, Severity
from checks.probe import cgroup as group_probe
from checks.probe import machine as machine_probe
from checks.probe import passthrough as passthrough_probe
from tests.networks import GIB, HEALTHY_LIMITS, cluster, who
from tests.snapshots import judged, with_fact

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
    assert not [one for one in found.values() if one.outcome is Outcome.UNKNOWN]
    return {name: one.cause for (name,), one in found.items() if one.outcome is Outcome.FAIL}


def machine(**changes):
    return dataclasses.replace(PLAIN, **changes)


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


@pytest.mark.parametrize(("tasks", "severity"), [(512, Severity.BLOCK), (1024, Severity.WARN)])
def test_few_processes_in_the_group(tasks, severity):
    snap = nodes(("node2", Cgroup(tasks=tasks, tasks_used=20, tasks_at="/cg/pids.max")))
    found = judged(snap, "limits.group-allows-enough-processes")["node2",]
    assert (found.cause, found.severity) == ("pids-max-low", severity)
    assert "room for" in found.message
    assert found.fix.command == "echo max > /cg/pids.max"
    wide = nodes(("node2", Cgroup(tasks=10813, tasks_used=300, tasks_at="/cg/pids.max")))
    assert accused(wide, "group-allows-enough-processes") == {}, "systemd's own for a user's slice"


def test_little_memory_in_the_group():
    small = Cgroup(memory_bytes=4 * GIB, memory_used_bytes=GIB, memory_at="/cg/memory.max")
    assert accused(nodes(("node2", small)), "group-allows-enough-memory") == {
        "node2": "memory-max-low"
    }
    large = dataclasses.replace(small, memory_bytes=48 * GIB)
    assert accused(nodes(("node2", large)), "group-allows-enough-memory") == {}
    gpu = (("node2", large), ("node2", MI300))
    assert accused(nodes(*gpu), "group-allows-enough-memory") == {"node2": "memory-max-low"}


def test_a_quota_of_processors():
    half = Cgroup(cpus=4, cpus_at="/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us")
    snap = nodes(("node2", half))
    assert accused(snap, "group-allows-a-cpu-for-each-rank") == {"node2": "cpu-quota-low"}
    fix = judged(snap, "limits.group-allows-a-cpu-for-each-rank")["node2",].fix
    assert fix.command.startswith("echo -1 > ")
    inside = (("node2", half), ("node2", dataclasses.replace(HEALTHY_LIMITS, container=True)))
    found = judged(nodes(*inside), "limits.group-allows-a-cpu-for-each-rank")["node2",]
    assert "docker run --cpus" in found.fix.note


def test_memory_apart_by_more_than_a_twentieth():
    check = "memory-is-equal"
    assert accused(nodes(("node2", who(2, memory_bytes=62 * GIB))), check) == {}
    assert accused(nodes(("node2", who(2, memory_bytes=56 * GIB))), check) == {
        "node2": "memory-differs"
    }
    assert accused(nodes(("node1", who(1, memory_bytes=56 * GIB))), check) == {
        "node1": "memory-differs"
    }, "the head too, when it is the one"
    held = nodes(("node3", Cgroup(memory_bytes=32 * GIB, memory_at="/cg/memory.max")))
    assert "/cg/memory.max" in judged(held, f"limits.{check}")["node3",].message
    tiny = nodes(("node3", Cgroup(memory_bytes=2 * GIB, memory_at="/cg/memory.max")))
    assert accused(tiny, check) == {}, "told of the group already"


def test_of_two_the_head_is_the_yardstick():
    pair = ("node1", "node2")
    snap = nodes(("node1", who(1, memory_bytes=32 * GIB, cpus=4)), names=pair)
    assert accused(snap, "memory-is-equal") == {"node2": "memory-differs"}
    assert accused(snap, "cpus-are-equal") == {"node2": "cpus-differ"}


def test_nodes_of_another_kind_are_no_yardstick():
    other = (("node3", who(3, memory_bytes=512 * GIB, cpus=96)), ("node3", MI300))
    assert accused(nodes(*other), "memory-is-equal") == {}
    assert accused(nodes(*other), "cpus-are-equal") == {}


def test_fewer_processors():
    assert accused(nodes(("node2", who(2, cpus=6))), "cpus-are-equal") == {"node2": "cpus-differ"}
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
    mended = sysctl(name, int(fix.command.partition("=")[2]))
    busier = dataclasses.replace(mended, threads=900, files_open=9000)
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


GPU, NIC = PciDevice("0000:13:00.0", "gpu", "DMA"), PciDevice("0000:14:00.0", "adapter", "DMA-FQ")
PASSED = dataclasses.replace(NIC, domain="identity")


def test_a_translating_iommu():
    check = "iommu-passes-through"
    found = {"node2": "iommu-translates"}
    assert accused(nodes(("node2", Passthrough((NIC,)))), check) == found
    assert accused(nodes(("node2", Passthrough((PASSED,)))), check) == {}
    assert accused(nodes(("node2", Passthrough((GPU,)))), check) == {}, "one GPU meets nobody"
    virtual = (("node2", Passthrough((NIC,))), ("node2", machine(virtual=True)))
    assert accused(nodes(*virtual), check) == {}
    grace = (("node2", Passthrough((NIC,))), ("node2", machine(architecture="aarch64")))
    assert accused(nodes(*grace), check) == {}


def test_an_iommu_of_an_old_kernel_is_judged_by_its_command_line():
    silent = dataclasses.replace(NIC, domain=None)
    on = Passthrough((silent,), options=("intel_iommu=on",))
    assert accused(nodes(("node2", on)), "iommu-passes-through") == {"node2": "iommu-translates"}
    passing = Passthrough((silent,), options=("intel_iommu=on", "iommu=pt"))
    assert accused(nodes(("node2", passing)), "iommu-passes-through") == {}


def test_acs():
    port = "0000:12:00.0"
    snap = nodes(("node2", Passthrough((PASSED,), {port: True, "0000:12:01.0": False})))
    assert accused(snap, "acs-is-off") == {"node2": "acs-on"}
    fix = judged(snap, "limits.acs-is-off")["node2",].fix
    assert f"for p in {port}; do setpci" in fix.command
    assert accused(nodes(("node2", Passthrough((PASSED,), {port: False}))), "acs-is-off") == {}
    hidden = nodes(("node2", Passthrough((PASSED,), {port: None})))
    assert judged(hidden, "limits.acs-is-off")["node2",].outcome is Outcome.SKIP


def test_acs_is_read_from_the_extended_capabilities(tmp_path):
    space = bytearray(4096)
    struct.pack_into("<I", space, 0x100, 0x0001 | (1 << 16) | (0x148 << 20))
    struct.pack_into("<IHH", space, 0x148, 0x000D | (1 << 16), 0x1F, 0x1D)
    (tmp_path / "config").write_bytes(space)
    assert passthrough_probe.redirects(str(tmp_path)) is True
    struct.pack_into("<H", space, 0x14E, 0x0001)
    (tmp_path / "config").write_bytes(space)
    assert passthrough_probe.redirects(str(tmp_path)) is False
    (tmp_path / "config").write_bytes(space[:64])
    assert passthrough_probe.redirects(str(tmp_path)) is None, "what other logins than root's read"
    (tmp_path / "config").write_bytes(b"\xff" * 4096)
    assert passthrough_probe.redirects(str(tmp_path)) is False, "a device that fell off the bus"


def test_switch_ports_are_those_between_root_port_and_device(tmp_path):
    device = tmp_path / "pci0000:10/0000:10:00.0/0000:11:00.0/0000:12:00.0/0000:13:00.0"
    device.mkdir(parents=True)
    ports = passthrough_probe.switch_ports(str(device))
    assert [os.path.basename(port) for port in ports] == ["0000:11:00.0", "0000:12:00.0"]


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Makes a tree of groups and says in which the login is."""

    def make(own, texts):
        for path, text in texts.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        monkeypatch.setattr(group_probe, "ROOT", str(tmp_path))
        shown = group_probe.read
        monkeypatch.setattr(
            group_probe,
            "read",
            lambda path, missing=None: own if path == "/proc/self/cgroup" else shown(path, missing),
        )
        return decode(Cgroup, group_probe.cgroup({}))

    return make


def test_the_tightest_group_of_version_2_counts(groups):
    found = groups(
        "0::/user.slice/user-7.slice/session-1.scope",
        {
            "cgroup.controllers": "cpu memory pids",
            "user.slice/memory.max": "max",
            "user.slice/user-7.slice/memory.max": str(64 * GIB),
            "user.slice/user-7.slice/memory.current": str(10 * GIB),
            "user.slice/user-7.slice/memory.stat": f"anon 1\nfile {4 * GIB}",
            "user.slice/user-7.slice/pids.max": "10813",
            "user.slice/user-7.slice/pids.current": "12",
            "user.slice/user-7.slice/session-1.scope/cpu.max": "400000 100000",
        },
    )
    assert (found.memory_bytes, found.memory_used_bytes) == (64 * GIB, 6 * GIB)
    assert found.memory_at.endswith("user-7.slice/memory.max")
    assert (found.tasks, found.tasks_used, found.cpus) == (10813, 12, 4.0)


def test_groups_of_version_1(groups):
    found = groups(
        "3:cpu,cpuacct:/job\n4:memory:/job\n5:pids:/job\n0::/",
        {
            "memory/job/memory.limit_in_bytes": str(8 * GIB),
            "memory/memory.limit_in_bytes": "9223372036854771712",
            "memory/job/memory.usage_in_bytes": str(GIB),
            "pids/job/pids.max": "max",
            "cpu/job/cpu.cfs_quota_us": "150000",
            "cpu/job/cpu.cfs_period_us": "100000",
        },
    )
    assert (found.memory_bytes, found.memory_used_bytes, found.tasks) == (8 * GIB, GIB, None)
    assert (found.cpus, os.path.basename(found.cpus_at)) == (1.5, "cpu.cfs_quota_us")


def test_a_container_sees_its_group_as_the_root(groups):
    found = groups("0::/../..", {"cgroup.controllers": "pids", "pids.max": "512"})
    assert found.tasks == 512
    assert groups("", {"cgroup.controllers": "pids", "pids.max": "max"}) == Cgroup()


def test_sections_read_this_machine():
    seen = decode(Machine, machine_probe.machine({}))
    assert seen.architecture
    assert seen.kernel
    assert seen.sysctls["kernel.pid_max"] > 0
    assert seen.threads > 0
    decode(Cgroup, group_probe.cgroup({}))
    decode(Passthrough, passthrough_probe.passthrough({}))
