"""Containers with a network of their own."""

from __future__ import annotations

from checks.check import node_check
from checks.facts import Login, NodeView
from checks.facts.container import Container
from checks.facts.interfaces import Interfaces
from checks.facts.ports import DialResults, Listeners
from checks.folded_names import fold_names
from checks.knowledge.container_network import (
    failed_callers,
    has_own_network,
    is_apart,
    own_addresses,
    shared_network_fix,
)
from checks.model import Verdict, block, ok


@node_check(
    "network.peers-reach-the-container",
    Container,
    Interfaces,
    optional=(Listeners, DialResults),
    reads=("container",),
)
def peers_reach_the_container(node: NodeView) -> Verdict:
    """Ranks in a container are in its machine's network, or in one that the other nodes reach.

    Docker gives a container a network of its own behind a bridge. From there ranks can call out,
    but no rank of another node reaches them, whatever ports are published: NCCL and gloo listen
    where they like. What other checks would say of ports, addresses and names in there is about
    that bridge, so they are skipped for the node.

    Measured: The network namespace of what launch.toml's `container` enters against that of the
    login that entered it; where the login itself lands in a container, whether the address that was
    called is none of its own. It blocks where most nodes that called it did not reach it, or it has
    no address at all; macvlan, routed overlays and the machine's own network pass.

    Fix:
        own-network: shows the container's network; it has to be made again with the machine's.
    """
    container = node.read(Container)
    if not (container.inside or container.own_network):
        return ok(f"ranks of {node.name} run in no container")
    if not has_own_network(node):
        return ok(f"the container on {node.name} has its machine's network")
    if not is_apart(node):
        return ok(f"the network of the container on {node.name} is one that its peers reach")
    where = f" (`{node.job.container}`)" if node.job.container else ", in which the login lands,"
    addresses = own_addresses(node)
    peers = failed_callers(node)
    told = f"at {', '.join(addresses)}, where {_reached_by(peers)}" if addresses else "none at all"
    message = (
        f"the container on {node.name}{where} has a network of its own: it is {told}; expected the "
        f"network of its machine, {node.read(Login).address or node.name}"
    )
    return block("own-network", message, shared_network_fix(node), addresses=addresses)


def _reached_by(peers: list[str]) -> str:
    verb = "does" if len(peers) == 1 else "do"
    return f"{fold_names(peers)} {verb} not reach it" if peers else "nobody reaches it"
