"""Addresses on the training network: each on one node alone, with one netmask on all."""

from __future__ import annotations

import ipaddress
import itertools

from checks.areas.network.interfaces import training_interfaces
from checks.check import cluster_check, node_check
from checks.facts import ClusterView, NodeView
from checks.facts.account import Account
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import Names
from checks.facts.view_cache import cached_per_view
from checks.knowledge.training_network import training_address, training_interface
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value


@cluster_check(
    "network.addresses-are-unique", Interfaces, Names, Environment, Account, severity=Severity.WARN
)
def addresses_are_unique(cluster: ClusterView) -> Verdict:
    """No two nodes have the same IP or hardware address on the training network.

    Machines cloned with their network configuration answer for each other: connections reach
    sometimes one and sometimes the other, and break midway.

    Measured: Addresses of all training interfaces. Hardware addresses are compared between
    machines, not between containers of one.

    Fix:
        address-twice: takes the address off the second node.
        hardware-address-twice: each machine needs its own, in the hypervisor.
    """
    interfaces = training_interfaces(cluster)
    if not interfaces:
        return skip("no node reported the interface that training uses")
    pairs = itertools.combinations(interfaces, 2)
    for first, second in pairs:
        shared = _shared_address(
            cluster[first], interfaces[first], cluster[second], interfaces[second]
        )
        if shared:
            return _judge_shared_address(cluster, (first, second), shared)
    return ok(f"{len(interfaces)} nodes, no address is used twice")


def _shared_address(node: NodeView, here: Interface, other: NodeView, there: Interface) -> str:
    """An address that both have, `10.0.0.9` or `02:00:…`; '' where there is none.

    Containers of one machine may share its hardware address (ipvlan), and one machine that is in
    the hosts file twice is reported by names.machines-are-distinct.
    """
    if here == there:
        return ""
    both = [text for text in here.routable_addresses if text in there.routable_addresses]
    distinct = node.read(Account).boot_id != other.read(Account).boot_id
    cloned = (
        distinct
        and bool(here.routable_networks & there.routable_networks)
        and here.mac == there.mac
    )
    return next(iter(both), here.mac.strip("0:") and here.mac if cloned else "")


def _judge_shared_address(cluster: ClusterView, names: tuple[str, str], shared: str) -> Verdict:
    node = cluster[names[1]]
    name = training_interface(node).name
    message = f"{' and '.join(names)} both have {shared} on the training network"
    evidence = {"address": shared, "nodes": list(names)}
    if shared == training_interface(node).mac:
        note = "give each machine a hardware address of its own, in the hypervisor"
        fix = node.fix(f"ip link show {name}", note)
        return warn("hardware-address-twice", message, fix, **evidence)
    prefixed = (*training_interface(node).ipv4, *training_interface(node).ipv6)
    full = next(text for text in prefixed if text.partition("/")[0] == shared)
    fix = node.fix(f"ip address del {full} dev {name}", "unless it belongs there", root=True)
    return warn("address-twice", message, fix, **evidence)


@node_check("network.netmask-is-equal", Interfaces, Names, Environment, severity=Severity.WARN)
def netmask_is_equal(node: NodeView) -> Verdict:
    """Nodes of one network have the same netmask.

    With a different netmask a node reaches some peers only through the gateway, or not at all,
    while they answer it directly; gateways are slow, and firewalls drop half a conversation.

    Measured: The prefix of the training address, against most nodes whose networks overlap with it;
    of two that differ, against the head. IPv4 only.

    Fix:
        netmask-differs: gives the address the others' netmask, until the next boot.
    """
    networks = _training_networks(node.cluster)
    own = networks.get(node.name)
    if own is None:
        return skip(f"{node.name} does not train over IPv4")
    near = {
        name: address for name, address in networks.items() if address.network.overlaps(own.network)
    }
    usual = majority_value(
        {name: address.network.prefixlen for name, address in near.items()}, node.job.head
    )
    if own.network.prefixlen == usual:
        return ok(f"{own}, as on {len(near)} nodes of that network")
    name = training_interface(node).name
    if within := _own_link_around(node, own, usual):
        return skip(f"{own} of {name} is a part of {within}'s network, which is as on the others")
    right = f"{own.ip}/{usual}"
    message = f"{name} of {node.name} is {own}, and its network has /{usual} on {node.most_nodes}"
    fix = node.fix(
        f"ip address add {right} brd + dev {name} && ip address del {own} dev {name}",
        "until the next boot; write it into the interface's configuration too",
        root=True,
    )
    return warn("netmask-differs", message, fix, prefix=own.network.prefixlen, usual=usual)


def _own_link_around(node: NodeView, own: ipaddress.IPv4Interface, usual: int) -> str:
    """Another interface of the node on the others' network: a container's bridge that has a part of
    it takes those addresses away, and is no card with a wrong netmask; '' for none."""
    whole = own.network.supernet(new_prefix=usual) if usual < own.network.prefixlen else None
    links = node.read(Interfaces).interfaces if whole else ()
    return next((link.name for link in links if str(whole) in link.routable_networks), "")


@cached_per_view
def _training_networks(cluster: ClusterView) -> dict[str, ipaddress.IPv4Interface]:
    """Of every node that trains over IPv4, its training address with its prefix."""
    return {
        name: ipaddress.IPv4Interface(text)
        for name, interface in training_interfaces(cluster).items()
        for text in interface.ipv4
        if text.partition("/")[0] == training_address(cluster[name])
    }
