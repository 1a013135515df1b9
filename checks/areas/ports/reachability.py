"""Whether ranks can meet: at the head's master port, and at each other's ephemeral ones."""

from __future__ import annotations

import functools

from checks.areas.limits.earlier_ranks import STOPPED, describe_rank, stop_fix
from checks.areas.ports.failed_calls import judge_failed_call
from checks.areas.ports.settings import reserve_port_fix
from checks.check import Over, Tag, node_check, pair_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.earlier_ranks import EarlierRank, EarlierRanks, OwnRanks
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ports import DialResults, Listeners, PortHolder, PortSettings
from checks.facts.ssh import SshRow
from checks.facts.surroundings import Surroundings
from checks.knowledge.ephemeral_ports import is_range_used_up
from checks.knowledge.training_network import has_wrong_interface_setting
from checks.model import Fix, Verdict, block, ok, skip, unknown

TRAINING_MARKS = ("deepspeed", "torch.distributed", "torchrun", "accelerate", "axolotl")
"""In the command line of what starts or is a rank."""
MISLED_REASON = (
    "a variable names an interface that cannot be used; see nccl.socket-interface-exists"
)


@node_check(
    "ports.master-port-is-free",
    DialResults,
    Listeners,
    over=Over.HEAD,
    optional=(PortHolder, PortSettings, EarlierRanks, OwnRanks),
    tags=(Tag.AFTER_FAILURE,),
    reads=("command",),
)
def master_port_is_free(node: NodeView) -> Verdict:
    """Nothing else listens on the master port of the head.

    Rank 0 opens its store there. If it cannot, only its own log says so, and all other ranks wait
    for minutes.

    Measured: The head opens the port. Where it is taken, its holder is looked up, and whether that
    is a rank of a run.

    Fix:
        in-use: the line of `launcher stop` for a run that was started on this machine; ends a
            program of the login's own account that is no training, or a rank whose launcher is
            gone; else names a port that is free.
        handed-out: somebody's outgoing connection was given the port; names one that is free, else
            reserves it, for when that has ended.
        not-permitted: ports below 1024 need root; choose another.
    """
    port, error = node.job.master_port, node.read(Listeners).master_error
    if error is None:
        return unknown(f"{node.name} was not asked to open port {port}")
    if not error:
        return ok(f"{node.name}:{port} is free")
    if error == "EACCES":
        return block(
            "not-permitted",
            f"{node.name}:{port} may not be opened: ports below 1024 need root",
            _choose_port_fix(29500),
        )
    if error != "EADDRINUSE":
        return unknown(f"{node.name}:{port} could not be opened: {error}")
    return _judge_port_in_use(node, port)


def _judge_port_in_use(node: NodeView, port: int) -> Verdict:
    if not node.has(PortHolder):
        return block("in-use", f"{node.name}:{port} is already in use", _other_port_fix(node, None))
    holder = node.read(PortHolder)
    if holder.user and not holder.listens:
        return _judge_handed_out_port(node, port, holder)
    if holder.pid is None:
        owner = f"a process of {holder.user}" if holder.user else "a socket that is gone by now"
        message = f"{node.name}:{port} is already in use by {owner} that this login may not see"
        return block("in-use", message, _other_port_fix(node, holder.free), user=holder.user)
    evidence = {"pid": holder.pid, "user": holder.user, "command": holder.command}
    what, fix = _holder_and_fix(node, holder)
    return block("in-use", f"{node.name}:{port} is already in use by {what}", fix, **evidence)


