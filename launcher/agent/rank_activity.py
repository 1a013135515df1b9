"""What the run's processes on this node are doing: from /proc, stacks, NCCL's flight recorder."""

import os
import time

from checks.node.runtime.control_groups import throttled_seconds
from checks.node.runtime.files import list_folder, read_file
from checks.node.runtime.marks import process_environment
from checks.node.runtime.processes import find_process, open_files, threads_of
from checks.node.runtime.sockets import ESTABLISHED, LISTEN, SYN_SENT, tcp_sockets
from checks.node.runtime.tcp_info import open_connections
from checks.node.runtime.threads import call_together, start_service, start_thread
from launcher.agent.flight_recorder import last_collective, request_dump
from launcher.agent.gpu_use import USE, gpu_use, slowed_gpus, start_query
from launcher.agent.marks import run_processes
from launcher.agent.nccl_ras import ADDRESS_VARIABLE, DEFAULT_ADDRESS, observe_ras
from launcher.agent.rank_stack import (
    main_thread_stack,
    py_spy_frames,
    start_py_spy,
)
from launcher.agent.worker_server import has_advanced, pending_collectives, recorded_entries

SAMPLE_SPAN_S = 2.0
TOOL_LIMIT_S = 6.0
MAX_SOCKETS = 64
SERVICE_PORTS = 1024
"""Below are servers, of metrics, files or the web; ranks meet each other above."""
MAX_CHILDREN = 8
LITTLE_CPU = 0.02
"""Cores; a rank that uses less cannot be at other calls than before."""
FRAME_FIELDS = ("function", "file", "line")
CHILD_FIELDS = ("name", "cwd")
GROWING = ("cpu", "throttled", "disk", "files", "traffic")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
TCP_STATES = {ESTABLISHED: "ESTABLISHED", SYN_SENT: "SYN_SENT", LISTEN: "LISTEN"}


def observe_in_thread(supervisor, span_s):
    """Observe in a thread, so that the supervisor goes on; it reports what was seen."""

    def report():
        try:
            seen = observe_ranks(dict(supervisor.ranks), supervisor, span_s)
        except (OSError, ValueError, LookupError) as error:
            seen = {"error": "%s: %s" % (type(error).__name__, error)}
        supervisor.say("observation", seen=seen)

    start_service(report)


def observe_ranks(ranks, supervisor, span_s):
    """What each rank does, the launcher's sockets, the node's traffic and GPUs.

    Use of CPU, disk and network is sampled over `span_s`. What takes its time is asked meanwhile,
    of all ranks at once.
    """
    home = supervisor.home
    whose = processes_by_rank(run_processes(supervisor.run, set(supervisor.sessions)), ranks)
    first, began = sample_usage(whose), time.monotonic()
    gpus, slowed, ras = start_query(USE), start_asking(slowed_gpus), start_ras(ranks, span_s)
    before = look_first(home, ranks, whose)
    time.sleep(max(0.0, began + span_s - time.monotonic()))
    second, span = sample_usage(whose), time.monotonic() - began
    deadline = time.monotonic() + TOOL_LIMIT_S
    tables = tcp_tables([os.getpid(), *ranks.values()])

    def observe(rank):
        pid = ranks[rank]
        usage = usage_rates(first["use"][rank], second["use"][rank], span)
        own = observe_rank(home, rank, pid, whose[rank], tables[pid], *before[rank])
        return dict(usage, **own)

    seen = call_together(observe, ranks)
    note_changed_stacks(home, ranks, seen)
    return {
        "ranks": seen,
        "launcher": sockets_of(whose[None], tables[os.getpid()]),
        "network": network_rates(first["network"], second["network"], span),
        "gpus": gpu_use(gpus, deadline),
        "slowed": slowed(deadline) or [],
        "ras": ras(deadline),
    }


def start_ras(ranks, span_s):
    """Ask NCCL's RAS beside; all ranks of a run have the same address for it. See start_asking."""
    env = process_environment(min(ranks.values())) if ranks else {}
    address = env.get(ADDRESS_VARIABLE, DEFAULT_ADDRESS)
    limit = time.monotonic() + span_s + TOOL_LIMIT_S
    return start_asking(lambda: observe_ras(address, span_s, limit))


def start_asking(function):
    """Call it in a thread; returns what waits for its answer until a deadline, else gives None."""
    answers = []
    asking = start_thread(lambda: answers.append(function()))

    def wait(deadline):
        if asking.is_alive():
            asking.join(max(0.1, deadline - time.monotonic()))
        return answers[0] if answers else None

    return wait


