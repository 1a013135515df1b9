"""What the run's processes on this node are doing: from /proc, stacks, NCCL's flight recorder."""

import contextlib
import os
import shutil
import socket
import struct
import threading
import time

from launcher.agent.flight_recorder import last_collective, process_environment, request_dump
from launcher.agent.marks import run_processes
from launcher.agent.rank_stack import (
    main_thread_stack,
    py_spy_frames,
    start_py_spy,
    start_tool,
    tool_output,
)

SAMPLE_SPAN_S = 2.0
TOOL_LIMIT_S = 6.0
MAX_SOCKETS = 64
FRAME_FIELDS = ("function", "file", "line")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
TCP_STATES = {"01": "ESTABLISHED", "02": "SYN_SENT", "0A": "LISTEN"}
GPU_QUERY = (
    "nvidia-smi",
    "--query-gpu=utilization.gpu,power.draw",
    "--format=csv,noheader,nounits",
)


def observe_in_thread(supervisor):
    """Observe in a thread, so that the supervisor goes on; it reports what was seen."""

    def report():
        try:
            seen = observe_ranks(dict(supervisor.ranks), supervisor)
        except (OSError, ValueError, LookupError) as error:
            seen = {"error": "%s: %s" % (type(error).__name__, error)}
        supervisor.say("observation", seen=seen)

    thread = threading.Thread(target=report)
    thread.daemon = True
    thread.start()


def observe_ranks(ranks, supervisor):
    """Each rank's state, use of CPU and disk over SPAN_S, sockets and stack; the node's bytes."""
    tools = {rank: start_py_spy(supervisor.home, pid) for rank, pid in ranks.items()}
    gpus = start_tool(GPU_QUERY if shutil.which(GPU_QUERY[0]) else None)
    whose = processes_by_rank(run_processes(supervisor.run, set(supervisor.sessions)), ranks)
    for rank, pid in ranks.items():
        request_dump(pid, rank)
    first, began = sample_usage(whose), time.monotonic()
    time.sleep(SAMPLE_SPAN_S)
    second, span = sample_usage(whose), time.monotonic() - began
    deadline = time.monotonic() + TOOL_LIMIT_S
    seen = []
    for rank, pid in ranks.items():
        spied_on = py_spy_frames(tools[rank], pid, deadline)
        known = tcp_sockets(whose[rank], pid)
        calling = any(one["state"] == "SYN_SENT" for one in known)
        called = main_thread_stack(supervisor.home, pid, spied_on, calling)
        usage = usage_rates(first["use"][rank], second["use"][rank], span)
        own = dict(
            usage,
            rank=rank,
            state=process_state(pid),
            wchan=read_text("/proc/%d/wchan" % pid),
            sockets=known,
            master=rendezvous_address(process_environment(pid)),
            flight=last_collective(pid, rank),
            stack=[dict(zip(FRAME_FIELDS, frame)) for frame in called["stack"]],
            why=called["why"],
        )
        seen.append(own)
    return {
        "ranks": seen,
        "launcher": tcp_sockets(whose[None], os.getpid()),
        "network": network_rates(first["network"], second["network"], span),
        "gpus": gpu_use(gpus, deadline),
    }


def rendezvous_address(env):
    """The rendezvous as the rank was told it; empty where it was told none."""
    return ":".join(env[name] for name in ("MASTER_ADDR", "MASTER_PORT") if name in env)


def processes_by_rank(pids, ranks):
    """The run's processes by the rank that they belong to; None has those of no rank."""
    parents = {pid: int((stat_fields("/proc/%d/stat" % pid) or [0, 0])[1]) for pid in pids}
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


def sample_usage(whose):
    """CPU seconds, bytes to and from disk and blocked tasks of each family, and interfaces."""
    return {
        "use": {rank: resource_use(pids) for rank, pids in whose.items()},
        "network": interface_bytes(),
    }


