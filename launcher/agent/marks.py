"""Which processes on a node are a run's own: known by the run's mark, never by a name."""

import os

from checks.node.runtime.marks import has_mark
from checks.node.runtime.processes import all_processes, descendants_of, process_owner

RUN_MARK = "DEEPSPEED_PREFLIGHT_RUN"


def run_processes(run, sessions):
    """Living processes of this login that are the run's: by mark, by session, or their children."""
    living = {pid: process for pid, process in all_processes().items() if is_candidate(process)}
    own = {
        pid
        for pid, process in living.items()
        if process.session in sessions or has_mark(pid, RUN_MARK, run)
    }
    return own.union(descendants_of(own, living))


def is_candidate(process):
    """Whether it lives, is of this login, and is not this process."""
    return (
        process.alive and process.pid != os.getpid() and process_owner(process.pid) == os.getuid()
    )
