"""Which host keys a node's ssh client has on file for its peers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PeerKeys:
    """`name` is what ssh looks for, `[host]:port` off port 22; each of `keys` is `type blob`.

    `marked` is whether one of the lines begins with `@revoked` or `@cert-authority`, `marked_at`
    the first such, file:line.
    """

    name: str
    file: str
    keys: tuple[str, ...] = ()
    marked: bool = False
    marked_at: str = ""


@dataclass(frozen=True)
class KnownHosts(Fact):
    """By peer, itself too."""

    section: ClassVar[str] = "known_hosts"
    peers: Mapping[str, PeerKeys] = field(default_factory=dict)
