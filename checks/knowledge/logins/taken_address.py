"""Another node that has the address of one: whoever calls it reaches now the one, now the other."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from checks.facts import NodeView
from checks.facts.interfaces import Interfaces
from checks.model import Fix


@dataclass(frozen=True)
class TakenAddress:
    """`owner` has `place`, `10.0.0.2/24`, on an interface, beside an address of its own."""

    owner: NodeView
    place: str
    interface: str

    def __str__(self) -> str:
        return f"{self.owner.name} has {self.place.partition('/')[0]} on its {self.interface}"

    @property
    def fix(self) -> Fix:
        """Takes the address from the node that answers in the name of another one."""
        command = f"ip addr del {self.place} dev {shlex.quote(self.interface)}"
        note = "until the next boot; take it out of that interface's configuration too"
        return self.owner.fix(command, note, root=True)


def find_taken_address(node: NodeView, address: str) -> TakenAddress | None:
    """Who else has the address that leads to `node`, where that has others too."""
    for other in node.cluster.nodes_with(Interfaces):
        for link in other.read(Interfaces).interfaces if other.name != node.name else ():
            for place in (*link.ipv4, *link.ipv6):
                if address and place.partition("/")[0] == address and len(link.addresses) > 1:
                    return TakenAddress(other, place, link.name)
    return None
