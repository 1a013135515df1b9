"""What sort of machine it is and how its kernel is set: what the nodes ought to have alike."""

import glob
import os
import platform

from checks.node.probe.core import section
from checks.node.runtime.files import read_file

SYSCTLS = (
    "kernel.numa_balancing",
    "kernel.pid_max",
    "kernel.threads-max",
    "vm.max_map_count",
    "vm.overcommit_memory",
    "fs.file-max",
)
POLICIES = "/sys/devices/system/cpu/cpufreq/policy*/"
OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")


def is_virtual():
    """Whether a hypervisor runs this machine; None where the processor has no flag for it.

    The first processor's lines will do: the whole file asks each of hundreds for its clock.
    """
    with open("/proc/cpuinfo", "rb", buffering=0) as file:
        lines = file.read(8192).decode("utf-8", "replace").splitlines()
    flags = [line.partition(":")[2].split() for line in lines if line.startswith("flags")]
    if flags:
        return "hypervisor" in flags[0]
    return True if os.path.exists("/sys/hypervisor/type") else None


def read_sysctls():
    """Those that this kernel has."""
    texts = {name: read_file("/proc/sys/" + name.replace(".", "/")) for name in SYSCTLS}
    return {name: int(value) for name, value in texts.items() if value is not None}


def policy_values(name):
    """The values that the processors' frequency policies have for `name`."""
    return sorted({read_file(path, "") for path in glob.glob(POLICIES + name)} - {""})


def numa_nodes():
    """How many memory nodes the kernel has; 1 where it does not divide them."""
    return len(glob.glob("/sys/devices/system/node/node[0-9]*")) or 1


def system_release():
    """`ubuntu 22.04`, as os-release words it; '' where there is no such file."""
    text = next((text for text in map(read_file, OS_RELEASE) if text), "")
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    words = [fields.get(key, "").strip("\"'") for key in ("ID", "VERSION_ID")]
    return " ".join(word for word in words if word)


def c_library():
    """`glibc 2.35`; '' where another C library is used."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):
        return ""


@section("machine")
def machine(args):
    """Settings of the kernel, and what the system is."""
    opened = (read_file("/proc/sys/fs/file-nr") or "0").split()
    total = (read_file("/proc/loadavg") or "0 0 0 0/0 0").split()[3]
    return {
        "virtual": is_virtual(),
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "system": system_release(),
        "library": c_library(),
        "numa_nodes": numa_nodes(),
        "sysctls": read_sysctls(),
        "governors": policy_values("scaling_governor"),
        "drivers": policy_values("scaling_driver"),
        "preferences": policy_values("energy_performance_preference"),
        "threads": int(total.partition("/")[2]),
        "files_open": int(opened[0]),
    }
