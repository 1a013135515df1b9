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
        alias for alias in (node.name, *called) if alias and alias != "localhost"
    }


def node_addresses(node: NodeView) -> frozenset[str]:
    """Addresses: of its interfaces, of its login, and what its name means anywhere. No loopback."""
    interfaces = node.read(Interfaces).interfaces if node.has(Interfaces) else ()
    addresses = {
        address
        for interface in interfaces
        if not interface.loopback
        for address in interface.addresses
    }
    for peer in node.cluster.reached:
        peers = peer.read(Names).peers if peer.has(Names) else {}
        addresses |= set(peers[node.name].addresses) if node.name in peers else set()
    addresses |= {node.read(Login).address} if node.has(Login) else set()
    return frozenset(
        interface
        for interface in addresses
        if interface and interface != "::1" and not interface.startswith("127.")
    )
