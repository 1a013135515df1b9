"""Which processes on a node are a run's own: told by the run's mark, never by a name."""

import os

RUN_MARK = "DEEPSPEED_PREFLIGHT_RUN"


def process_stat(pid):
    """State, parent, session and birth of a process, or None where it is gone."""
    try:
        with open("/proc/%s/stat" % pid, "rb") as file:
            words = file.read().decode("latin-1").rpartition(")")[2].split()
    except OSError:
        return None
    return words[0], int(words[1]), int(words[3]), int(words[19])


def has_run_mark(pid, run):
    """Whether the process was started with the run's mark in its environment."""
    try:
        with open("/proc/%s/environ" % pid, "rb") as file:
            return ("%s=%s" % (RUN_MARK, run)).encode() in file.read().split(b"\0")
    except OSError:
        return False


def run_processes(run, sessions):
    """Living processes of this login that are the run's: by mark, by session, or their children."""
    parents, found = {}, set()
    for name in os.listdir("/proc"):
        try:
            if not name.isdigit() or os.stat("/proc/" + name).st_uid != os.getuid():
                continue
        except OSError:
            continue
        seen = process_stat(name)
        if seen is None or seen[0] in "ZX" or int(name) == os.getpid():
            continue
        parents[int(name)] = seen[1]
        if seen[2] in sessions or has_run_mark(name, run):
            found.add(int(name))
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found
