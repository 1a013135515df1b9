"""What a node's group allows it: as it is read in either version, and when it is too little."""

from __future__ import annotations

import dataclasses
import os

import pytest

from checks.facts import decode_fact
from checks.facts.cgroup import Cgroup
from checks.model import Severity
from checks.node.probe import cgroup as group_probe
from tests.support.machines import MI300, accused, nodes
from tests.support.networks import GIB, HEALTHY_LIMITS
from tests.support.snapshots import judged


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


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Makes a tree of groups and says in which the login is."""

    def make(own, texts):
        for path, text in texts.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        monkeypatch.setattr(group_probe, "ROOT", str(tmp_path))
        shown = group_probe.read_file
        monkeypatch.setattr(
            group_probe,
            "read_file",
            lambda path, missing=None: own if path == "/proc/self/cgroup" else shown(path, missing),
        )
        return decode_fact(Cgroup, group_probe.cgroup({}))

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
