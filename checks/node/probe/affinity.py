"""Which processors a login may run on, and where others were taken from it.

An affinity is inherited: the outermost process above the login that lacks them, or its control
group, is where it was set.
"""

import glob
import os
import re

from checks.node.probe.cgroup import ROOT, V1, V2, group_folders
from checks.node.probe.core import section
from checks.node.probe.environment import start_up_files
from checks.node.runtime.files import read_file

ONLINE = "/sys/devices/system/cpu/online"
STATUS = re.compile(r"^(Name|PPid|Cpus_allowed_list):\s*(.*)$", re.M)
PINS_ITSELF = re.compile(
    r"^[^#]*(\btaskset\s+-\w*p\w*\s.*\$(\$|BASHPID)|\bexec\s+(\S*/)?(taskset|numactl)\b)"
)
"""A line of a shell's start-up file that gives the shell processors, or a program in its place."""
PINS = re.compile(r"^[^#]*(\b(taskset|numactl)\s|^\s*(CPUAffinity|AllowedCPUs)\s*=)")
SETTINGS = (
    "~/.ssh/authorized_keys", "/etc/ssh/sshd_config",
    "/etc/ssh/sshd_config.d/*.conf", "/etc/systemd/system.conf", "/etc/systemd/system.conf.d/*",
    "/etc/systemd/system/ssh*.service", "/etc/systemd/system/ssh*.service.d/*",
    "/etc/systemd/system/user*.slice.d/*", "/etc/systemd/system/user@.service.d/*",
    "/etc/default/ssh", "/etc/sysconfig/sshd",
)  # fmt: skip
"""What may start a login on some processors only."""
MOST_ANCESTORS = 50


def processor_numbers(text):
    """{0, 1, 2, 5} of `0-2,5`."""
    found = set()
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", text):
        found.update(range(int(first), int(last or first) + 1))
    return found


def process_status(pid):
    """(name, parent, processors as the kernel lists them); None where it cannot be read."""
    found = dict(STATUS.findall(read_file("/proc/%d/status" % pid, "") or ""))
    if "Cpus_allowed_list" not in found:
        return None
    return found["Name"], int(found["PPid"]), found["Cpus_allowed_list"]


def limiting_process(online):
    """The outermost one that lacks processors, its parent's name, and what its parent has."""
    pid, outermost = os.getpid(), None
    for _ in range(MOST_ANCESTORS):
        status = process_status(pid)
        if status is None:
            break
        name, parent, allowed = status
        if online <= processor_numbers(allowed):
            if outermost:
                outermost.update(above=allowed, parent=name)
            break
        outermost = {"pid": pid, "name": name, "above": "", "parent": ""}
        pid = parent
    return outermost


def lines_that(pattern, paths):
    """The `path:line` of the lines of these files that match."""
    return [
        "%s:%d" % (path, number)
        for path in paths
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1)
        if pattern.match(line)
    ]


def setting_files():
    """Those of SETTINGS that are there."""
    return [path for pattern in SETTINGS for path in glob.glob(os.path.expanduser(pattern))]


def limiting_group(online):
    """(file, processors) of the outermost control group that lacks some; ("", "") where none."""
    version = V2 if os.path.exists(ROOT + "/cgroup.controllers") else V1
    shown = "cpuset.cpus.effective" if version == V2 else "cpuset.cpus"
    found = ("", "")
    for folder in group_folders(version, "cpuset"):
        effective = read_file(os.path.join(folder, shown), "") or ""
        if effective and not online <= processor_numbers(effective):
            found = (os.path.join(folder, "cpuset.cpus"), effective)
    return found


@section("affinity")
def affinity(args):
    """The login's processors, the machine's, and who took the others away."""
    online = read_file(ONLINE, "") or ""
    numbers = processor_numbers(online)
    own = process_status(os.getpid())
    allowed = own[2] if own else ""
    limited = bool(numbers) and bool(allowed) and not numbers <= processor_numbers(allowed)
    group, group_cpus = limiting_group(numbers) if limited else ("", "")
    return {
        "allowed": allowed,
        "online": online,
        "process": limiting_process(numbers) if limited else None,
        "lines": lines_that(PINS_ITSELF, start_up_files()) if limited else [],
        "settings": lines_that(PINS, setting_files()) if limited else [],
        "group": group,
        "group_cpus": group_cpus,
        "isolated": limited and "isolcpus=" in (read_file("/proc/cmdline", "") or ""),
    }
