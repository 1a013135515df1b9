"""The packet filters of a node, as their tools list them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from checks.facts.decode import Fact


@dataclass(frozen=True)
class Listing:
    """What one tool printed; `why` says why it printed nothing: not installed, needs root."""

    text: str = ""
    why: str = ""


@dataclass(frozen=True)
class Firewall(Fact):
    """`listings` by tool: nft (JSON), iptables, ip6tables and their -legacy twins (-save)."""

    section: ClassVar[str] = "firewall"
    listings: dict[str, Listing] = field(default_factory=dict)
    ufw: bool = False
    firewalld: bool = False
    refusing_routes: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether at least one tool could list what is in force."""
        return any(not listing.why for listing in self.listings.values())
