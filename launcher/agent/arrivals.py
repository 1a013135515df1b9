"""When the ranks of this node entered their last collectives, by this node's clock."""

import time

from checks.node.runtime.threads import start_service
from launcher.agent.worker_server import group_name, recorded_entries

MEETINGS = ("all_reduce", "allreduce", "all_gather", "allgather", "reduce_scatter", "barrier")
"""How collectives begin in which each rank waits for all."""
BACKEND = "gloo:"
"""What its ranks do on GPUs they enter later than the program does, so no record has when."""
MAX_ENTRIES = 300


def report_arrivals(supervisor, sent):
    """Report them in a thread; `sent` is the controller's clock, for comparing it with this one."""
    received = time.time()

    def report():
        ranks = [
            dict(arrivals(recorded_entries(supervisor.home, pid) or []), rank=rank)
            for rank, pid in dict(supervisor.ranks).items()
        ]
        clocks = {"sent": sent, "received": received, "answered": time.time()}
        supervisor.say("arrivals", ranks=ranks, **clocks)

    start_service(report)


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
