"""When this node's ranks entered their last collectives, by its clock, and what they lack."""

import os
import time

from checks.node.runtime.files import read_file
from checks.node.runtime.processes import Process
from checks.node.runtime.threads import start_service
from launcher.agent.marks import run_processes
from launcher.agent.rank_activity import processes_by_rank
from launcher.agent.worker_server import group_name, recorded_entries

MEETINGS = ("all_reduce", "allreduce", "all_gather", "allgather", "reduce_scatter", "barrier")
"""How collectives begin in which each rank waits for all."""
BACKEND = "gloo:"
"""What its ranks do on GPUs they enter later than the program does, so no record has when."""
MAX_ENTRIES = 300
SAMPLES, SAMPLE_EVERY_S = 30, 0.1
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def report_arrivals(supervisor, sent):
    """Report them in a thread; `sent` is the controller's clock, for comparing it with this one."""
    received = time.time()

    def report():
        pids = dict(supervisor.ranks)
        own = processes_by_rank(run_processes(supervisor.run, set(supervisor.sessions)), pids)
        lacks = sample_lacks({rank: own[rank] for rank in pids})
        ranks = [
            dict(arrivals(recorded_entries(supervisor.home, pid) or []), rank=rank, **lacks[rank])
            for rank, pid in pids.items()
        ]
        clocks = {"sent": sent, "received": received, "answered": time.time()}
        supervisor.say("arrivals", ranks=ranks, **clocks)

    start_service(report)


def sample_lacks(families):
    """Of each rank, for a few seconds, in what part of the time it lacked something.

    `blocked`: one of its processes was in state D, for a disk or a file server. `short`: one that
    had or wanted a processor did not get it.
    """
    seen, began = [], time.monotonic()
    for number in range(SAMPLES):
        time.sleep(SAMPLE_EVERY_S if number else 0)
        seen.append({rank: main_threads(pids) for rank, pids in families.items()})
    span = time.monotonic() - began
    return {rank: lacks_of([look[rank] for look in seen], span) for rank in families}


def main_threads(pids):
    """The main thread of each process that is there, as a Process by its pid."""
    stats = ((pid, read_file("/proc/%d/task/%d/stat" % (pid, pid), "")) for pid in pids)
    return {pid: Process(pid, stat) for pid, stat in stats if stat}


def lacks_of(looks, span):
    """The same of one rank, whose threads were seen so in turn."""
    blocked = sum(any(own.state == "D" for own in look.values()) for look in looks)
    short = [0.0]
    for pid in set(looks[0]) & set(looks[-1]):
        wanted = sum(look[pid].state == "R" for look in looks if pid in look) / len(looks)
        got = (looks[-1][pid].ticks - looks[0][pid].ticks) / TICKS_PER_S / span
        short.append(wanted - got)
    return {"blocked": round(blocked / len(looks), 2), "short": round(max(short), 2)}


def arrivals(entries):
    """The last collectives of the group of all: their numbers and when the rank entered each."""
    own = [entry for entry in entries if is_meeting(entry)][-MAX_ENTRIES:]
    return {
        "numbers": [entry["collective_seq_id"] for entry in own],
        "times": [entry["time_created_ns"] / 1e9 for entry in own],
    }


def is_meeting(entry):
    """Whether each rank of the run waits there for all others, and enters it when it says so."""
    name = entry["profiling_name"]
    if not name.startswith(BACKEND) or not group_name(entry).endswith("default_pg"):
        return False
    return name[len(BACKEND) :].lstrip("_").startswith(MEETINGS)
