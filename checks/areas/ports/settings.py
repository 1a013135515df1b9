"""What the kernel's settings leave for training: ports, peers and tracked connections."""

from __future__ import annotations

import math

from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.ports import Listeners, PortSettings
from checks.facts.surroundings import Surroundings
from checks.knowledge.ephemeral_ports import PORTS_OF_A_RANK, is_range_used_up
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn

DEFAULT_SLOTS = 8
"""Ranks of a node whose slots are not in hosts.txt."""
NEIGHBOUR_SHARE = 0.9
"""Of gc_thresh3; the rest is for gateways, storage and interfaces without training."""
TRACKED_SHARE = 0.9
COLLISION_ODDS = 0.01
"""Of the head's ports in use by others: the chance that the master port is one of them."""


@node_check(
    "ports.ephemeral-range-is-wide-enough",
    PortSettings,
    optional=(Gpus, Surroundings),
    reads=("master_port", "include", "exclude"),
)
def ephemeral_range_is_wide_enough(node: NodeView) -> Verdict:
    """The kernel has enough ports for a connection from each local rank to every other rank.

    Where they run out, ranks fail with "cannot assign address".

    Measured: The width of the range, less its reserved ports (`net.ipv4.ip_local_reserved_ports`)
    and the TCP sockets that there are (those in TIME_WAIT too), against twice the local ranks times
    all ranks, which warns. It blocks where the range has less than two ports for each local rank:
    one that it listens on, one for its call of the store at the master port, and none of these can
    be shared. Nodes may have different ranges.

    Fix:
        too-narrow, used-up: a file for `/etc/sysctl.d` with a wider range, in which the master port
            is reserved; where reserved ports take it, one that reserves none of the range.
    """
    settings, need = node.read(PortSettings), _needed_connections(node)
    evidence = {"low": settings.low, "high": settings.high, "needed": need, "used": settings.used}
    span, count = f"{settings.low}-{settings.high}", settings.port_count
    if settings.reserved_count:
        evidence["reserved"] = settings.reserved_count
        span += f", less {settings.reserved_count} of net.ipv4.ip_local_reserved_ports"
    if count - settings.used >= need and not is_range_used_up(node):
        return ok(f"{node.name} has {count} ports for {need} connections", **evidence)
    fix = _more_ports_fix(node, need)
    message = f"{node.name} hands out {count} port{'s' * (count != 1)} ({span}), "
    ranks = 1 if node.job.include or node.job.exclude else node.slots or 1
    if is_range_fatal(node, ranks):
        least = PORTS_OF_A_RANK * ranks
        message += f"and its ranks need {least}: to listen and to call the master port"
        return block("too-narrow", message, fix, **evidence)
    if is_range_used_up(node):
        message += f"and none is left for a further program: {settings.used} sockets are open"
        return block("used-up", message, fix, **evidence)
    if settings.port_count < need:
        return warn("too-narrow", f"{message}and its ranks may need {need}", fix, **evidence)
    message += f"of which {settings.used} are in use, and its ranks may need {need}"
    return warn("used-up", message, fix, **evidence)


@node_check(
    "ports.master-port-is-not-handed-out",
    PortSettings,
    over=Over.HEAD,
    severity=Severity.WARN,
    optional=(Listeners,),
    reads=("master_port",),
)
def master_port_is_not_handed_out(node: NodeView) -> Verdict:
    """The kernel does not give the master port to somebody's outgoing connection.

    The kernel may do so where the port is in its ephemeral range and not reserved: then rank 0
    cannot open it, though nobody listens there. That is rare on a quiet head and common on a busy
    one.

    Measured: The range, the reserved ports and the sockets in use on the head. It warns where the
    sockets in use are more than 1 in 100 of the range. Linux hands out 32768-60999 by default, so
    29500 is safe.

    Fix:
        not-reserved: a file for `/etc/sysctl.d` that reserves it.
    """
    settings, port = node.read(PortSettings), node.job.master_port
    if node.has(Listeners) and node.read(Listeners).master_error:
        return skip("see ports.master-port-is-free")
    if not settings.low <= port <= settings.high or settings.is_reserved(port):
        return ok(f"{node.name} hands out {settings.low}-{settings.high}, not {port}")
    if settings.used < COLLISION_ODDS * settings.port_count:
        return ok(f"{port} is one of {settings.port_count} ports, of which few are in use")
    message = (
        f"{node.name} may give {port} to any outgoing connection: it hands out "
        f"{settings.low}-{settings.high}, of which {settings.used} are in use"
    )
    evidence = {"port": port, "used": settings.used}
    return warn("not-reserved", message, reserve_port_fix(node), **evidence)


