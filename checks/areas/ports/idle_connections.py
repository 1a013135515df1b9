"""Whether a connection that was idle for a while may still carry something."""

from __future__ import annotations

from collections.abc import Iterator

from checks.areas.ports.settings import sysctl_fix
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.firewall import Firewall
from checks.facts.ports import LONGEST_IDLE_S, DialResults, Listeners, PortSettings
from checks.knowledge.firewalls.culprit import Culprit, listed_stops
from checks.knowledge.firewalls.ruleset import DATA, Packet
from checks.model import Severity, Verdict, block, ok, skip, unknown, warn

FATAL_S = 120
"""Ranks that compile, load or save are silent for longer in most trainings."""
KERNELS_OWN_S = 432000


@node_check(
    "ports.idle-connections-are-kept",
    PortSettings,
    DialResults,
    severity=Severity.WARN,
    optional=(Firewall, Listeners),
)
def idle_connections_are_kept(node: NodeView) -> Verdict:
    """A connection of ranks that was idle for a while is not cut by the node's packet filter.

    A filter that only lets in what belongs to a connection it knows, or a new one's first packet,
    drops the rest in silence. Once the kernel has forgotten a connection that was idle, both ends
    still have it, and what they send never arrives: the training hangs after a long step, a save or
    a compilation, until a time-out that names no firewall.

    Measured: `nf_conntrack_tcp_timeout_established`, which is five days by default; where it is
    less than 1800 s, the node's rules are read, and a packet from the middle of a connection is
    held against them, in both directions: as a new one, or as an invalid one where
    `nf_conntrack_tcp_loose` is 0. It warns where a rule stops that; below 120 s it blocks. The
    time-outs of devices between the nodes are not seen.

    Fix:
        idle-forgotten: a file for `/etc/sysctl.d` with the kernel's own time.
    """
    settings = node.read(PortSettings)
    if settings.idle_s is None:
        return skip(f"{node.name} tracks no connections")
    if not settings.forgets_idle:
        return ok(f"{node.name} keeps idle connections for {settings.idle_s} s")
    if not node.has(Firewall):
        return unknown(f"which packets {node.name} lets in was not read")
    forgets = f"{node.name} forgets connections that are idle for {settings.idle_s} s"
    if not node.read(Firewall).readable:
        return unknown(f"{forgets}; whether a filter then stops them only root can read")
    by = next(_stops_of_forgotten(node), None)
    if by is None:
        return ok(f"{forgets}, and lets what follows through", idle_s=settings.idle_s)
    message = f"{forgets}, and what they carry then is dropped by {by}"
    lines = [f"net.netfilter.nf_conntrack_tcp_timeout_established={KERNELS_OWN_S}"]
    fix = sysctl_fix(node, "idle-connections", lines)
    verdict = block if settings.idle_s < FATAL_S else warn
    return verdict("idle-forgotten", message, fix, idle_s=settings.idle_s, least_s=LONGEST_IDLE_S)


def _stops_of_forgotten(node: NodeView) -> Iterator[Culprit]:
    """What certainly stops a packet of a connection that the kernel has forgotten."""
    settings = node.read(PortSettings)
    state = "new" if settings.loose else "invalid"
    peers = [peer for peer in node.cluster.nodes_with(Listeners) if peer is not node]
    if not peers or not node.has(Listeners):
        return
    own, other = (end.read(Listeners).address for end in (node, peers[0]))
    port = settings.low
    for source, target, inbound in ((other, own, True), (own, other, False)):
        for sport, dport in ((None, port), (port, None)):
            packet = Packet(source, target, sport, dport, inbound, state, dscp=0, flags=DATA)
            yield from (stop for stop in listed_stops(node, packet) if stop.stops[0].certain)
