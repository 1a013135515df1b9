"""How long limits of control groups kept a process from the processors, by their cpu.stat."""

import os

from checks.node.runtime.files import read_file

ROOT = "/sys/fs/cgroup"
SECONDS = {"throttled_usec": 1e-6, "throttled_time": 1e-9}
"""How version 2 and version 1 call it, and in which unit."""


def throttled_seconds(pid):
    """The time so far, of the group around it that was held back most; 0 without a limit.

    A group of several processors counts the time of each.
    """
    return max((group_throttled(folder) for folder in cpu_groups(pid)), default=0.0)


def cpu_groups(pid):
    """The folders of its group for processors and of all above, as far as this login sees them."""
    for line in read_file("/proc/%d/cgroup" % pid, "").splitlines():
        _, names, path = line.split(":", 2)
        if names and "cpu" not in names.split(","):
            continue
        top = os.path.join(ROOT, names)
        # the path leads out of what a container has mounted: then its root is the group
        folder = os.path.normpath(top + "/" + path) if "/.." not in path else top.rstrip("/")
        while folder.startswith(top.rstrip("/")):
            yield folder
            folder = os.path.dirname(folder)


def group_throttled(folder):
    """Seconds in that group's cpu.stat."""
    lines = (line.split() for line in read_file(folder + "/cpu.stat", "").splitlines())
    return sum(int(words[1]) * SECONDS[words[0]] for words in lines if words[0] in SECONDS)
