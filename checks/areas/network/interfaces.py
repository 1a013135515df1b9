"""The interface that training uses on each node, against its peers'."""

from __future__ import annotations

import ipaddress
import re
import statistics

from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import Names
from checks.facts.ports import PortSettings
from checks.facts.surroundings import Surroundings
from checks.facts.view_cache import cached_per_view
from checks.knowledge.diverted_routes import find_diverted_route
from checks.knowledge.ephemeral_ports import is_range_used_up
from checks.knowledge.training_network import (
    has_wrong_interface_setting,
    training_address,
    training_interface,
)
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value

SLOW_RATIO = 0.6
TUNNEL_NAME = re.compile(
    r"(tailscale|wg|tun|tap|ppp|ipsec|vti|xfrm|gre|sit|zt|nebula|docker|br-[0-9a-f]{12}|cni"
    r"|flannel|cali|vxlan|geneve|weave|cilium)(?![a-z])"
)
"""What VPNs and container networks call theirs, before a number or the name's end."""


@node_check("network.training-interface-is-up", Interfaces, Names, Environment)
def training_interface_is_up(node: NodeView) -> Verdict:
    """Every node has an interface that is up and leads to the other nodes.

    Loopback and the bridges of docker and libvirt have addresses too, the same on every machine:
    other ranks never reach a rank that advertises one of them.

    Measured: Interfaces, addresses and the kernel's route to each other node.

    Fix:
        no-interface: shows addresses and routes; bring up the interface that joins the nodes.
    """
    interface = training_interface(node)
    if len(node.job.nodes) > 1 and interface.is_local_only:
        message = (
            f"{node.name} would train over {interface.name} ({_describe_addresses(interface)}), "
            f"which leads to no other node; {_describe_other_interfaces(node)}"
        )
        fix = node.fix("ip -br address; ip route", "bring up the interface that joins the nodes")
        return block("no-interface", message, fix, interface=interface.name)
    speed = f", {interface.speed_mbps} Mb/s" if interface.speed_mbps else ""
    return ok(
        f"{node.name} trains over {interface.name}, {training_address(node)}, "
        f"MTU {interface.mtu}{speed}",
        interface=interface.name,
        address=training_address(node),
    )


@node_check("network.mtu-is-equal", Interfaces, Names, Environment, severity=Severity.WARN)
def mtu_is_equal(node: NodeView) -> Verdict:
    """The training interface has the same MTU on every node.

    With different MTUs small messages pass and large ones are lost where a switch or firewall does
    not report it: the run hangs in its first large all-reduce, with no line in any log.

    Measured: Each node against most nodes; of two that differ, against the head. Tunnels of a
    VPN or a container network are compared with tunnels alone.

    Fix:
        mtu-differs: sets it until the next boot; write it into the interface's configuration too;
            shows a tunnel.
    """
    own = training_interface(node)
    mtus = {
        name: interface.mtu
        for name, interface in training_interfaces(node.cluster).items()
        if is_tunnel(interface) == is_tunnel(own)
    }
    usual = majority_value(mtus, node.job.head)
    if own.mtu == usual:
        return ok(f"MTU {own.mtu} on {node.name}'s {own.name}")
    count = sum(mtu == usual for mtu in mtus.values())
    message = (
        f"{own.name} of {node.name} has MTU {own.mtu}; "
        f"{count} of {len(mtus)} nodes have {usual} on theirs"
    )
    note = "until the next boot; write it into the interface's configuration too"
    fix = node.fix(f"ip link set dev {own.name} mtu {usual}", note, root=True)
    if is_tunnel(own):
        note = "set it in what makes the tunnel, on all ends"
        fix = node.fix(f"ip -d link show {own.name}", note)
    return warn("mtu-differs", message, fix, mtu=own.mtu, usual=usual, interface=own.name)


@node_check("network.speed-is-equal", Interfaces, Names, Environment, severity=Severity.WARN)
def speed_is_equal(node: NodeView) -> Verdict:
    """The training interface of no node is slower than the others'.

    Every step waits for the slowest link. A cable or port that came up at 1 Gb/s among 25, or at
    half duplex, costs the whole cluster.

    Measured: The speed that the driver reports, against the median of all nodes; below 0.6 of it is
    slow.

    Fix:
        slow-link: shows speed and link partner; try cable and port.
        half-duplex: makes both ends negotiate again; the switch port must do so as well.
    """
    own = training_interface(node)
    if own.duplex == "half":
        message = f"{own.name} of {node.name} runs at half duplex; expected full"
        fix = node.fix(f"ethtool -s {own.name} autoneg on", "on the switch port too", root=True)
        return warn("half-duplex", message, fix, interface=own.name)
    interfaces = training_interfaces(node.cluster)
    speeds = {
        name: interface.speed_mbps for name, interface in interfaces.items() if interface.speed_mbps
    }
    if own.speed_mbps is None or len(speeds) < 2:
        return skip(f"the driver of {own.name} on {node.name} does not report its speed")
    usual = statistics.median_high(speeds.values())
    if own.speed_mbps >= SLOW_RATIO * usual:
        return ok(f"{own.speed_mbps} Mb/s on {node.name}'s {own.name}")
    message = (
        f"{own.name} of {node.name} runs at {own.speed_mbps} Mb/s; the median of all nodes is "
        f"{usual} Mb/s"
    )
    fix = node.fix(
        f"ethtool {own.name}", "compare speed and link partner; try another cable and port"
    )
    return warn("slow-link", message, fix, mbps=own.speed_mbps, usual=usual)


