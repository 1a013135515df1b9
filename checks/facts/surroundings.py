"""What every program takes for granted on a node, and whether it is so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Address, Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Surroundings(Fact):
    """`seen` is {a path or word: what is wrong with it, '' for nothing}.

    `loopback` says why a program cannot call another one at 127.0.0.1, `localhost` what that name
    means, in the resolver's order; `network` has numbers of the kernel's, by path below
    /proc/sys/net.
    """

    section: ClassVar[str] = "surroundings"
    seen: Mapping[str, str] = field(default_factory=dict)
    loopback: str = ""
    localhost: tuple[Address, ...] = ()
    network: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
