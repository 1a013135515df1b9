"""A node's network interfaces and their addresses."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Mapping
from typing import ClassVar

from checks.facts.decode import AddressWithPrefix, Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Interface:
    """One interface. Addresses carry their prefix, `10.0.0.1/24`.

    `up` is administratively up with a carrier; `kind` is ethernet, infiniband, bond, bridge,
    docker, veth, vlan, tun, wireless or other; `speed_mbps` is None where the driver does not say.
    `duplex` is full, half or ''; `bond_mode` the kernel's name of it, '' for what is no bond;
    `strict_source` is rp_filter=1: packets are dropped whose answers would leave by another way.
    """

    name: SystemName
    up: bool = True
    loopback: bool = False
    kind: str = "ethernet"
    mtu: int = 1500
    speed_mbps: int | None = None
    ipv4: tuple[AddressWithPrefix, ...] = ()
    ipv6: tuple[AddressWithPrefix, ...] = ()
    master: SystemName = ""
    mac: SystemName = ""
    duplex: str = ""
    bond_mode: str = ""
    strict_source: bool = False

    @functools.cached_property
    def addresses(self) -> tuple[str, ...]:
        """Its addresses without prefixes, IPv4 first."""
        return tuple(address.partition("/")[0] for address in (*self.ipv4, *self.ipv6))

    @property
    def routable_addresses(self) -> tuple[str, ...]:
        """Those addresses that another node could use: no loopback, no link-local."""
        return tuple(text for text in self.addresses if _is_routable(text))

    @functools.cached_property
    def routable_networks(self) -> frozenset[str]:
        """The networks of its routable addresses, `10.0.0.0/24`."""
        texts = (text for text in (*self.ipv4, *self.ipv6) if _is_routable(text.partition("/")[0]))
        return frozenset(str(ipaddress.ip_interface(text).network) for text in texts)

    @property
    def is_usable(self) -> bool:
        """Whether it is up and has an address that another node could use."""
        return self.up and bool(self.routable_addresses)

    @property
    def is_local_only(self) -> bool:
        """Whether it leads to no other machine: loopback, docker's and libvirt's bridges, veth."""
        return self.loopback or self.kind in ("docker", "veth") or self.name.startswith("virbr")


@functools.lru_cache(maxsize=4096)
def _is_routable(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_link_local)


@dataclass(frozen=True)
class Interfaces(Fact):
    """All interfaces in the kernel's order."""

    section: ClassVar[str] = "interfaces"
    interfaces: tuple[Interface, ...] = ()

    @functools.cached_property
    def addresses(self) -> frozenset[str]:
        """Every address of the node."""
        return frozenset(text for interface in self.interfaces for text in interface.addresses)

    def named(self, name: str) -> Interface | None:
        """The interface of that name."""
        return next((interface for interface in self.interfaces if interface.name == name), None)

    def lower_interfaces(self, interface: Interface) -> tuple[Interface, ...]:
        """What carries that interface: the members of a bond or bridge, and what carries them."""
        members = [
            other for other in self.interfaces if interface.name and other.master == interface.name
        ]
        return tuple(
            carrier for member in members for carrier in (member, *self.lower_interfaces(member))
        )

    def interface_owning(self, address: str) -> Interface | None:
        """The interface that has that address; the first of several."""
        return self._owners.get(address)

    @functools.cached_property
    def _owners(self) -> Mapping[str, Interface]:
        backwards = reversed(self.interfaces)
        return {address: interface for interface in backwards for address in interface.addresses}
