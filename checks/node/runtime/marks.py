"""Marks: a variable in the environment of all that was started for one run or one probe.

Children inherit it, in sessions of their own too, and nothing else has its value.
"""

import os

from checks.node.runtime.processes import process_ids


def environment_words(pid):
    """`NAME=value` as bytes, of what the process was started with; none where it is gone."""
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []


def process_environment(pid):
    """The variables that the process was started with; empty where it is gone."""
    words = (os.fsdecode(word).partition("=") for word in environment_words(pid))
    return {name: value for name, _, value in words if name}


def has_mark(pid, name, value):
    """Whether the process was started with that variable."""
    return os.fsencode("%s=%s" % (name, value)) in environment_words(pid)


def marked_processes(name, value):
    """Ids of the processes that were started with that variable."""
    return [pid for pid in process_ids() if has_mark(pid, name, value)]