def look_first(home, ranks, whose):
    """{rank: (what its recorders have, its calls)}."""
    tools = {rank: start_py_spy(home, pid) for rank, pid in ranks.items()}
    deadline = time.monotonic() + TOOL_LIMIT_S
    tables = tcp_tables(ranks.values())

    def look(rank):
        pid = ranks[rank]
        request_dump(pid, rank)
        recorded = recorded_entries(home, pid)
        spied_on = py_spy_frames(tools[rank], pid, deadline)
        calling = is_calling(sockets_of(whose[rank], tables[pid]))
        return recorded, main_thread_stack(home, pid, spied_on, calling)

    return dict(zip(ranks, call_together(look, ranks)))


def observe_rank(home, rank, pid, pids, table, recorded_before, called):
    """What is seen of one rank whose processes are `pids`, some time after `look_first`.

    `table` has the TCP sockets where it runs. One that has ended is at no call.
    """
    recorded, state = recorded_entries(home, pid), process_state(pid)
    return {
        "rank": rank,
        "state": state,
        "wchan": read_file("/proc/%d/wchan" % pid, ""),
        "sockets": sockets_of(pids, table),
        "master": rendezvous_address(process_environment(pid)),
        "flight": last_collective(pid, rank),
        "stack": [dict(zip(FRAME_FIELDS, frame)) for frame in called["stack"] if state],
        "why": called["why"] if state else "",
        "children": child_programs(pids, pid),
        "collectives": pending_collectives(recorded),
        "moved": has_advanced(recorded_before, recorded),
    }


def is_calling(sockets):
    """Whether one of them waits for the answer to a connection."""
    return any(sock["state"] == "SYN_SENT" for sock in sockets)


def note_changed_stacks(home, ranks, seen):
    """Say of ranks that use CPU, but enter no collective, whether they are at other calls now.

    All are asked at once: a tool that reads stacks takes its time.
    """
    still = [own for own in seen if not own["moved"] and own["stack"] and own["cpu"] > LITTLE_CPU]
    tools = {own["rank"]: start_py_spy(home, ranks[own["rank"]]) for own in still}
    deadline = time.monotonic() + TOOL_LIMIT_S

    def note(own):
        pid = ranks[own["rank"]]
        spied_on = py_spy_frames(tools[own["rank"]], pid, deadline)
        now = main_thread_stack(home, pid, spied_on, is_calling(own["sockets"]))["stack"]
        frames = [dict(zip(FRAME_FIELDS, frame)) for frame in now]
        own["moved"] = frames != own["stack"] if frames else None

    call_together(note, still)


def rendezvous_address(env):
    """The rendezvous address in a rank's environment; empty where there is none."""
    return ":".join(env[name] for name in ("MASTER_ADDR", "MASTER_PORT") if name in env)


def processes_by_rank(pids, ranks):
    """The run's processes by the rank that they belong to; None has those of no rank."""
    parents = {process.pid: process.parent for process in map(find_process, pids) if process}
    found = {rank: [pid] for rank, pid in ranks.items()}
    found[None] = []
    for pid in parents:
        over = pid
        while over in parents and over not in ranks.values():
            over = parents[over]
        rank = next((rank for rank, top in ranks.items() if top == over), None)
        if pid != over or rank is None:
            found[rank].append(pid)
    return found


def child_programs(pids, rank):
    """Name and folder of the programs that a rank started and that are not forks of itself."""
    own = process_name(rank)
    found = {(process_name(pid), working_folder(pid)) for pid in pids if pid != rank}
    named = sorted(child for child in found if child[0] not in ("", own))
    return [dict(zip(CHILD_FIELDS, child)) for child in named[:MAX_CHILDREN]]


def process_name(pid):
    """Its name as ps shows it; empty where it is gone."""
    process = find_process(pid)
    return process.name if process else ""


def working_folder(pid):
    """Where it works; empty where it is gone."""
    try:
        return os.readlink("/proc/%d/cwd" % pid)
    except OSError:
        return ""


def sample_usage(whose):
    """What the processes of each rank have used so far, and the bytes of interfaces."""
    connections = open_connections()
    return {
        "use": {rank: resource_use(pids, connections) for rank, pids in whose.items()},
        "network": interface_bytes(),
    }


