"""The machine's way to itself, and the kernel's numbers that every connection depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.ports import PortSettings
from checks.facts.surroundings import Surroundings
from checks.knowledge.ephemeral_ports import NOT_AVAILABLE, is_range_used_up
from checks.knowledge.firewalls.culprit import listed_chains
from checks.knowledge.firewalls.opening import loopback_commands
from checks.model import Fix, Severity, Verdict, block, ok, skip, unknown, warn
from checks.units import format_memory

QUEUE_NEEDED = 128
"""The smallest default that a kernel has had for net.core.somaxconn."""
BUFFER_NEEDED = 512 * 1024
"""A tenth of the kernel's default: 1 Gbit/s over 4 ms."""
RETRIES_NEEDED = 3
"""Fifteen seconds; the kernel's default is six, two minutes."""


@node_check("network.loopback-works", Surroundings, Interfaces, optional=(PortSettings, Firewall))
def loopback_works(node: NodeView) -> Verdict:
    """A program of the node reaches another one of it at 127.0.0.1.

    Ranks of one node meet there, and so do data loaders, debuggers and the stores of launchers. In
    a namespace or container that was set up by hand the loopback is down until somebody raises it.

    Measured: A connection of the probe to itself at 127.0.0.1; where it fails, whether `lo` is up
    and has that address.

    Fix:
        loopback-dead: raises `lo` and gives it its address.
        loopback-dropped: lets `lo` through first in each chain of the node's firewall that may stop
            it; where they are not known, what shows them.
    """
    why = node.read(Surroundings).loopback
    if not why:
        return ok(f"programs of {node.name} reach each other at 127.0.0.1")
    if is_range_used_up(node):
        return skip("no port is left to call from; see ports.ephemeral-range-is-wide-enough")
    message = f"a program of {node.name} cannot reach 127.0.0.1: {why}"
    if _has_loopback(node):
        if why == NOT_AVAILABLE:
            return unknown(f"{message}, for want of a local port just then")
        if commands := loopback_commands(listed_chains(node)):
            note = "until the next boot; to keep it, accept lo first in the firewall's own files"
            fix = node.fix(" && ".join(commands), note, root=True)
            return block("loopback-dropped", message, fix)
        note = (
            "a firewall of the node drops it: accept `iif lo` before the rule that does; "
            "`nft list ruleset` and `iptables -S` show the rules"
        )
        return block("loopback-dropped", message, node.fix("", note))
    command = "ip link set lo up && ip addr replace 127.0.0.1/8 dev lo"
    return block("loopback-dead", message, node.fix(command, root=True))


def _has_loopback(node: NodeView) -> bool:
    links = node.read(Interfaces).interfaces
    return any(link.loopback and link.up and "127.0.0.1" in link.addresses for link in links)


@node_check("network.kernel-settings-leave-room", Surroundings, severity=Severity.WARN)
def kernel_settings_leave_room(node: NodeView) -> Verdict:
    """The kernel lets a server queue callers, a stream fill the link, and a call be tried again.

    Values copied from a small or hardened machine make the rendezvous of many ranks lose callers,
    and hold each stream to a fraction of the link.

    Measured: `net.core.somaxconn` (128 at least), the largest buffer of `tcp_rmem` and `tcp_wmem`
    (512 KiB) and `tcp_syn_retries` (3): each far below any default.

    Fix:
        queue-short, buffers-small, retries-few: writes the kernel's own default.
    """
    wrong = list(_small_settings(node))
    if not wrong:
        return ok(f"the network settings of {node.name} are those of kernels or larger")
    causes, seen, settings = zip(*wrong, strict=True)
    return warn(causes[0], f"on {node.name} {'; '.join(seen)}", _set_fix(node, settings))


def _set_fix(node: NodeView, settings: Sequence[str]) -> Fix:
    """Has these settings from now on, and after each boot."""
    path, text = "/etc/sysctl.d/90-network.conf", "\\n".join(settings)
    return node.fix(f"printf '{text}\\n' >> {path} && sysctl -p {path}", root=True)


def small_buffer(node: NodeView, *, inbound: bool) -> tuple[str, Fix] | None:
    """What holds each stream into or out of a node to a fraction of the link, and its fix."""
    small = _small_settings(node) if node.has(Surroundings) else ()
    name = "tcp_rmem" if inbound else "tcp_wmem"
    found = ((seen, _set_fix(node, [line])) for _, seen, line in small if name in line)
    return next(found, None)


def _small_settings(node: NodeView) -> Iterator[tuple[str, str, str]]:
    """(cause, what was seen, what the kernel's default is) of each that is too small."""
    numbers = node.read(Surroundings).network
    queue, retries = numbers.get("core/somaxconn"), numbers.get("ipv4/tcp_syn_retries")
    if queue and queue[0] < QUEUE_NEEDED:
        text = f"a server queues {queue[0]} callers (net.core.somaxconn); expected {QUEUE_NEEDED}"
        yield "queue-short", text, "net.core.somaxconn = 4096"
    for name, default in (("tcp_rmem", "4096 131072 6291456"), ("tcp_wmem", "4096 16384 4194304")):
        sizes = numbers.get(f"ipv4/{name}", ())
        if len(sizes) == 3 and sizes[2] < BUFFER_NEEDED:
            text = f"a stream has a buffer of {format_memory(sizes[2])} (net.ipv4.{name})"
            yield "buffers-small", text, f"net.ipv4.{name} = {default}"
    if retries and retries[0] < RETRIES_NEEDED:
        text = f"a call is tried {retries[0]} times again (net.ipv4.tcp_syn_retries)"
        yield "retries-few", text, "net.ipv4.tcp_syn_retries = 6"
