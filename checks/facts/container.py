"""Whether a node's ranks run in a container, and what that keeps from them."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Container(Fact):
    """`inside`: the probe runs in one, whoever entered it.

    `own_network`: the network is another one than that of the login which entered it.
    `virtual_links` are interfaces whose other end, or carrier, is in another network namespace.
    `devices_outside` are those of GPUs and adapters on the machine, `devices_missing` those of them
    that are not there inside; both are known only where a command of the job's enters.
    """

    section: ClassVar[str] = "container"
    inputs: ClassVar[tuple[str, ...]] = ("container",)
    inside: bool = False
    own_network: bool = False
    virtual_links: tuple[SystemName, ...] = ()
    devices_outside: tuple[SystemName, ...] = ()
    devices_missing: tuple[SystemName, ...] = ()
