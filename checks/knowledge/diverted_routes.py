"""Whether packets to a node leave by another interface than the one on its network.

A VPN's or a container's route that is more exact than that of the network takes its addresses away,
and so does a table that `ip rule` asks first. It explains a pair that is dropped, and is no finding
of its own: two networks between the same nodes may well be meant.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from checks.facts import NodeView
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interface, Interfaces
from checks.knowledge.neighbour_entries import MisdirectedTraffic, find_misdirected_traffic
from checks.model import Fix

DEVICE = re.compile(r"\bdev (\S+)")
TABLE = re.compile(r"\btable (\S+)")


@dataclass(frozen=True)
class DivertedRoute:
    """A node's route to a peer's address, and its interface `own` on the network of that."""

    node: NodeView
    address: str
    route: str
    own: Interface

    @property
    def interface(self) -> str:
        """Through which the packets leave."""
        found = DEVICE.search(self.route)
        return found[1] if found else ""

    @property
    def rule(self) -> str:
        """The line of `ip rule` that leads to the route's table; '' where that is the main one."""
        table = TABLE.search(self.route)
        lookup = f" lookup {table[1]}" if table else ""
        rules = self.node.read(Firewall).rules if lookup else ()
        return next((rule for rule in rules if f"{lookup} " in f"{rule} "), "")

    def __str__(self) -> str:
        by = f"route `{self.route}`" + (f", rule `{self.rule}`" if self.rule else "")
        return (
            f"{self.node.name} sends what is for {self.address} out through {self.interface} "
            f"({by}), though its {self.own.name} is on that network"
        )

    @property
    def fix(self) -> Fix:
        """Removes the route; one that a rule leads to is kept for what is not of the network."""
        six = "-6 " if ":" in self.address else ""
        note = "until the next boot; take it out of what sets it: a VPN, a container network"
        if not self.rule:
            words = (self.route.partition(" ")[0], "dev", self.interface)
            command = f"ip {six}route del {shlex.join(words)}"
            return self.node.fix(command, note, root=True)
        network = _network_of(self.own, self.address)
        number = self.rule.partition(":")[0]
        first = max(1, int(number) - 1) if number.isdecimal() else 1
        command = f"ip {six}rule add to {network} lookup main priority {first}"
        return self.node.fix(command, note, root=True)


def find_wrong_way(
    cause: str, source: NodeView, target: NodeView, here: str, there: str
) -> MisdirectedTraffic | DivertedRoute | None:
    """The end that sends the other's packets to a wrong machine, or out the wrong way.

    `cause` is that of the login or call that failed: others than the network's have no such reason.
    """
    if cause not in ("dropped", "absent", "no-route"):
        return None
    ends = (source, target, here, there)
    wrong = find_misdirected_traffic(*ends) if cause == "dropped" else None
    return wrong or find_diverted_route(*ends)


def find_diverted_route(
    source: NodeView, target: NodeView, here: str, there: str
) -> DivertedRoute | None:
    """The end whose packets for the other, `here` or `there`, leave by another interface."""
    for node, address in ((source, there), (target, here)):
        route = node.read(Firewall).routes.get(address, "") if node.has(Firewall) else ""
        used = DEVICE.search(route)
        own = _interface_on_network(node, address)
        if used and own and used[1] not in (own.name, own.master) and not _shares(node, own, used):
            return DivertedRoute(node, address, route, own)
    return None


def _interface_on_network(node: NodeView, address: str) -> Interface | None:
    known = node.read(Interfaces).interfaces if node.has(Interfaces) else ()
    return next((link for link in known if link.up and _network_of(link, address)), None)


def _network_of(interface: Interface, address: str) -> str:
    """The network of the interface that has the address; '' for none."""
    networks = sorted(interface.routable_networks)
    return next((text for text in networks if ip_address(address) in ip_network(text)), "")


def _shares(node: NodeView, own: Interface, used: re.Match[str]) -> bool:
    """Whether the interface that is used is on the same network, which does no harm."""
    other = node.read(Interfaces).named(used[1])
    return other is None or bool(other.routable_networks & own.routable_networks)
