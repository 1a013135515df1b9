"""Limits of the control groups around the login: a container's, a Slurm job's, systemd's slice's.

Files are those of the kernel's cgroup-v2 and cgroup-v1 documents. A group is held to the limits of
all groups above it, as far up as this login can see.
"""

import os

from checks.node.probe.core import section
from checks.node.runtime.files import read_file

ROOT = "/sys/fs/cgroup"
UNLIMITED = 2**60  # v1 writes the largest number of whole pages
V1, V2 = 1, 2
FILES = {
    V1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"),
    V2: ("memory.max", "memory.current", "file"),
}


def parse_limit(text):
    """A limit; None where there is none."""
    return None if text in (None, "", "max", "-1") or int(text) >= UNLIMITED else int(text)


def group_paths():
    """{controller: its group's path}; '' is version 2's only one."""
    lines = (line.split(":", 2) for line in (read_file("/proc/self/cgroup", "") or "").splitlines())
    return {name: path for _, names, path in lines for name in names.split(",")}


def group_folders(version, controller):
    """The folders of the group and of all above it, innermost first."""
    own = group_paths().get("" if version == V2 else controller, "/")
    top = ROOT if version == V2 else os.path.join(ROOT, controller)
    # the path leads out of what a container has mounted: then its root is the group
    folder = os.path.normpath(top + own) if "/.." not in own else top
    while folder.startswith(top):
        if os.path.isdir(folder):
            yield folder
        folder = os.path.dirname(folder)


def tightest_limit(version, controller, name, limit):
    """(limit, file) of the group that grants least; (None, '') where none limits."""
    files = [folder + "/" + name for folder in group_folders(version, controller)]
    found = [(limit(read_file(path)), path) for path in files]
    return min((limit for limit in found if limit[0] is not None), default=(None, ""))


def parse_cpu_quota(text):
    """`200000 100000`, a time in every period, as processors; None without a limit."""
    words = (text or "max 1").split()
    share = parse_limit(words[0])
    return None if share is None else round(share / float(words[1]), 2)


def processor_quota(version):
    """The quota of processors, as (number, file)."""
    if version == V2:
        return tightest_limit(version, "cpu", "cpu.max", parse_cpu_quota)
    microseconds, path = tightest_limit(version, "cpu", "cpu.cfs_quota_us", parse_limit)
    period = read_file(os.path.dirname(path) + "/cpu.cfs_period_us") or "100000"
    return (None, "") if microseconds is None else (round(microseconds / float(period), 2), path)


def number_in_group(path, name):
    """The number in a file of the same group; 0 where there is no group."""
    return parse_limit(read_file(os.path.join(os.path.dirname(path), name))) or 0 if path else 0


def reclaimable_bytes(path, key):
    """Bytes of a group's memory that the kernel gives back when it is asked for them."""
    stat = read_file(os.path.join(os.path.dirname(path), "memory.stat")) or "" if path else ""
    lines = (line.split() for line in stat.splitlines())
    return next((int(line[1]) for line in lines if line[0] == key), 0)


@section("cgroup")
def cgroup(args):
    """The tightest limit of each sort, where it stands, and how much of it is in use."""
    version = V2 if os.path.exists(ROOT + "/cgroup.controllers") else V1
    limit, used, cache = FILES[version]
    memory, memory_at = tightest_limit(version, "memory", limit, parse_limit)
    tasks, tasks_at = tightest_limit(version, "pids", "pids.max", parse_limit)
    cpus, cpus_at = processor_quota(version)
    return {
        "memory_bytes": memory,
        "memory_used_bytes": max(
            number_in_group(memory_at, used) - reclaimable_bytes(memory_at, cache), 0
        ),
        "memory_at": memory_at,
        "tasks": tasks,
        "tasks_used": number_in_group(tasks_at, "pids.current"),
        "tasks_at": tasks_at,
        "cpus": cpus,
        "cpus_at": cpus_at,
    }
