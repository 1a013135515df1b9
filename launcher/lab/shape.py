"""How a lab is asked for: how many nodes, and in what they differ from plain ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from checks.errors import UsageError
from checks.quick_dataclass import dataclass

PASSWORD = "lab"
MAX_NODES = 250
"""One /24 holds them all, beside the controller's own address."""


@dataclass(frozen=True)
class OddNode:
    """One node that is not plain, yet as healthy as real sites have them."""

    port: int = 22
    sshd: tuple[str, ...] = ()
    """Further lines of its sshd_config."""
    shell: str = "/bin/bash"
    """Login shell of root and of the lab's user."""


@dataclass(frozen=True)
class LabShape:
    """A whole lab. Raises UsageError for a number of nodes that cannot be."""

    nodes: int = 3
    slots: int = 1
    user: str = "root"
    """Who logs in. Another name than root is created, with home, key and trust, on every node."""
    by_address: bool = False
    """hosts.txt holds addresses in place of names."""
    trust: bool = True
    """Without it a node lets in PASSWORD and no key, has no key, and nobody knows a host key."""
    second_network: bool = False
    """Every node has eth1 too, on a network that the controller is not on."""
    gpus: bool = False
    """Every node has the machine's GPUs, and a slot for each; several nodes share them."""
    odd: Mapping[str, OddNode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= self.nodes <= MAX_NODES:
            raise UsageError(f"a lab has 1 to {MAX_NODES} nodes, not {self.nodes}")

    def of(self, name: str) -> OddNode:
        """In what the node of that name differs."""
        return self.odd.get(name, OddNode())

    @property
    def users(self) -> tuple[str, ...]:
        """Everyone with keys and trust."""
        return ("root",) if self.user == "root" else ("root", self.user)