def resource_use(pids, connections):
    """Seconds of processors, and of those that a control group's limit kept from it; bytes so far.

    Bytes of disks, of what is read as files, and of connections to ranks; tasks in state D and R.
    """
    cpu = disk = files = 0.0
    blocked, running = {}, set()
    for process in filter(None, map(find_process, pids)):
        cpu += process.ticks / TICKS_PER_S
        for line in read_file("/proc/%d/io" % process.pid, "").splitlines():
            name, _, number = line.partition(": ")
            disk += int(number) if name in ("read_bytes", "write_bytes") else 0
            files += int(number) if name in ("rchar", "wchar") else 0
        for thread in threads_of(process.pid):
            if thread.state == "R":
                running.add(thread.pid)
            if thread.state == "D":
                wchan = read_file("/proc/%d/wchan" % thread.pid, "")
                blocked[thread.pid] = "%s in %s" % (thread.name, wchan or "?")
    moved = bytes_moved(pids, connections)
    throttled = max(map(throttled_seconds, pids), default=0.0)
    return {
        "cpu": cpu,
        "throttled": throttled,
        "disk": disk,
        "files": files,
        "traffic": moved,
        "blocked": blocked,
        "running": running,
    }


def bytes_moved(pids, connections):
    """Bytes of the connections of those processes that lead to ranks, as far as ports show it."""
    links = {link for pid in pids for link in open_files(pid).values()}
    return sum(
        own.acked + own.received
        for inode, own in connections.items()
        if own.port >= SERVICE_PORTS and "socket:[%d]" % inode in links
    )


def usage_rates(first, second, span):
    """Cores and bytes a second between two samples; blocked and running is what was so in both.

    What the kernel had in memory moves no byte of a disk, and what is mapped none of a file. What
    is read from and written to a connection counts as files too.
    """
    grown = {name: max(0, second[name] - first[name]) for name in GROWING}
    moved = max(grown["disk"], grown["files"] - grown["traffic"])
    both = sorted(set(first["blocked"]) & set(second["blocked"]))
    return {
        "cpu": round(grown["cpu"] / span, 2),
        "throttled": round(min(grown["throttled"] / span, 1.0), 2),
        "disk": round(moved / span),
        "traffic": round(grown["traffic"] / span),
        "blocked": [second["blocked"][task] for task in both[:3]],
        "running": len(first["running"] & second["running"]),
    }


def process_state(pid):
    """The letter of ps; empty where the process is gone."""
    process = find_process(pid)
    return process.state if process else ""


def interface_bytes():
    """Bytes in and out of each interface and each InfiniBand port, but the loopback."""
    found = {}
    for line in read_file("/proc/net/dev", "").splitlines()[2:]:
        name, _, rest = line.partition(":")
        words = rest.split()
        if name.strip() != "lo":
            found[name.strip()] = int(words[0]) + int(words[8])
    for device in list_folder("/sys/class/infiniband"):
        for port in list_folder("/sys/class/infiniband/%s/ports" % device):
            path = "/sys/class/infiniband/%s/ports/%s/counters/port_%%s_data" % (device, port)
            both = [read_file(path % way, "") for way in ("rcv", "xmit")]
            found[device] = 4 * sum(int(count) for count in both if count.isdigit())
    return found


def network_rates(first, second, span):
    """Bytes a second of each interface."""
    return {name: round((second[name] - first.get(name, 0)) / span) for name in second}


def tcp_tables(pids):
    """{pid: the TCP sockets of its network namespace}, each table read once: that takes its time.

    The kernel goes through all its buckets for it, some milliseconds.
    """
    tables, found = {}, {}
    for pid in pids:
        namespace = network_namespace(pid)
        if namespace not in tables:
            tables[namespace] = tcp_sockets(pid)
        found[pid] = tables[namespace]
    return found


def network_namespace(pid):
    """Which one a process is in; where that may not be seen, one of its own."""
    try:
        return os.readlink("/proc/%d/ns/net" % pid)
    except OSError:
        return pid


def sockets_of(pids, table):
    """State, local port, peer and the peer's port of their sockets in a table, but the closing."""
    links = {link for pid in pids for link in open_files(pid).values()}
    found = []
    for sock in table:
        if sock.link in links and sock.state in TCP_STATES:
            peer, peer_port = sock.peer
            own = {"state": TCP_STATES[sock.state], "port": sock.port, "retries": sock.retries}
            found.append(dict(own, peer=peer, peer_port=peer_port))
    by_need = sorted(found, key=lambda sock: (sock["state"] != "SYN_SENT", -sock["retries"]))
    return by_need[:MAX_SOCKETS]
