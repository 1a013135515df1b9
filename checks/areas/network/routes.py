"""Whether calls leave a node through the interface that training is held to."""

from __future__ import annotations

from checks.areas.network.interfaces import (
    is_same_link,
    misrouted_by_name,
    training_route_fix,
)
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import Names
from checks.facts.ports import DialResults, Listeners
from checks.folded_names import fold_names
from checks.knowledge.training_network import has_wrong_interface_setting, training_interface
from checks.model import Severity, Verdict, ok, skip, warn


@node_check(
    "network.calls-leave-by-training-interface",
    DialResults,
    Listeners,
    Interfaces,
    Names,
    Environment,
    severity=Severity.WARN,
)
def calls_leave_by_training_interface(node: NodeView) -> Verdict:
    """Connections to the other nodes' training addresses leave through the node's own training
    interface.

    A route through another interface loads the slower network, and the answers come back by another
    path than the connection took: filters on the reverse path (`rp_filter=1`) drop them.

    Measured: The local address of each connection to the other nodes' ports. Two interfaces in one
    network are fine: the kernel takes either, which does no harm.

    Fix:
        other-way: a route through the training interface, until the next boot.
    """
    if has_wrong_interface_setting(node) or any(
        map(has_wrong_interface_setting, node.cluster.reached)
    ):
        return skip("a variable names an interface that cannot be used; see nccl")
    own = training_interface(node)
    if misrouted_by_name(node):
        return skip("see network.one-network")
    strays = misrouted_by_address(node)
    if not strays:
        return ok(f"calls of {node.name} leave through {own.name}")
    through = ", ".join(dict.fromkeys(interface.name for interface in strays.values()))
    message = (
        f"{node.name} trains over {own.name}, but calls {fold_names(strays)} through {through}"
    )
    fix = training_route_fix(node, listening_address(node, next(iter(strays))))
    return warn("other-way", message, fix, through=through, nodes=list(strays))


def misrouted_by_address(node: NodeView) -> dict[str, Interface]:
    """The peers whose training addresses are called through another network's interface.

    Of two interfaces in one network the kernel takes either, which does no harm.
    """
    own, interfaces = training_interface(node), node.read(Interfaces)
    misrouted = {}
    for name, sources in node.read(DialResults).sources.items():
        if name != node.name and node.cluster[name].has(Listeners):
            through = interfaces.interface_owning(sources.get(listening_address(node, name), ""))
            if (
                through
                and not is_same_link(through, own)
                and not through.routable_networks & own.routable_networks
            ):
                misrouted[name] = through
    return misrouted


def listening_address(node: NodeView, peer: str) -> str:
    """Where the peer listened."""
    return node.cluster[peer].read(Listeners).address