@node_check(
    "ports.connection-table-has-room", PortSettings, severity=Severity.WARN, optional=(Gpus,)
)
def connection_table_has_room(node: NodeView) -> Verdict:
    """The packet filter can keep track of all connections of the ranks.

    Once its table is full it drops every new connection, and says so in the kernel's log alone
    ("nf_conntrack: table full, dropping packet").

    Measured: `nf_conntrack_count` and `nf_conntrack_max`: nine tenths are full, or what is left is
    less than the ranks may open.

    Fix:
        table-full: a file for `/etc/sysctl.d` with a larger table.
    """
    settings, need = node.read(PortSettings), _needed_connections(node)
    tracked, most = settings.tracked, settings.most_tracked
    if tracked is None or not most:
        return skip(f"{node.name} tracks no connections")
    if tracked <= TRACKED_SHARE * most and tracked + need <= most:
        return ok(f"{node.name} tracks {tracked} of {most} connections", tracked=tracked, most=most)
    message = (
        f"{node.name} tracks {tracked} connections of {most} that it can, "
        f"and its ranks may open {need}"
    )
    size = 1 << math.ceil(math.log2(2 * (most + need)))
    lines = [f"net.netfilter.nf_conntrack_max={size}"]
    return warn(
        "table-full", message, sysctl_fix(node, "conntrack", lines), tracked=tracked, most=most
    )


@node_check("ports.neighbour-table-is-large-enough", PortSettings, severity=Severity.WARN)
def neighbour_table_is_large_enough(node: NodeView) -> Verdict:
    """The kernel can remember the hardware addresses of all peers at once.

    Beyond `gc_thresh3` it forgets some, and connections fail at random with no firewall to blame.

    Measured: `net.ipv4.neigh.default.gc_thresh3` against the number of nodes.

    Fix:
        too-small: a file for `/etc/sysctl.d` with larger tables.
    """
    limit, peers = node.read(PortSettings).neighbours, len(node.job.nodes) - 1
    if limit is None:
        return skip(f"{node.name} does not show its neighbour table's size (in a container)")
    if peers <= limit * NEIGHBOUR_SHARE:
        return ok(f"{node.name} can know {limit} neighbours, and has {peers} peers")
    size = 1 << math.ceil(math.log2(4 * peers))
    prefix = "net.ipv4.neigh.default.gc_thresh"
    lines = [f"{prefix}{step}={size // part}" for step, part in ((1, 4), (2, 2), (3, 1))]
    message = f"{node.name} can know {limit} neighbours (gc_thresh3), and has {peers} peers"
    return warn(
        "too-small", message, sysctl_fix(node, "neighbours", lines), limit=limit, peers=peers
    )


def reserve_port_fix(node: NodeView, note: str = "") -> Fix:
    """Reserves the master port, in addition to what is reserved already."""
    lines = [f"net.ipv4.ip_local_reserved_ports={_reserved_ports(node)}"]
    return sysctl_fix(node, "master-port", lines, note)


def _needed_connections(node: NodeView) -> int:
    """Connections that the local ranks may open, and those opened to them."""
    world = sum(peer.slots or DEFAULT_SLOTS for peer in node.job.nodes)
    return 2 * (node.node.slots or DEFAULT_SLOTS) * world


def is_range_fatal(node: NodeView, ranks: int) -> bool:
    """Whether so many ranks cannot start there for want of ports, however few they open."""
    return node.has(PortSettings) and node.read(PortSettings).port_count < PORTS_OF_A_RANK * ranks


def _more_ports_fix(node: NodeView, need: int) -> Fix:
    """A wider range; the range without reservations, where those alone leave it too few."""
    settings = node.read(PortSettings)
    unreserved = settings.port_count + settings.reserved_count - settings.used
    if settings.reserved_count and unreserved >= need:
        kept = dict.fromkeys((*settings.reserved_elsewhere, str(node.job.master_port)))
        lines = [f"net.ipv4.ip_local_reserved_ports={','.join(kept)}"]
        note = (
            "`grep -rns ip_local_reserved_ports /etc/sysctl.conf /etc/sysctl.d` shows the file "
            "that reserves them: leave only those there on which a program listens"
        )
        return sysctl_fix(node, "training-ports", lines, note)
    lines = [
        f"net.ipv4.ip_local_reserved_ports={_reserved_ports(node)}",
        "net.ipv4.ip_local_port_range=1024 65535",
    ]
    return sysctl_fix(node, "training-ports", lines)


def _reserved_ports(node: NodeView) -> str:
    already = node.read(PortSettings).reserved if node.has(PortSettings) else ""
    return ",".join(dict.fromkeys(filter(None, (*already.split(","), str(node.job.master_port)))))


def sysctl_fix(
    node: NodeView, name: str, lines: tuple[str, ...] | list[str], note: str = ""
) -> Fix:
    """A file for /etc/sysctl.d with these lines, in force at once."""
    path = f"/etc/sysctl.d/90-{name}.conf"
    text = "\\n".join(lines)
    return node.fix(f"printf '{text}\\n' >> {path} && sysctl -p {path}", note, root=True)
