"""When this node's ranks entered their last collectives, by its clock, and what they lack.

Beside it how data got on to other nodes, over the TCP connections of the ranks.
"""

import os
import time

from checks.node.runtime.control_groups import throttled_seconds
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import Process, open_files
from checks.node.runtime.tcp_info import open_connections
from checks.node.runtime.threads import call_together, start_service
from launcher.agent.gpu_use import slowed_gpus
from launcher.agent.marks import run_processes
from launcher.agent.rank_activity import processes_by_rank
from launcher.agent.worker_server import group_name, recorded_entries

MEETINGS = ("all_reduce", "allreduce", "all_gather", "allgather", "reduce_scatter", "barrier")
"""How collectives begin in which each rank waits for all."""
BACKENDS = ("gloo:", "nccl:")
MAX_ENTRIES = 300
SAMPLES, SAMPLE_EVERY_S = 30, 0.1
LINK_EVERY = 2
"""Samples from one look at the connections to the next."""
MIN_BYTES = 100_000
"""Of data in that time; less says nothing of a link."""
UNDER_WAY = 3
"""Segments that are not acknowledged; fewer may only wait for the other end's delayed answer."""
MAX_LINKS = 64
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def report_arrivals(supervisor, sent):
    """Report them in a thread; `sent` is the controller's clock, for comparing it with this one."""
    received = time.time()

    def report():
        pids = dict(supervisor.ranks)
        own = processes_by_rank(run_processes(supervisor.run, set(supervisor.sessions)), pids)
        lacks, links = sample_lacks({rank: own[rank] for rank in pids})

        def arrivals_of(rank):
            recorded = recorded_entries(supervisor.home, pids[rank])
            return dict(arrivals(recorded or []), rank=rank, **lacks[rank])

        ranks = call_together(arrivals_of, pids)
        clocks = {"sent": sent, "received": received, "answered": time.time()}
        supervisor.say("arrivals", ranks=ranks, links=links, slowed=slowed_gpus(), **clocks)

    start_service(report)


def sample_lacks(families):
    """Of each rank, for a few seconds, in what part of the time it lacked something; and its links.

    `blocked`: one of its processes was in state D, for a disk or a file server. `short`: one that
    had or wanted a processor did not get it. `throttled`: for the limit of its control group.
    """
    pids = {pid for own in families.values() for pid in own}
    sockets = {link for pid in pids for link in open_files(pid).values()}
    seen, connections, began = [], [], time.monotonic()
    held = {rank: throttled_of(pids) for rank, pids in families.items()}
    for number in range(SAMPLES):
        time.sleep(SAMPLE_EVERY_S if number else 0)
        seen.append({rank: main_threads(pids) for rank, pids in families.items()})
        if number % LINK_EVERY == 0:
            connections.append(connections_to_others(sockets))
    span = time.monotonic() - began
    lacks = {rank: lacks_of([look[rank] for look in seen], span) for rank in families}
    for rank, before in held.items():
        throttled = (throttled_of(families[rank]) - before) / span
        lacks[rank]["throttled"] = round(min(max(throttled, 0.0), 1.0), 2)
    return lacks, link_uses(connections, span)


def throttled_of(pids):
    """Seconds so far in which one of them was held back by its group's limit."""
    return max(map(throttled_seconds, pids), default=0.0)


def connections_to_others(sockets):
    """The connections among those sockets that lead to other addresses, by inode."""
    return {
        inode: own
        for inode, own in open_connections().items()
        if own.here != own.there and "socket:[%d]" % inode in sockets
    }


def link_uses(looks, span):
    """How data got on from an address here to another in `span` seconds, those with most first.

    `under_way`: the part of the looks in which segments were not acknowledged, `rate` the bytes a
    second in that time, `resent` the part of the segments that was sent again; of the connection
    with most data, where there are several.
    """
    found = {}
    for inode, last in looks[-1].items():
        own = [look[inode] for look in looks if inode in look]
        sent = last.acked - own[0].acked
        if sent >= MIN_BYTES:
            busy = sum(seen.unacked >= UNDER_WAY for seen in own) / len(own)
            resent = (last.resent - own[0].resent) / max(last.segments - own[0].segments, 1)
            rate = sent / (max(busy, 0.5 / len(own)) * span)
            pair = (last.here, last.there)
            found[pair] = max(found.get(pair, ()), (sent, busy, resent, rate))
    order = sorted(found.items(), key=lambda item: item[1], reverse=True)[:MAX_LINKS]
    return [describe_link(*pair, *use[1:]) for pair, use in order]


def describe_link(here, there, under_way, resent, rate):
    """One of them, as the controller takes it."""
    figures = {"under_way": round(under_way, 2), "resent": round(resent, 3), "rate": round(rate)}
    return dict(figures, here=here, there=there)


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
    """The last collectives of the group of all: their numbers and when the rank entered each.

    Of NCCL's also how long after that each was seen to have ended, -1 where it was not: a program
    may enter them long before its GPU comes to them.
    """
    own = [entry for entry in entries if is_meeting(entry)][-MAX_ENTRIES:]
    found = {
        "numbers": [entry["collective_seq_id"] for entry in own],
        "times": [entry["time_created_ns"] / 1e9 for entry in own],
    }
    if own and own[0]["profiling_name"].startswith("nccl:"):
        found["lasted"] = [seconds_lasted(entry) for entry in own]
    return found


def seconds_lasted(entry):
    """From when it was entered to when it was seen to have ended; -1 where that is not known."""
    ended = entry.get("time_discovered_completed_ns")
    return round((ended - entry["time_created_ns"]) / 1e9, 3) if ended else -1.0


def is_meeting(entry):
    """Whether each rank of the run waits there for all others."""
    name = entry["profiling_name"]
    if not name.startswith(BACKENDS) or not group_name(entry).endswith("default_pg"):
        return False
    return name.partition(":")[2].lstrip("_").startswith(MEETINGS)
