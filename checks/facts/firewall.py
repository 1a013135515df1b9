"""What of a node may stop packets: filters as their tools list them, routes, neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from ipaddress import ip_address, ip_network
from typing import ClassVar

from checks.facts.decode import Address, Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class FirewallListing:
    """What one tool printed; `why` says why it printed nothing: not installed, needs root."""

    text: str = ""
    why: str = ""


@dataclass(frozen=True)
class Neighbour:
    """The hardware address that the kernel uses for an address; `permanent` was set by hand."""

    address: SystemName
    mac: SystemName
    interface: SystemName
    permanent: bool = False


@dataclass(frozen=True)
class Firewall(Fact):
    """`listings` by tool: nft (JSON), iptables, ip6tables and their -legacy twins (-save).

    `routes` is which route the kernel takes to other nodes' addresses, in `ip`'s words; `rules` are
    those of `ip rule` beside the usual ones.
    """

    section: ClassVar[str] = "firewall"
    momentary: ClassVar[bool] = True
    listings: dict[str, FirewallListing] = field(default_factory=dict)
    ufw: bool = False
    firewalld: bool = False
    refusing_routes: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    routes: Mapping[Address, str] = field(default_factory=dict)
    rules: tuple[str, ...] = ()

    def refusing(self, address: str) -> str:
        """The route that refuses that address, the longest as the kernel picks it; '' for none."""
        hits = [net for net in self.refusing_routes if ip_address(address) in ip_network(net)]
        return max(hits, key=lambda net: ip_network(net).prefixlen, default="")

    @property
    def readable(self) -> bool:
        """Whether at least one tool could list what is in force."""
        return any(not listing.why for listing in self.listings.values())
