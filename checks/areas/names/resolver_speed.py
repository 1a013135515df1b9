"""How long a node's resolver takes: a dead name server costs seconds at every connection."""

from __future__ import annotations

from checks.areas.names.hosts_file import hosts_file_fix
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.folded_names import fold_names
from checks.knowledge.training_network import training_address
from checks.model import Severity, Verdict, ok, skip, warn

SLOW_S = 1.0
"""A healthy resolver needs milliseconds; one whose first server is dead its time-out, often 5 s."""


@node_check(
    "names.resolution-is-quick", Names, severity=Severity.WARN, optional=(Interfaces, Environment)
)
def resolution_is_quick(node: NodeView) -> Verdict:
    """A node's resolver answers for the other nodes at once.

    Where the first name server is dead, the resolver tries the next one only after seconds, for
    every login and every connection by name: a start takes minutes, and parts of it time out.

    Measured: The time of each answer; from one second on it is slow. What takes more than seven
    counts as unresolved.

    Fix:
        slow: puts those names into `/etc/hosts`; or take the dead server out of `/etc/resolv.conf`.
    """
    peers = {name: peer for name, peer in node.read(Names).peers.items() if peer.addresses}
    if not peers:
        return skip("no name resolves: see names.every-node-resolves-every-node")
    slow = [name for name, peer in peers.items() if peer.seconds >= SLOW_S]
    longest = max(peer.seconds for peer in peers.values())
    if not slow:
        return ok(f"{node.name} resolves each name within {longest:.2f} s", seconds=longest)
    message = (
        f"{node.name} takes up to {longest:.1f} s to resolve {fold_names(slow)}; expected no "
        "delay: look for a dead name server in /etc/resolv.conf"
    )
    lines = [
        f"{address} {name}" for name in slow if (address := _known_address(node.cluster[name]))
    ]
    return warn("slow", message, hosts_file_fix(node, slow, lines), seconds=longest, names=slow)


def _known_address(peer: NodeView) -> str:
    """The peer's training address, '' where it is not known."""
    is_known = all(map(peer.has, (Interfaces, Names, Environment)))
    return training_address(peer) if is_known else ""
