"""By which addresses and names a node is met: what a file may call it."""

from __future__ import annotations

from checks.facts import Login, NodeView
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names


def node_aliases(node: NodeView) -> frozenset[str]:
    """Its names and `node_addresses`."""
    names = node.read(Names) if node.has(Names) else None
    called = {names.hostname, names.fqdn or ""} if names else set()
    return node_addresses(node) | {
        one for one in (node.name, *called) if one and one != "localhost"
    }


def node_addresses(node: NodeView) -> frozenset[str]:
    """Addresses: of its interfaces, of its login, and what its name means anywhere. No loopback."""
    own = node.read(Interfaces).interfaces if node.has(Interfaces) else ()
    found = {address for one in own if not one.loopback for address in one.addresses}
    for other in node.cluster.reached:
        peers = other.read(Names).peers if other.has(Names) else {}
        found |= set(peers[node.name].addresses) if node.name in peers else set()
    found |= {node.read(Login).address} if node.has(Login) else set()
    return frozenset(one for one in found if one and one != "::1" and not one.startswith("127."))
