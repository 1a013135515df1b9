"""Ranks that run on this node already: of the same job, the first rank of any other, and those
of any other that look for the head's master port.
"""

import os
import re
import socket

from checks.node.probe.core import PROBE_MARK, section
from checks.node.runtime.files import read_file
from checks.node.runtime.marks import process_environment
from checks.node.runtime.processes import (
    all_processes,
    command_line,
    open_files,
    process_owner,
    user_name,
)
from checks.node.runtime.sockets import ESTABLISHED, LISTEN, SYN_SENT, tcp_sockets

PYTHON = re.compile(r"^(python|pypy)[\d.]*$")
LAUNCHER = re.compile(
    r"(^|/)(torchrun|accelerate|deepspeed)$|torch[./]distributed[./](run|launch)"
    r"|deepspeed[./]launcher[./]|accelerate[./]commands[./]"
)
AGENT = re.compile(r"/deepspeed-preflight-\w+/agent\.py$")
"""The parent of each rank of a start has that rank's environment, and is none."""
ENDPOINT = re.compile(r"^--rdzv[_-]endpoint$")
ADDRESS = re.compile(r"^--(master[_-]addr|main[_-]process[_-]ip)$")
PORT = re.compile(r"^--(master[_-]port|main[_-]process[_-]port)$")
MOST = 64
"""Processes that are described."""


def program_of(words):
    """The script or module that a Python runs, or that the launcher starts which it runs."""
    if not words or not PYTHON.match(os.path.basename(words[0])):
        return ""
    rest = words[1:]
    while rest and rest[0].startswith("-") and rest[0] not in ("-m", "-c"):
        rest = rest[2 if rest[0] in ("-W", "-X") else 1 :]
    program, rest = (rest[1:2] or [""])[0] if rest[:1] == ["-m"] else (rest or [""])[0], rest[1:]
    return started_by_launcher(rest) if LAUNCHER.search(program) else program


def started_by_launcher(words):
    """The first script or module among a launcher's arguments."""
    for at, word in enumerate(words):
        if word.endswith(".py"):
            return word
        if word in ("-m", "--module") and words[at + 1 :]:
            return words[at + 1]
    return ""


def wanted_program(command, workdir):
    """What the job runs: `-m module`'s name, or the absolute path of the script; '' for neither."""
    if command[:1] == ["-m"]:
        return command[1] if len(command) > 1 else ""
    script = command[0] if command and command[0].endswith(".py") else ""
    return os.path.realpath(os.path.join(workdir, script)) if script else ""


def folder_of(pid):
    """Where a process works; '' where this login may not know."""
    try:
        return os.readlink("/proc/%d/cwd" % pid)
    except OSError:
        return ""


def runs_program(pid, wanted):
    """Whether that process runs what the job runs."""
    program = program_of(command_line(pid))
    if not program or "/" not in wanted:
        return program == wanted
    return os.path.realpath(os.path.join(folder_of(pid), program)) == wanted


def describe_rank(process, env, uptime):
    """One of them, without its arguments, which may be secret."""
    owner = process_owner(process.pid)
    return {
        "pid": process.pid,
        "user": user_name(owner) if owner is not None else "",
        "own": owner == os.getuid(),
        "seconds": round(uptime - process.born / os.sysconf("SC_CLK_TCK"), 1),
        "rank": "/".join(env[name] for name in ("RANK", "WORLD_SIZE") if name in env),
        "port": env.get("MASTER_PORT", ""),
        "folder": folder_of(process.pid),
        "orphan": process.parent <= 1,
        "stopped": process.stopped,
        "program": os.path.basename(program_of(command_line(process.pid))),
    }


def is_first_rank(env, port):
    """Whether it is rank 0 of a run whose processes meet at that port of its node."""
    return (env.get("RANK"), env.get("MASTER_PORT")) == ("0", port)


def is_listened_at(port):
    """Whether anybody listens at that port of this node."""
    return any(sock.state == LISTEN and str(sock.port) == port for sock in tcp_sockets())


def options_of(words):
    """(option, value) of each `--option=value` and `--option value`."""
    pairs = zip(words, [*words[1:], ""])
    split = [(word.partition("="), following) for word, following in pairs]
    return [(name, value if equals else following) for (name, equals, value), following in split]


def written_target(words, env, port):
    """The name of the head that a process was told, with that port; '' for another port."""
    if env.get("MASTER_PORT") == port and env.get("MASTER_ADDR"):
        return env["MASTER_ADDR"]
    options = options_of(words)
    for name, value in options:
        if ENDPOINT.match(name) and value.rpartition(":")[2] == port:
            return value.rpartition(":")[0].strip("[]")
    ports = [value for name, value in options if PORT.match(name)]
    heads = [value for name, value in options if ADDRESS.match(name)]
    return heads[-1] if heads and ports and ports[-1] == port else ""


def calls_to(port):
    """{link of the socket: address} of the connections that this node made to that port elsewhere.

    Where this node listens at a connection's own port, the other end made it, from that port.
    """
    sockets = tcp_sockets()
    served = {sock.port for sock in sockets if sock.state == LISTEN}
    made = [
        sock
        for sock in sockets
        if sock.state in (ESTABLISHED, SYN_SENT) and sock.port not in served
    ]
    return {sock.link: sock.peer[0] for sock in made if str(sock.peer[1]) == port}


def addresses_of(name):
    """What this node's resolver says of a name, the name itself first."""
    try:
        found = socket.getaddrinfo(name, None, 0, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    return [name, *sorted({entry[4][0] for entry in found})]


def targets_of(pid, env, port, calls):
    """Names and addresses at whose port of that number a process looks for its rank 0."""
    written = written_target(command_line(pid), env, port)
    called = {calls[link] for link in open_files(pid).values() if link in calls} if calls else ()
    return (addresses_of(written) if written else []) + sorted(called)


def without_children(comers, processes):
    """Those whose parent is none of them: workers of a rank have its environment, and end with
    it.
    """
    pids = {comer["pid"] for comer in comers}
    return [comer for comer in comers if processes[comer["pid"]].parent not in pids]


@section("earlier_ranks")
def earlier_ranks(args):
    """Args: `command`, `workdir`, `master_port`.

    `ranks` run the same script or module, the oldest first; `others` are the first ranks of other
    runs with the same master port, where somebody listens at it; `comers` are what else was told
    that port, or is connected to it, with the `targets` where they look for it.
    """
    wanted = wanted_program(list(args.get("command") or ()), args.get("workdir") or "/")
    port = str(args.get("master_port") or "")
    is_held, calls = is_listened_at(port), calls_to(port)
    uptime = float((read_file("/proc/uptime") or "0").split()[0])
    ranks, others, comers = [], [], []
    processes = all_processes()
    for process in sorted(processes.values(), key=lambda process: process.born):
        program = program_of(command_line(process.pid)) if process.alive else ""
        if not program or AGENT.search(program):
            continue
        env = process_environment(process.pid)
        if PROBE_MARK in env:
            continue
        if wanted and runs_program(process.pid, wanted):
            ranks.append(describe_rank(process, env, uptime))
        elif is_first_rank(env, port):
            others += [describe_rank(process, env, uptime)] if is_held else []
        else:
            targets = targets_of(process.pid, env, port, calls)
            if targets:
                comers.append(dict(describe_rank(process, env, uptime), targets=targets))
    return {
        "program": os.path.basename(wanted),
        "ranks": ranks[:MOST],
        "others": others[:MOST],
        "comers": without_children(comers, processes)[:MOST],
    }