def resource_use(pids):
    """What these processes have used so far, and which of their tasks are in state D."""
    cpu = disk = 0.0
    blocked = {}
    for pid in pids:
        words = stat_fields("/proc/%d/stat" % pid)
        cpu += sum(map(int, words[11:13])) / TICKS_PER_S if words else 0
        for line in read_text("/proc/%d/io" % pid).splitlines():
            name, _, number = line.partition(": ")
            disk += int(number) if name in ("read_bytes", "write_bytes") else 0
        for task in list_directory("/proc/%d/task" % pid):
            here = "/proc/%d/task/%s" % (pid, task)
            if (stat_fields(here + "/stat") or "?")[0] == "D":
                blocked[task] = "%s in %s" % (
                    read_text(here + "/comm"),
                    read_text(here + "/wchan") or "?",
                )
    return {"cpu": cpu, "disk": disk, "blocked": blocked}


def usage_rates(first, second, span):
    """Cores and bytes a second between two samples; blocked is what was so in both."""
    both = sorted(set(first["blocked"]) & set(second["blocked"]))
    return {
        "cpu": round(max(0, second["cpu"] - first["cpu"]) / span, 2),
        "disk": round(max(0, second["disk"] - first["disk"]) / span),
        "blocked": [second["blocked"][task] for task in both[:3]],
    }


def process_state(pid):
    """The letter of ps; empty where the process is gone."""
    return (stat_fields("/proc/%d/stat" % pid) or [""])[0]


def stat_fields(path):
    """The words of a stat file after the command's name; None where the process is gone."""
    return read_text(path).rpartition(")")[2].split() or None


def read_text(path):
    """A file of /proc, stripped; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read().decode("latin-1").strip()
    except OSError:
        return ""


def list_directory(path):
    """The names in a directory; none where it cannot be read."""
    try:
        return os.listdir(path)
    except OSError:
        return []


def interface_bytes():
    """Bytes in and out of each interface and each InfiniBand port, but the loopback."""
    found = {}
    for line in read_text("/proc/net/dev").splitlines()[2:]:
        name, _, rest = line.partition(":")
        words = rest.split()
        if name.strip() != "lo":
            found[name.strip()] = int(words[0]) + int(words[8])
    for device in list_directory("/sys/class/infiniband"):
        for port in list_directory("/sys/class/infiniband/%s/ports" % device):
            path = "/sys/class/infiniband/%s/ports/%s/counters/port_%%s_data" % (device, port)
            both = [read_text(path % way) for way in ("rcv", "xmit")]
            found[device] = 4 * sum(int(one) for one in both if one.isdigit())
    return found


def network_rates(first, second, span):
    """Bytes a second of each interface."""
    return {name: round((second[name] - first.get(name, 0)) / span) for name in second}


def tcp_sockets(pids, seen_by):
    """State, local port, peer and the peer's port of their TCP sockets, but the closing."""
    inodes = set()
    for pid in pids:
        for number in list_directory("/proc/%d/fd" % pid):
            with contextlib.suppress(OSError):
                inodes.add(os.readlink("/proc/%d/fd/%s" % (pid, number)))
    found = []
    for kind in ("tcp", "tcp6"):
        for line in read_text("/proc/%d/net/%s" % (seen_by, kind)).splitlines()[1:]:
            words = line.split()
            if "socket:[%s]" % words[9] in inodes and words[3] in TCP_STATES:
                peer, peer_port = decode_endpoint(words[2])
                own = {"state": TCP_STATES[words[3]], "port": decode_endpoint(words[1])[1]}
                found.append(dict(own, peer=peer, peer_port=peer_port))
    return sorted(found, key=lambda one: one["state"] != "SYN_SENT")[:MAX_SOCKETS]


def decode_endpoint(word):
    """Address and port as /proc/net/tcp writes them."""
    address, _, port = word.partition(":")
    words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
    raw = b"".join(struct.pack("=I", one) for one in words)
    if len(raw) == 16 and raw.startswith(b"\0" * 10 + b"\xff\xff"):
        raw = raw[12:]
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, raw), int(port, 16)


def gpu_use(tool, deadline):
    """[percent, watts] of each GPU; none where nvidia-smi is not there or not quick."""
    found = []
    for line in (tool_output(tool, deadline)[0] if tool else "").splitlines():
        with contextlib.suppress(ValueError):
            found.append([float(word) for word in line.split(",")])
    return found