def _holder_and_fix(node: NodeView, holder: PortHolder) -> tuple[str, Fix]:
    """What has the port, and what to do: a training is only ended by who means to."""
    rank = _rank_of(node, holder)
    own = node.read(OwnRanks) if node.has(OwnRanks) else OwnRanks()
    if rank and (run := own.run_of([rank])):
        return f"{describe_rank(rank)}, of {run}", stop_fix(run)
    process = describe_rank(rank) if rank else f"pid {holder.pid} of {holder.user}"
    what = f"{process}{STOPPED if holder.stopped and not rank else ''}: {_first_words(holder)}"
    is_own = node.has(Account) and node.read(Account).uid == holder.uid
    trains = rank is not None or _is_training(node, holder.command)
    if holder.stopped and is_own:
        unless = f"if it may end; else start with {_master_port_option(holder.free)}"
        return what, node.fix(f"kill -9 {holder.pid}", unless)
    if trains and not (rank and rank.orphan):
        note = "or end that training first, if it is not meant to go on, where it was started"
        return f"a training, {what}", _other_port_fix(node, holder.free, note)
    if trains or is_own:
        # the login's own processes may be ended by whoever logs in; another user's are left alone
        unless = f"if it may end; else start with {_master_port_option(holder.free)}"
        left = ", left from an earlier run: its launcher is gone" if trains else ""
        return f"{what}{left}", node.fix(f"kill {holder.pid}", unless, root=not is_own)
    return what, _other_port_fix(node, holder.free)


def _rank_of(node: NodeView, holder: PortHolder) -> EarlierRank | None:
    """The rank that has the port, where a rank does."""
    found = node.read(EarlierRanks) if node.has(EarlierRanks) else EarlierRanks()
    return next((rank for rank in (*found.others, *found.ranks) if rank.pid == holder.pid), None)


def _judge_handed_out_port(node: NodeView, port: int, holder: PortHolder) -> Verdict:
    """Another program's outgoing connection got it: the next one may, unless it is reserved."""
    whose = f"pid {holder.pid} of {holder.user}" if holder.pid else holder.user
    command = f": {_first_words(holder)}" if holder.command else ""
    message = f"{node.name}:{port} is already in use by an outgoing connection of {whose}{command}"
    if holder.free:
        more = f"{port} is free again once that has ended: reserve it then, if it must be that one"
        fix = _other_port_fix(node, holder.free, more)
    else:
        fix = reserve_port_fix(node, "when that has ended; else start with another --master-port")
    return block("handed-out", message, fix, pid=holder.pid, user=holder.user)


def _first_words(holder: PortHolder) -> str:
    """Its command in one line, as far as that helps."""
    return " ".join(holder.command.split())[:80]


def _is_training(node: NodeView, command: str) -> bool:
    """Whether that is a rank or its launcher: by the launchers' names, or this job's own script."""
    script = next((word for word in node.job.command if not word.startswith("-")), "")
    return any(mark in command for mark in TRAINING_MARKS) or bool(script and script in command)


def _master_port_option(free: int | None) -> str:
    return f"--master-port {free}" if free else "another --master-port"


def _other_port_fix(node: NodeView, free: int | None, more: str = "") -> Fix:
    if not free:
        return _choose_port_fix(None, "", more)
    return _choose_port_fix(free, f" (seen free on {node.name})", more)


def _choose_port_fix(port: int | None, remark: str = "", more: str = "") -> Fix:
    note = f"choose {_master_port_option(port)}{remark}, or [master] port in launch.toml"
    option = ("--master-port", str(port)) if port else ()
    return Fix(note="; ".join(filter(None, (note, more))), option=option)


