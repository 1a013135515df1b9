"""What a node's resolver says of its own name and of the other nodes'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Address, Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NameLookup:
    """One name as seen from one node, in the resolver's order; `error` where it has no address.

    `source` is the local address that the kernel uses towards the first address; '' without a
    route; `seconds` is how long the answer took.
    """

    addresses: tuple[Address, ...] = ()
    error: str = ""
    source: SystemName = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Names(Fact):
    """`own` is what the host name resolves to; `peers` has every name of the hosts file.

    `sources` is where /etc/nsswitch.conf has names looked up; empty where it does not say.
    `listed` is what /etc/hosts says of these names, of the own one and of localhost.
    """

    section: ClassVar[str] = "names"
    hostname: SystemName
    fqdn: str | None = None
    own: tuple[Address, ...] = ()
    peers: Mapping[str, NameLookup] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    listed: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)

    @property
    def uses_hosts_file(self) -> bool:
        """Whether a line in /etc/hosts means anything: systemd's `resolve` reads it, too."""
        return not self.sources or bool({"files", "resolve"} & {*self.sources})
