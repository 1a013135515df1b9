"""Where a login's limits come from: the sshd that listens, and PAM where that sshd asks it."""

import re

from checks.node.probe.pam import has_module
from checks.node.probe.sshd import options_of, read_settings, sshd_process
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import command_line

NAMES = {
    "cpu time": "cpu",
    "file size": "fsize",
    "data size": "data",
    "core file size": "core",
    "processes": "nproc",
    "open files": "nofile",
    "locked memory": "memlock",
    "address space": "as",
}
"""limits.conf's name for what /proc/PID/limits calls "Max …"."""
LIMIT = re.compile(r"^Max (.+?) {2,}(\S+) +(\S+)", re.M)
SERVICE = re.compile(r"/([^/\n]*ssh[^/\n]*\.service)$", re.M)


def limits_in(text):
    """{item: [soft, hard]} of a /proc/PID/limits; None stands for unlimited."""
    found = {}
    for name, *pair in LIMIT.findall(text):
        if name in NAMES:
            found[NAMES[name]] = [None if at == "unlimited" else int(at) for at in pair]
    return found


def asks_pam(pid):
    """Whether that sshd lets PAM's pam_limits set the limits of a session."""
    options = options_of(" ".join(command_line(pid)).split())
    given = [option.partition("=") for option in options]
    settings = [value for key, _, value in given if key.lower().endswith("usepam")]
    path = next((options[at + 1] for at, option in enumerate(options) if option == "-f"), None)
    for keyword, value, _, match in read_settings(path or "/etc/ssh/sshd_config"):
        settings += [value] if keyword == "usepam" and not match else []
    return settings[:1] == ["yes"] and has_module("pam_limits", "session")


def login_server():
    """The sshd that let us in: its pid, its unit, its limits, and whether PAM sets others."""
    sshd = sshd_process()
    if sshd is None:
        return {}
    unit = SERVICE.search(read_file("/proc/%d/cgroup" % sshd.pid, "") or "")
    return {
        "pid": sshd.pid,
        "unit": unit.group(1) if unit else "",
        "limits": limits_in(read_file("/proc/%d/limits" % sshd.pid, "") or ""),
        "pam": asks_pam(sshd.pid),
    }