@pair_check(
    "ports.master-port-is-reachable",
    DialResults,
    Listeners,
    over=Over.TO_HEAD,
    optional=(Interfaces, Environment, Names, SshRow, Firewall, PortSettings, Surroundings),
    tags=(Tag.AFTER_FAILURE,),
)
def master_port_is_reachable(source: NodeView, head: NodeView) -> Verdict:
    """Every node reaches the master port on the head.

    Without it a rank hangs until its time-out, and no message mentions a firewall.

    Measured: The head listens, and every node connects, the head itself too.

    Fix: By cause, [below](#causes). Where a rule of nftables, iptables, ufw or firewalld explains
    it, the fix opens exactly that port for the nodes' own networks, in that firewall's own syntax.
    """
    port, listening = source.job.master_port, head.read(Listeners)
    if listening.master_error:
        return skip(f"nobody could listen on {head.name}:{port}; see ports.master-port-is-free")
    if reason := _why_no_port(source, head):
        return skip(reason)
    dialled = source.read(DialResults)
    calls = dialled.failures_towards(head.name)
    failed = [call for call in calls if (call.address, call.port) == (listening.address, port)]
    if failed and (has_wrong_interface_setting(source) or has_wrong_interface_setting(head)):
        return skip(MISLED_REASON)
    if failed:
        return judge_failed_call(source, head, failed[0], (port, port))
    if port in dialled.reached.get(head.name, ()):
        return ok(f"{source.name} reaches {head.name}:{port}")
    return unknown(f"{source.name} did not say whether it reaches {head.name}:{port}")


@pair_check(
    "ports.ephemeral-ports-are-open",
    DialResults,
    Listeners,
    over=Over.OTHER_PAIRS,
    optional=(Interfaces, Environment, Names, PortSettings, SshRow, Firewall, Surroundings),
)
def ephemeral_ports_are_open(source: NodeView, target: NodeView) -> Verdict:
    """Every node reaches every other one on the ports that the kernel hands out.

    NCCL and gloo listen there on every rank. A firewall that opens the master port alone lets the
    ranks meet, and then hangs the first collective.

    Measured: Each node listens on a sample of its own range (`net.ipv4.ip_local_port_range`,
    without `ip_local_reserved_ports`); every other node connects to each. Above 64 nodes it does so
    in log₂ N + 4 rounds, in which each node meets another one, and connects to one port of each
    address in all other pairs. Where
    `NCCL_SOCKET_IFNAME` in `[env]` leaves several interfaces, on the address of each: `start` gives
    ranks that list as it is. Without it, `start` gives the ranks one interface, and that one is
    tried. NCCL and gloo have no variable for a range of ports: both take what the kernel hands out.

    Fix: By cause, [below](#causes): as for the master port, for the whole range.
    """
    if reason := _why_no_port(source, target):
        return skip(reason)
    dialled, listening = source.read(DialResults), target.read(Listeners)
    thorough = dialled.thorough is None or target.name in dialled.thorough
    ports = listening.sampled_ports if thorough else listening.first_ports
    failed = [call for call in dialled.failures_towards(target.name) if call.port in ports]
    if failed and (has_wrong_interface_setting(source) or has_wrong_interface_setting(target)):
        return skip(MISLED_REASON)
    if failed:
        return judge_failed_call(source, target, failed[0], _ephemeral_range(target))
    reached = ports & set(dialled.reached.get(target.name, ()))
    if ports and reached == ports:
        return _reached_on(len(ports))
    missing = sorted(ports - reached)
    return unknown(f"{source.name} did not say whether it reaches {target.name} on {missing}")


@functools.cache
def _reached_on(ports: int) -> Verdict:
    """One verdict for all pairs, of which there are N²."""
    count = "1 port" if ports == 1 else f"{ports} ports"
    return ok(f"the target answers on {count} of its range")


def _why_no_port(*ends: NodeView) -> str:
    """Why nothing can be called there, or listen, where another check says so."""
    narrow = next((node.name for node in ends if is_range_used_up(node)), "")
    if narrow:
        return f"{narrow} has no port left; see ports.ephemeral-range-is-wide-enough"
    first, *others = ends
    itself = all(node.name == first.name for node in others)
    if itself and first.has(Surroundings) and first.read(Surroundings).loopback:
        return "it cannot reach itself; see network.loopback-works"
    return ""


def _ephemeral_range(node: NodeView) -> tuple[int, int]:
    settings = node.read(PortSettings)
    return settings.low, settings.high
