"""Whether ranks can meet: at the head's master port, and at each other's ephemeral ones."""

from __future__ import annotations

from checks.check import Over, node_check, pair_check
from checks.facts import NodeView
from checks.facts.ports import Dialled, Listening, PortHolder, PortSettings
from checks.facts.who import Who
from checks.model import Fix, Verdict, block, ok, skip, unknown
from checks.ports.faults import faulty
from checks.ports.settings import reserve
from checks.rendezvous import misled

MARKS = ("deepspeed", "torch.distributed", "torchrun", "accelerate", "axolotl")
"""In the command line of what starts or is a rank."""
MISLED = "a variable names an interface that cannot be used; see nccl.socket-interface-exists"


@node_check("ports.master-port-is-free", Dialled, over=Over.HEAD)
def master_port_is_free(node: NodeView) -> Verdict:
    """Nothing else listens on the master port of the head.

    Rank 0 opens its store there. If it cannot, it alone says so, and all others wait for minutes.
    """
    port, error = node.job.master_port, node.read(Listening).master_error
    if error is None:
        return unknown(f"{node.name} was not asked to open port {port}")
    if not error:
        return ok(f"{node.name}:{port} is free")
    if error == "EACCES":
        return block(
            "not-permitted",
            f"{node.name}:{port} may not be opened: ports below 1024 need root",
            Fix(note="choose --master-port 29500, or [master] port in launch.toml"),
        )
    if error != "EADDRINUSE":
        return unknown(f"{node.name}:{port} could not be opened: {error}")
    return _in_use(node, port)


def _in_use(node: NodeView, port: int) -> Verdict:
    if not node.has(PortHolder):
        return block("in-use", f"{node.name}:{port} is already in use", _other_port(node, None))
    holder = node.read(PortHolder)
    if holder.user and not holder.listens:
        return _handed_out(node, port, holder)
    if holder.pid is None:
        who = f"a process of {holder.user}" if holder.user else "a socket that is gone by now"
        message = f"{node.name}:{port} is already in use by {who} that this login may not see"
        return block("in-use", message, _other_port(node, holder.free), user=holder.user)
    ours = _is_training(node, holder.command)
    left = ", left from an earlier run" if ours else ""
    message = (
        f"{node.name}:{port} is already in use by pid {holder.pid} of {holder.user}{left}: "
        f"{holder.command[:80]}"
    )
    mine = node.has(Who) and node.read(Who).uid == holder.uid
    fix = _other_port(node, holder.free)
    if ours or mine:
        # whoever logs in may judge of the login's own processes; another user's are let be
        unless = f"if it may end; else start with {_elsewhere(holder.free)}"
        fix = node.fix(f"kill {holder.pid}", unless, root=not mine)
    evidence = {"pid": holder.pid, "user": holder.user, "command": holder.command}
    return block("in-use", message, fix, **evidence)


def _handed_out(node: NodeView, port: int, holder: PortHolder) -> Verdict:
    """Another program's outgoing connection got it: the next one may, unless it is reserved."""
    whose = f"pid {holder.pid} of {holder.user}" if holder.pid else holder.user
    command = f": {holder.command[:80]}" if holder.command else ""
    message = f"{node.name}:{port} is already in use by an outgoing connection of {whose}{command}"
    unless = f"when that has ended; else start with {_elsewhere(holder.free)}"
    return block("handed-out", message, reserve(node, unless), pid=holder.pid, user=holder.user)


def _is_training(node: NodeView, command: str) -> bool:
    """Whether that is a rank or its launcher: by the launchers' names, or this job's own script."""
    script = next((word for word in node.job.command if not word.startswith("-")), "")
    return any(mark in command for mark in MARKS) or bool(script and script in command)


def _elsewhere(free: int | None) -> str:
    return f"--master-port {free}" if free else "another --master-port"


def _other_port(node: NodeView, free: int | None) -> Fix:
    seen = f" (seen free on {node.name})" if free else ""
    return Fix(note=f"choose {_elsewhere(free)}{seen}, or [master] port in launch.toml")


@pair_check("ports.master-port-is-reachable", Dialled, over=Over.TO_HEAD)
def master_port_is_reachable(source: NodeView, head: NodeView) -> Verdict:
    """Every node reaches the master port on the head.

    Without it the rank's start hangs until its time-out, and says nothing of a firewall.
    """
    port = source.job.master_port
    if head.read(Listening).master_error:
        return skip(f"nobody could listen on {head.name}:{port}: see ports.master-port-is-free")
    dialled = source.read(Dialled)
    failed = [one for one in dialled.failures(head.name) if one.port == port]
    if failed and (misled(source) or misled(head)):
        return skip(MISLED)
    if failed:
        return faulty(source, head, failed[0], (port, port))
    if port in dialled.reached.get(head.name, ()):
        return ok(f"{source.name} reaches {head.name}:{port}")
    return unknown(f"{source.name} did not say whether it reaches {head.name}:{port}")


@pair_check("ports.ephemeral-ports-are-open", Dialled, over=Over.OTHER_PAIRS)
def ephemeral_ports_are_open(source: NodeView, target: NodeView) -> Verdict:
    """Every node reaches every other one on the ports that the kernel hands out.

    NCCL and gloo listen there on every rank. A firewall that opens the master port alone lets the
    ranks meet, and then hangs the first collective.
    """
    ports = target.read(Listening).sampled
    dialled = source.read(Dialled)
    failed = [one for one in dialled.failures(target.name) if one.port in ports]
    if failed and (misled(source) or misled(target)):
        return skip(MISLED)
    if failed:
        return faulty(source, target, failed[0], _range(target))
    reached = ports & set(dialled.reached.get(target.name, ()))
    if ports and reached == ports:
        return ok(f"{source.name} reaches {target.name} on {len(ports)} ports of its range")
    missing = sorted(ports - reached)
    return unknown(f"{source.name} did not say whether it reaches {target.name} on {missing}")


def _range(node: NodeView) -> tuple[int, int]:
    settings = node.read(PortSettings)
    return settings.low, settings.high
