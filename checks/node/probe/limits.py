"""Resource limits, as the very shell that ssh and pdsh start gives them to the ranks."""

import os
import resource

from checks.node.probe.container import in_container
from checks.node.probe.core import section
from checks.node.probe.limit_lines import limit_settings
from checks.node.probe.login_server import login_server
from checks.node.probe.shm_users import shm_users
from checks.node.runtime.files import read_file

CUTTING = {
    "cpu": resource.RLIMIT_CPU,
    "fsize": resource.RLIMIT_FSIZE,
    "as": resource.RLIMIT_AS,
    "data": resource.RLIMIT_DATA,
}
"""Limits at which the kernel ends a process, or refuses what it cannot do without."""


def soft_and_hard(kind):
    """Soft and hard limit; None stands for unlimited."""
    return [
        None if value == resource.RLIM_INFINITY else value for value in resource.getrlimit(kind)
    ]


def filesystem_bytes(path):
    """Total and free bytes of the file system at `path`."""
    stat = os.statvfs(path)
    return [stat.f_blocks * stat.f_frsize, stat.f_bavail * stat.f_frsize]


def cutting_limits():
    """{item: [soft, hard]} of those that end a process which goes on; limits.conf's names."""
    return {item: soft_and_hard(kind) for item, kind in CUTTING.items()}


def shm_access():
    """Whether this account may make files in /dev/shm, and what stands against it."""
    there = os.path.isdir("/dev/shm")
    return {
        "shm_writable": os.access("/dev/shm", os.W_OK | os.X_OK),
        "shm_read_only": there and bool(os.statvfs("/dev/shm").f_flag & os.ST_RDONLY),
        "shm_mode": "%04o" % (os.stat("/dev/shm").st_mode & 0o7777) if there else "",
    }


@section("limits")
def limits(args):
    """Limits of this process, which are those of the shell above it, and what /dev/shm holds."""
    total, free = filesystem_bytes("/dev/shm") if os.path.isdir("/dev/shm") else (0, 0)
    nofile, nproc = soft_and_hard(resource.RLIMIT_NOFILE), soft_and_hard(resource.RLIMIT_NPROC)
    memlock = soft_and_hard(resource.RLIMIT_MEMLOCK)
    counts = {"nofile": nofile[0], "nproc": nproc[0], "memlock": (memlock[0] or 0) // 1024}
    return {
        "cutting": cutting_limits(),
        "set_in": limit_settings(counts),
        "server": login_server(),
        "memlock": memlock,
        "nofile": nofile,
        "nproc": nproc,
        "core": soft_and_hard(resource.RLIMIT_CORE),
        "stack": soft_and_hard(resource.RLIMIT_STACK),
        "shm_bytes": total,
        "shm_free_bytes": free,
        "pid_max": int(read_file("/proc/sys/kernel/pid_max", "0")),
        "core_pattern": read_file("/proc/sys/kernel/core_pattern", ""),
        "container": in_container(),
        "shm_users": shm_users(free) if total else {},
        **shm_access(),
    }
