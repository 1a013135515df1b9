"""Identity of the node and of the account that logs in."""

import os
import shutil
import socket
import sys

from checks.node.probe.core import section
from checks.node.probe.write_locks import locked_files
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import login_account

SYSTEM_PATH = ":/usr/local/bin:/usr/bin:/bin"


def total_memory():
    """Bytes of memory of the machine; 0 where unreadable."""
    for line in (read_file("/proc/meminfo", "") or "").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return 0


@section("who")
def who(args):
    user, home, shell = login_account()
    return {
        "user": user,
        "uid": os.getuid(),
        "home": os.environ.get("HOME") or home,
        "shell": shell,
        "hostname": socket.gethostname(),
        "machine_id": read_file("/etc/machine-id", ""),
        "boot_id": read_file("/proc/sys/kernel/random/boot_id", ""),
        "python": "%d.%d.%d" % sys.version_info[:3],
        "system": "%s %s" % (os.uname().sysname, os.uname().release),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_bytes": total_memory(),
        "sudo": shutil.which("sudo", path=os.environ.get("PATH", "") + SYSTEM_PATH) is not None,
        "locks": locked_files(),
    }
