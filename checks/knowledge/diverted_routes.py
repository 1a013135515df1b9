"""Whether packets to a node leave by another way than straight to the network that both are on.

A VPN's or a container's route that is more exact than that of the network takes its addresses away,
through another interface or to a gateway, and so does a table that `ip rule` asks first, or a rule
that refuses. It explains a pair that is dropped, and is no finding
of its own: two networks between the same nodes may well be meant.
"""

from __future__ import annotations

import re
import shlex
from ipaddress import ip_address, ip_network

from checks.facts import NodeView
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interface, Interfaces
from checks.knowledge.neighbour_entries import MisdirectedTraffic, find_misdirected_traffic
from checks.model import Fix
from checks.quick_dataclass import dataclass

DEVICE = re.compile(r"\bdev (\S+)")
GATEWAY = re.compile(r"\bvia (?:inet6 )?(\S+)")
TABLE = re.compile(r"\btable (\S+)")
RULE = re.compile(r"\d+: from (\S+)(?: to (\S+))?")
REFUSED = ("Permission denied", "Network is unreachable", "Invalid argument")
"""What the kernel answers for a route that is `prohibit`, `unreachable` or `blackhole`."""


@dataclass(frozen=True)
class DivertedRoute:
    """A node's route to a peer's address, and its interface `own` on the network of that.

    `rule` is the line of `ip rule` that leads to it; '' where the main table has it.
    """

    node: NodeView
    address: str
    route: str
    own: Interface
    rule: str = ""

    def __str__(self) -> str:
        by = "" if self.route in REFUSED else f"route `{self.route}`"
        by = ", ".join(filter(None, (by, f"rule `{self.rule}`" if self.rule else "")))
        return (
            f"{self.node.name} {_describe_way(self.route, self.own, self.address)} ({by}), "
            f"though its {self.own.name} is on that network"
        )

    @property
    def fix(self) -> Fix:
        """Removes the route; one that a rule leads to is kept for what is not of the network."""
        six = "-6 " if ":" in self.address else ""
        note = "until the next boot; take it out of what sets it: a VPN, a container network"
        if not self.rule:
            words = self.route.partition(" ")[0], *_way_words(self.route)
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
    for node, own_address, address in ((source, here, there), (target, there, here)):
        route = node.read(Firewall).routes.get(address, "") if node.has(Firewall) else ""
        own = _interface_on_network(node, address) if route else None
        if own and _leads_elsewhere(node, route, own):
            rule = _find_rule(node, route, own_address, address)
            if rule or route not in REFUSED:
                return DivertedRoute(node, address, route, own, rule)
    return None


def _leads_elsewhere(node: NodeView, route: str, own: Interface) -> bool:
    """Whether it is refused, leaves through an interface on no network of `own`, or goes by way of
    a gateway to what is on `own`'s network."""
    used = DEVICE.search(route)
    if not used:
        return route in REFUSED
    if used[1] in (own.name, own.master):
        return bool(GATEWAY.search(route))
    return not _shares(node, own, used)


def _find_rule(node: NodeView, route: str, own_address: str, address: str) -> str:
    """The first line of `ip rule` that leads to the route's table, or that refuses the pair."""
    table = TABLE.search(route)
    if not table and route not in REFUSED:
        return ""
    for rule in node.read(Firewall).rules:
        if table and f" lookup {table[1]} " in f"{rule} ":
            return rule
        ends = RULE.match(rule)
        if not table and ends and _is_of(own_address, ends[1]) and _is_of(address, ends[2]):
            return rule
    return ""


def _is_of(address: str, selector: str | None) -> bool:
    if selector in (None, "all"):
        return True
    try:
        return ip_address(address) in ip_network(selector)
    except ValueError:
        return False


def _way_words(route: str) -> list[str]:
    """`via GATEWAY dev NAME` of a route, by which it is told from others to the same."""
    gateway, used = GATEWAY.search(route), DEVICE.search(route)
    return [*(("via", gateway[1]) if gateway else ()), *(("dev", used[1]) if used else ())]


def _describe_way(route: str, own: Interface, address: str) -> str:
    """For example: sends what is for 10.0.0.2 out through tun0."""
    gateway, used = GATEWAY.search(route), DEVICE.search(route)
    if not used:
        return f"refuses to send to {address}: {route.lower()}"
    if gateway and used[1] in (own.name, own.master):
        return f"sends what is for {address} to the gateway {gateway[1]}"
    return f"sends what is for {address} out through {used[1]}"


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