@node_check(
    "network.one-network",
    *(Interfaces, Names, Environment),
    severity=Severity.WARN,
    optional=(Firewall, PortSettings, Surroundings),
)
def one_network(node: NodeView) -> Verdict:
    """Every node reaches all others through its training interface.

    Where some peers are behind another interface than the training interface, their packets take a
    detour, or nobody answers: reverse-path filters drop what comes in elsewhere.

    Measured: The kernel's route to each other node.

    Fix:
        other-interface: a route through the training interface, where the peer is on its network;
            else shows the way taken.
        no-route: shows the way that is missing, or takes away the route that refuses them.
    """
    own, peers = training_interface(node), node.read(Names).peers
    strays = misrouted_by_name(node)
    if strays:
        names = ", ".join(strays)
        through = ", ".join(dict.fromkeys(interface.name for interface in strays.values()))
        message = f"{node.name} trains over {own.name} but reaches {names} through {through}"
        peer = peers[next(iter(strays))].addresses[0]
        fix = training_route_fix(node, peer)
        return warn("other-interface", message, fix, through=through, nodes=list(strays))
    others = (name for name, peer in peers.items() if name != node.name and peer.addresses)
    return _judge_unrouted(node, own, [name for name in others if not peers[name].source])


def misrouted_by_name(node: NodeView) -> dict[str, Interface]:
    """The peers whose names lead through another interface than the one that is trained over."""
    own, interfaces = training_interface(node), node.read(Interfaces)
    routed = {}
    for name, peer in node.read(Names).peers.items():
        through = (
            interfaces.interface_owning(peer.source) if peer.source and name != node.name else None
        )
        if through and not through.loopback and not is_same_link(through, own):
            routed[name] = through
    return {
        name: interface
        for name, interface in routed.items()
        if not _shares_network(own, node.cluster[name])
    }


def _shares_network(own: Interface, peer: NodeView) -> bool:
    """Whether the peer's training interface is on a network of this one's, or meant to be."""
    if has_wrong_interface_setting(peer):
        return True
    is_known = all(map(peer.has, (Interfaces, Names, Environment)))
    return is_known and bool(own.routable_networks & training_interface(peer).routable_networks)


def training_route_fix(node: NodeView, address: str) -> Fix:
    """Leads that address out through the training interface, where that is on its network."""
    own, where = training_interface(node), ipaddress.ip_address(address)
    if not any(where in ipaddress.ip_network(network) for network in own.routable_networks):
        return node.fix(f"ip route get {address}", f"send it out through {own.name}")
    six = "-6 " if where.version == 6 else ""
    target = f"{address}/{where.max_prefixlen}"
    note = "until the next boot; remove the wrong route from the configuration"
    return node.fix(f"ip {six}route replace {target} dev {own.name}", note, root=True)


def _judge_unrouted(node: NodeView, own: Interface, names: list[str]) -> Verdict:
    if not names:
        return ok(f"{node.name} reaches all others through {own.name}")
    if is_range_used_up(node):
        return skip("no port is left to call from; see ports.ephemeral-range-is-wide-enough")
    message = f"{node.name} has no route to {', '.join(names)}"
    address = node.read(Names).peers[names[0]].addresses[0]
    ends = (next(iter(own.routable_addresses), ""), address)
    if all(ends) and find_diverted_route(node, node.cluster[names[0]], *ends):
        return skip("see ssh.every-node-logs-in-to-every-node")
    if refusing := node.read(Firewall).refusing(address) if node.has(Firewall) else "":
        message = f"{node.name} has a route that refuses {refusing}, and so {', '.join(names)}"
        fix = node.fix(f"ip route del {refusing}", "this route refuses the address", root=True)
        return warn("no-route", message, fix, nodes=names)
    fix = node.fix(f"ip route get {address}", "add the missing route or gateway")
    return warn("no-route", message, fix, nodes=names)


def is_tunnel(interface: Interface) -> bool:
    """Whether a VPN's or a container network's, which takes bytes of each packet for itself."""
    return interface.kind == "tun" or bool(TUNNEL_NAME.match(interface.name))


def is_same_link(interface: Interface, other: Interface) -> bool:
    """Whether they are one link: the same, or one the master of the other."""
    return (
        interface.name == other.name
        or interface.master == other.name
        or other.master == interface.name
    )


@cached_per_view
def training_interfaces(cluster: ClusterView) -> dict[str, Interface]:
    """Of every node that answered about all that decides it."""
    return {
        node.name: training_interface(node)
        for node in cluster.nodes_with(Interfaces, Names, Environment)
        if node.read(Interfaces).interfaces
    }


def _describe_addresses(interface: Interface) -> str:
    return ", ".join(interface.addresses) or "no address"


def _describe_other_interfaces(node: NodeView) -> str:
    """The other interfaces of the node, for the message."""
    others = [interface for interface in node.read(Interfaces).interfaces if not interface.loopback]
    listed = [
        f"{interface.name} is {'up' if interface.up else 'down'}, {_describe_addresses(interface)}"
        for interface in others[:4]
    ]
    return "; ".join(listed) or "it has no other interface"
