"""Where the ranks meet: interface and address that training uses on each node.

The port checks and the launcher ask here, so that what is tested is what is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import Names
from checks.knowledge.nccl_transport import transport_env
from checks.knowledge.nccl_variables import (
    GLOO_IFNAME,
    NCCL_IFNAME,
    Setting,
    interface_settings,
    selected_interfaces,
)


def training_interface(node: NodeView) -> Interface:
    """The interface that training uses on that node.

    Among those that NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME leave, the one that the kernel uses
    towards most other nodes; else the first that is up and leads out. A variable that leaves none
    is let be here: `nccl.socket-interface-exists` accuses it. A node without any network has its
    loopback. Raises FactError where there is no interface at all.
    """
    found = node.read(Interfaces).interfaces
    usable = [one for one in found if one.up and one.routable_addresses]
    for setting in interface_settings(node):
        usable = selected_interfaces(setting, usable) or usable
    leading_out = [one for one in usable if not one.is_local_only]
    loopback = [one for one in found if one.loopback and one.addresses]
    choices = [one for one in routed_interfaces(node) if one in usable] + leading_out + usable
    for one in choices + loopback:
        return one
    raise FactError(f"{node.name} has no interface that is up and has an address")


def training_address(node: NodeView) -> str:
    """The address of that node on its training interface. Raises FactError where it has none."""
    interface = training_interface(node)
    towards_peers = [source for source in _source_addresses(node) if source in interface.addresses]
    return (*towards_peers, *interface.routable_addresses, *interface.addresses)[0]


def further_addresses(node: NodeView) -> list[str]:
    """Addresses beside the training address that NCCL may use there: of the job's own list.

    Only [env] can leave NCCL more than one interface: `network_env` holds it to one otherwise.
    """
    if NCCL_IFNAME not in node.job.env:
        return []
    setting = Setting(NCCL_IFNAME, node.job.env[NCCL_IFNAME], "")
    usable = [one for one in node.read(Interfaces).interfaces if one.up and one.routable_addresses]
    others = [
        one for one in selected_interfaces(setting, usable) if one != training_interface(node)
    ]
    return [one.routable_addresses[0] for one in others if not one.is_local_only]


def has_wrong_interface_setting(node: NodeView) -> bool:
    """Whether a variable holds training there to an interface that is not there or not up."""
    if not (node.has(Interfaces) and node.has(Environment)):
        return False
    usable = [one for one in node.read(Interfaces).interfaces if one.up and one.routable_addresses]
    return any(not selected_interfaces(setting, usable) for setting in interface_settings(node))


def master_address(cluster: ClusterView) -> str:
    """MASTER_ADDR: the head's training address. Raises FactError where it cannot be told."""
    return training_address(cluster.head)


def routed_interfaces(node: NodeView) -> list[Interface]:
    """The interfaces that lead to other nodes, the one to most of them first."""
    owners = map(node.read(Interfaces).interface_owning, _source_addresses(node))
    return _distinct_interfaces(one for one in owners if one is not None)


def network_env(node: NodeView) -> dict[str, str]:
    """The variables that hold every backend to the interface that was checked.

    Values of the job's own [env] stand. Raises FactError where the interface is not known.
    """
    name = training_interface(node).name
    names = (one.name for one in node.read(Interfaces).interfaces)
    is_prefix = any(other != name and other.startswith(name) for other in names)
    chosen = {NCCL_IFNAME: f"={name}" if is_prefix else name, GLOO_IFNAME: name}
    chosen |= transport_env(node)
    return {key: node.job.env.get(key, value) for key, value in chosen.items()}


def _source_addresses(node: NodeView) -> list[str]:
    """The local addresses used towards other nodes, the one towards most first; no loopback."""
    peers = node.read(Names).peers
    others = [peer.source for name, peer in peers.items() if name != node.name]
    loopbacks = [one for one in node.read(Interfaces).interfaces if one.loopback]
    own = {address for one in loopbacks for address in one.addresses}
    used = Counter(s for s in others if s and s not in own and not s.startswith("127."))
    return [source for source, _ in used.most_common()]


def _distinct_interfaces(interfaces: Iterable[Interface]) -> list[Interface]:
    found: list[Interface] = []
    for one in interfaces:
        if one not in found:
            found.append(one)
    return found
