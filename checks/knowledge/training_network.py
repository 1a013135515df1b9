"""Where the ranks meet: interface and address that training uses on each node.

The port checks and the launcher ask here, so that what is tested is what is used.
"""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address, ip_network

from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import Names
from checks.facts.view_cache import cached_per_view
from checks.knowledge.nccl_transport import transport_env
from checks.knowledge.nccl_variables import (
    GLOO_IFNAME,
    NCCL_IFNAME,
    Setting,
    interface_settings,
    leaves_loopback,
    parts_of,
    selected_interfaces,
)


@cached_per_view
def training_interface(node: NodeView) -> Interface:
    """The interface that training uses on that node.

    Among those that NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME leave, the one that the kernel uses
    towards most other nodes; else the first that is up and leads out. A variable that leaves none
    that leads to other nodes is passed over here: `nccl.socket-interface-exists` accuses it. A node
    without any network has its loopback. Raises FactError where there is no interface at all.
    """
    interfaces = node.read(Interfaces).interfaces
    usable = [interface for interface in interfaces if interface.is_usable]
    for setting in interface_settings(node):
        usable = _leading_selection(node, setting, usable) or usable
    leading_out = [interface for interface in usable if not interface.is_local_only]
    loopback = [interface for interface in interfaces if interface.loopback and interface.addresses]
    routed = [interface for interface in routed_interfaces(node) if interface in usable]
    for interface in (*routed, *leading_out, *usable, *loopback):
        return interface
    raise FactError(f"{node.name} has no interface that is up and has an address")


@cached_per_view
def training_address(node: NodeView) -> str:
    """The address of that node on its training interface. Raises FactError where it has none.

    The one towards most other nodes; of both families IPv4 where the names of all nodes have it,
    because gloo and NCCL take an interface's first address.
    """
    interface = training_interface(node)
    towards_peers = [source for source in _source_addresses(node) if source in interface.addresses]
    fitting = [*towards_peers, *interface.routable_addresses, *interface.addresses]
    if all(any("." in text for text in peer.addresses) for peer in node.read(Names).peers.values()):
        fitting.sort(key=lambda text: ":" in text)
    return fitting[0]


def further_addresses(node: NodeView) -> list[str]:
    """Further addresses that gloo or NCCL may use there.

    Both take the first one of an interface. Only [env] can leave NCCL more than one interface:
    `network_env` holds it to one otherwise.
    """
    own = training_interface(node)
    first = [text for text in own.addresses[:1] if text != training_address(node)]
    if NCCL_IFNAME not in node.job.env:
        return first
    setting = Setting(NCCL_IFNAME, node.job.env[NCCL_IFNAME], "")
    usable = [interface for interface in node.read(Interfaces).interfaces if interface.is_usable]
    return first + [
        interface.routable_addresses[0]
        for interface in selected_interfaces(setting, usable)
        if interface != own and not interface.is_local_only
    ]


def first_listed_address(node: NodeView) -> str:
    """What `hostname -I` prints first there: IPv4 before IPv6, no loopback; '' for nothing."""
    interfaces = [each for each in node.read(Interfaces).interfaces if not each.loopback]
    listed = [text.partition("/")[0] for each in interfaces for text in each.ipv4]
    listed += [text for each in interfaces for text in each.routable_addresses if ":" in text]
    return next(iter(listed), "")


@cached_per_view
def has_wrong_interface_setting(node: NodeView) -> bool:
    """Whether a variable leads training there to an interface that is down or leads to no peer."""
    if not (node.has(Interfaces) and node.has(Environment)):
        return False
    interfaces = node.read(Interfaces).interfaces
    usable = [interface for interface in interfaces if interface.is_usable]
    parts = [part for setting in interface_settings(node) for part in parts_of(setting)]
    return any(
        not _leading_selection(node, part, usable)
        or (part.name in node.job.env and leaves_loopback(part, interfaces))
        for part in parts
    )


