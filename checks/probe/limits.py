"""Resource limits, as the very shell that ssh and pdsh start gives them to the ranks."""

import os
import resource

from checks.probe.core import read, section


def pair(kind):
    """Soft and hard limit; None stands for unlimited."""
    return [
        None if value == resource.RLIM_INFINITY else value for value in resource.getrlimit(kind)
    ]


def size(path):
    """Total and free bytes of the file system at `path`."""
    stat = os.statvfs(path)
    return [stat.f_blocks * stat.f_frsize, stat.f_bavail * stat.f_frsize]


@section("limits")
def limits(args):
    """Limits of this process, which are those of the shell above it, and what /dev/shm holds."""
    total, free = size("/dev/shm") if os.path.isdir("/dev/shm") else (0, 0)
    return {
        "memlock": pair(resource.RLIMIT_MEMLOCK),
        "nofile": pair(resource.RLIMIT_NOFILE),
        "nproc": pair(resource.RLIMIT_NPROC),
        "core": pair(resource.RLIMIT_CORE),
        "stack": pair(resource.RLIMIT_STACK),
        "shm_bytes": total,
        "shm_free_bytes": free,
        "pid_max": int(read("/proc/sys/kernel/pid_max", "0")),
        "core_pattern": read("/proc/sys/kernel/core_pattern", ""),
        "container": os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"),
    }
