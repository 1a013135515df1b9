"""Marks: a variable in the environment of all that was started for one run or one probe.

Children inherit it, in sessions of their own too, and nothing else has its value.
"""

import os
import time

from checks.node.runtime.files import read_file
from checks.node.runtime.processes import process_ids

ENV_END = 51  # the field of /proc/PID/stat that says where the environment ends, see proc(5)
EXEC_S, PAUSE_S = 2.0, 0.001  # far more than it takes, also where no processor is free


def environment_words(pid):
    """`NAME=value` as bytes, of what the process was started with; none where it is gone."""
    words, replaced = read_environment(pid), True
    deadline = time.monotonic() + EXEC_S
    while not words and replaced and time.monotonic() < deadline:
        replaced = is_in_exec(pid)
        words = read_environment(pid)  # after that question: the program may have come meanwhile
        if replaced and not words:
            time.sleep(PAUSE_S)
    return words.split(b"\0")


def read_environment(pid):
    """The bytes that the process was started with; empty where it is gone or has none."""
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            return file.read()
    except OSError:
        return b""


def is_in_exec(pid):
    """Whether it is just being replaced by a program, whose environment the kernel has not set yet.

    A thread of the kernel has none either, and no program.
    """
    fields = read_file("/proc/%d/stat" % pid, "").rpartition(")")[2].split()
    placed = int(fields[ENV_END - 3]) if len(fields) > ENV_END - 3 else 1
    return not placed and has_program(pid)


def has_program(pid):
    """Whether a file is what the process runs."""
    try:
        return bool(os.readlink("/proc/%d/exe" % pid))
    except OSError:
        return False


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
