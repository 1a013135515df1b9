"""Another node that has the address of one: whoever calls it reaches now the one, now the other."""

from __future__ import annotations

import shlex

from checks.facts import Login, NodeView
from checks.facts.interfaces import Interfaces
from checks.model import HERE, Fix
from checks.quick_dataclass import dataclass


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
        note = (
            "until the next boot; take it out of that interface's configuration too; others go on "
            "sending to this node for up to a minute"
        )
        return self.owner.fix(command, note, root=True)


def find_taken_address(node: NodeView, address: str) -> TakenAddress | None:
    """Who else has the address of `node`, beside another one of the same family.

    A name that leads to another node's only address is wrong itself: nobody took anything then. An
    address that `node` is known not to have is not its own.
    """
    known = node.has(Interfaces)
    if not address or (known and address not in node.read(Interfaces).addresses):
        return None
    for other in node.cluster.nodes_with(Interfaces):
        for link in other.read(Interfaces).interfaces if other.name != node.name else ():
            places = link.ipv4 if "." in address else link.ipv6
            own = [place for place in places if not place.startswith("fe80:")]
            for place in own if len(own) > 1 else ():
                if place.partition("/")[0] == address:
                    return TakenAddress(other, place, link.name)
    return None


@dataclass(frozen=True)
class OldNeighbour:
    """This machine still sends to `owner` what is for another node, whose address it had."""

    owner: NodeView
    login: Login

    def __str__(self) -> str:
        entry = f"{self.login.address} to {self.login.hardware}"
        return f"it sends what is for {entry}, which is {self.owner.name}'s"

    @property
    def fix(self) -> Fix:
        """Forgets the entry, so that the address is looked up again."""
        address, device = map(shlex.quote, (self.login.address, self.login.interface))
        note = "or wait a minute: it is looked up again by itself"
        return Fix(f"$(command -v sudo) ip neigh del {address} dev {device}", HERE, note)


def find_old_neighbour(node: NodeView, login: Login) -> OldNeighbour | None:
    """Whose hardware alone gets what is for that node, where it has no such address any more."""
    owners = [
        other
        for other in node.cluster.nodes_with(Interfaces)
        if login.hardware
        and any(link.mac == login.hardware for link in other.read(Interfaces).interfaces)
    ]
    if len(owners) != 1 or owners[0].name == node.name:
        return None
    has_address = login.address in owners[0].read(Interfaces).addresses
    return None if has_address else OldNeighbour(owners[0], login)
