"""Whether packets to a node go to another machine: a wrong entry in the table of neighbours.

It explains a pair that is dropped, and is no finding of its own: clouds answer for every address
with hardware addresses that no machine has, and all works.
"""

from __future__ import annotations

from checks.facts import NodeView
from checks.facts.firewall import Firewall, Neighbour
from checks.facts.interfaces import Interfaces
from checks.model import Fix
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class MisdirectedTraffic:
    """A node whose packets for a peer go to hardware that is none of the peer's."""

    node: NodeView
    peer: NodeView
    entry: Neighbour

    def __str__(self) -> str:
        entry = self.entry
        whose = next(
            (other.name for other in self.node.cluster.nodes if entry.mac in _mac_addresses(other)),
            "",
        )
        kind = "a permanent entry" if entry.permanent else "its neighbours"
        here = f"{self.node.name} sends what is for {entry.address} to {entry.mac}"
        owner = f"is {whose}'s and not {self.peer.name}'s" if whose else f"{self.peer.name} has not"
        return f"{here}, which {owner} ({kind} on {entry.interface})"

    @property
    def fix(self) -> Fix:
        """Forgets the entry, so that the address is looked up again."""
        entry, real = self.entry, " or ".join(sorted(_mac_addresses(self.peer)))
        note = f"{self.peer.name} has {real}; take out what sets the entry at boot"
        if not entry.permanent:
            note = f"if it comes back, the machine with {entry.mac} has that address, too: find it"
        command = f"ip neigh del {entry.address} dev {entry.interface}"
        return self.node.fix(command, note, root=True)


def find_misdirected_traffic(
    source: NodeView, target: NodeView, here: str, there: str
) -> MisdirectedTraffic | None:
    """The end that sends what is for the other, `here` or `there`, to the wrong hardware."""
    for node, peer, address in ((source, target, there), (target, source, here)):
        entry = _neighbour_entry(node, peer, address)
        if entry and entry.mac not in _mac_addresses(peer) and _is_credible(node, entry):
            return MisdirectedTraffic(node, peer, entry)
    return None


def _neighbour_entry(node: NodeView, peer: NodeView, address: str) -> Neighbour | None:
    """What the node has on file for an address that the peer itself has."""
    if not (node.has(Firewall) and peer.has(Interfaces)):
        return None
    if address not in peer.read(Interfaces).addresses:
        return None
    table = node.read(Firewall).neighbours
    return next((entry for entry in table if entry.address == address), None)


def _is_credible(node: NodeView, entry: Neighbour) -> bool:
    """Whether hardware addresses mean something there: no gateway answers in all names."""
    table = [
        other for other in node.read(Firewall).neighbours if other.interface == entry.interface
    ]
    others = [other for other in table if other.address != entry.address]
    if any(
        other.mac in _mac_addresses(peer)
        for other in others
        for peer in _address_owners(node, other.address)
    ):
        return True
    return entry.permanent and all(other.mac != entry.mac for other in others)


def _address_owners(node: NodeView, address: str) -> list[NodeView]:
    return [
        peer
        for peer in node.cluster.reached
        if peer.has(Interfaces) and address in peer.read(Interfaces).addresses
    ]


def _mac_addresses(node: NodeView) -> frozenset[str]:
    """Every hardware address that the node's interfaces have; an empty one is none."""
    interfaces = node.read(Interfaces).interfaces if node.has(Interfaces) else ()
    return frozenset(
        interface.mac
        for interface in interfaces
        if interface.mac and interface.mac != "00:00:00:00:00:00"
    )