def _leading_selection(
    node: NodeView, setting: Setting, interfaces: list[Interface]
) -> list[Interface]:
    """Those that the variable names and that lead to other nodes."""
    selected = selected_interfaces(setting, interfaces)
    return [interface for interface in selected if leads_to_peers(node, interface)]


def leads_to_peers(node: NodeView, interface: Interface) -> bool:
    """Whether other nodes are behind it, as far as the kernel's routes and their addresses show.

    Where no peer is routed to, any that leads out may do. A bridge for containers often has the
    same address on every machine: its network is no way from one to another.
    """
    if len(node.job.nodes) < 2:
        return True
    if interface.is_local_only:
        return False
    routed = routed_interfaces(node) if node.has(Names) else []
    return not routed or interface in routed or _shares_network(node, interface)


def _shares_network(node: NodeView, interface: Interface) -> bool:
    """Whether a peer has another address in a network of that interface's: a second fabric."""
    peers = [peer for peer in node.cluster.reached if peer is not node and peer.has(Interfaces)]
    theirs = (other for peer in peers for other in peer.read(Interfaces).interfaces)
    return any(
        interface.routable_networks & other.routable_networks
        and not {*interface.routable_addresses} & {*other.routable_addresses}
        for other in theirs
        if not other.is_local_only
    )


def master_address(cluster: ClusterView) -> str:
    """MASTER_ADDR: the head's training address. Raises FactError where it is not known."""
    return training_address(cluster.head)


@cached_per_view
def routed_interfaces(node: NodeView) -> list[Interface]:
    """The interfaces that lead to other nodes, the one to most of them first."""
    owners = map(node.read(Interfaces).interface_owning, _source_addresses(node))
    return list(dict.fromkeys(interface for interface in owners if interface is not None))


def routed_names(cluster: ClusterView) -> list[str]:
    """What the interface to the other nodes is called, on each node where that is known."""
    known = (node for node in cluster.reached if node.has(Interfaces) and node.has(Names))
    leading_out = (
        [interface.name for interface in routed_interfaces(node) if not interface.is_local_only]
        for node in known
    )
    return list(dict.fromkeys(names[0] for names in leading_out if names))


def network_env(node: NodeView) -> dict[str, str]:
    """The variables that hold every backend to the interface that was checked.

    Values of the job's own [env] stand. Raises FactError where the interface is not known.
    """
    name = training_interface(node).name
    names = (interface.name for interface in node.read(Interfaces).interfaces)
    is_prefix = any(other != name and other.startswith(name) for other in names)
    chosen = {NCCL_IFNAME: f"={name}" if is_prefix else name, GLOO_IFNAME: name}
    chosen |= transport_env(node)
    return {key: node.job.env.get(key, value) for key, value in chosen.items()}


@cached_per_view
def _source_addresses(node: NodeView) -> list[str]:
    """The local addresses used towards other nodes, the one towards most first; no loopback.

    Of two that lead to as many the one that has others on its own network: a VPN's has none.
    """
    peers = node.read(Names).peers
    others = [peer.source for name, peer in peers.items() if name != node.name]
    loopbacks = [interface for interface in node.read(Interfaces).interfaces if interface.loopback]
    local = {address for interface in loopbacks for address in interface.addresses}
    used = Counter(s for s in others if s and s not in local and not s.startswith("127."))
    near = _on_own_network(node) if len(used) > 1 else set()
    return sorted(used, key=lambda source: (-used[source], source not in near))


def _on_own_network(node: NodeView) -> set[str]:
    """The addresses of interfaces on whose networks other nodes' addresses are."""
    theirs = [
        ip_address(text)
        for name, peer in node.read(Names).peers.items()
        for text in peer.addresses
        if name != node.name
    ]
    return {
        address
        for interface in node.read(Interfaces).interfaces
        for network in map(ip_network, interface.routable_networks)
        for address in interface.addresses
        if any(peer in network for peer in theirs)
    }
