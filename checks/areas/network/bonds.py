"""Bonds under the training interface: all members up, and one mode on all nodes."""

from __future__ import annotations

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import Names
from checks.knowledge.training_network import training_interface
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value


@node_check("network.bond-is-whole", Interfaces, Names, Environment, severity=Severity.WARN)
def bond_is_whole(node: NodeView) -> Verdict:
    """All members of a bond that training uses are up, and its mode is that of the other nodes.

    A bond with a member down goes on working, at half the speed, until its last cable fails; two
    ends of different modes lose or reorder packets.

    Measured: The kernel's bonds under the training interface, below a VLAN too.

    Fix:
        member-down: brings the member up; else try cable and port.
        mode-differs: shows the bond; make its mode that of the others, on its switch ports too.
    """
    bond = _training_bond(node)
    if bond is None:
        return skip(f"{node.name} does not train over a bond")
    members = node.read(Interfaces).lower_interfaces(bond)
    down = [interface.name for interface in members if not interface.up]
    if down:
        message = f"{', '.join(down)} of {bond.name} on {node.name} is down; {len(members)} members"
        fix = node.fix(f"ip link set {down[0]} up", "or check cable and switch port", root=True)
        return warn("member-down", message, fix, bond=bond.name, down=down)
    modes = {
        peer.name: peer_bond.bond_mode
        for peer in node.cluster.reached
        if (peer_bond := _training_bond(peer))
    }
    usual = majority_value(modes, node.job.head)
    if bond.bond_mode == usual:
        return ok(f"{bond.name} of {node.name}: {bond.bond_mode}, {len(members)} members up")
    message = f"{bond.name} of {node.name} is {bond.bond_mode}, and {usual} on {node.most_nodes}"
    note = f"make it {usual} in the configuration of the interface, and of its switch ports"
    return warn("mode-differs", message, node.fix(f"cat /proc/net/bonding/{bond.name}", note))


def _training_bond(node: NodeView) -> Interface | None:
    """The bond that carries training there: the interface itself, or what a VLAN is on."""
    if not all(map(node.has, (Interfaces, Names, Environment))):
        return None
    own, interfaces = training_interface(node), node.read(Interfaces)
    parent = interfaces.named(own.name.partition(".")[0]) if own.kind == "vlan" else None
    carriers = (own, *((parent,) if parent else ()), *interfaces.lower_interfaces(own))
    return next((interface for interface in carriers if interface.bond_mode), None)
