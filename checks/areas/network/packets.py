"""Whether packets of full size arrive, and if not, whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ports import DialResults, Listeners, LostPackets
from checks.facts.view_cache import cached_per_view
from checks.folded_names import fold_names
from checks.knowledge.firewalls.culprit import Culprit, find_rule_about
from checks.knowledge.firewalls.opening import passing_fix, smallest_networks
from checks.knowledge.firewalls.ruleset import DATA, Packet
from checks.knowledge.training_network import has_wrong_interface_setting, training_interface
from checks.model import Fix, Verdict, block, ok, skip
from checks.outliers.pair_matrix import Pair

SMALL = 100
"""Bytes of a packet that arrives: the nodes told one another so much on the same connection."""
LostByPair = dict[Pair, LostPackets]
"""By sender and receiver."""


@node_check(
    "network.full-size-packets-arrive",
    DialResults,
    Interfaces,
    Names,
    Environment,
    optional=(Firewall, Listeners),
)
def full_size_packets_arrive(node: NodeView) -> Verdict:
    """Packets as large as the interface allows arrive at the other nodes.

    Where a switch port, bridge or tunnel on the path accepts less and does not report it, logins
    and small messages work, and the first large all-reduce hangs forever with no line in any log.

    Measured: Every node sends two TCP packets of full size to every other one, on the training
    address, and each says when they are in. What did not arrive is sent a second time, with a
    longer time-out, when the network is quiet; then smaller sizes show what the path accepts.
    Neither ICMP nor UDP, which firewalls often drop, is needed. A node is named where packets are
    lost with more than half of its peers; a loss in one direction only is reported for its sender,
    or for the node whose packet filter has a rule that stops large packets and no small ones.

    Fix:
        vanish: lets the nodes' packets pass that rule, where there is one. Where all nodes lose
            them, sets the interface to what arrives, until the next boot.
            Where one node loses them, its switch port, bridge or tunnel must accept more: a jumbo
            frame port left at 1500, a VXLAN or VPN that takes bytes of its own.
    """
    if len(node.job.nodes) == 1:
        return skip("a single node sends nothing")
    lost = _lost_packets(node.cluster)
    named = _accused_nodes(node.cluster)
    if node.name in named:
        own = {pair: loss for pair, loss in lost.items() if node.name in pair}
        return _judge_vanishing(
            node, own, everywhere=len(named) == len(_dialling_nodes(node.cluster))
        )
    own = {
        pair: loss
        for pair, loss in lost.items()
        if not {*pair} & {*named} and node.name == _blamed_end(node.cluster, pair, loss)
    }
    if own:
        return _judge_vanishing(node, own, everywhere=False)
    sizes = [size for passed in node.read(DialResults).whole.values() for size in passed]
    if not sizes:
        return skip("nothing could be sent; see ports.ephemeral-ports-are-open")
    return ok(f"packets of {max(sizes)} bytes from {node.name} arrive", bytes=max(sizes))


def _dialling_nodes(cluster: ClusterView) -> list[NodeView]:
    return cluster.nodes_with(DialResults)


@cached_per_view
def _lost_packets(cluster: ClusterView) -> LostByPair:
    """Of every ordered pair whose full packets vanished, one that did."""
    return {
        (node.name, loss.target): loss
        for node in _dialling_nodes(cluster)
        if not has_wrong_interface_setting(node)
        for loss in node.read(DialResults).lost
    }


@cached_per_view
def _accused_nodes(cluster: ClusterView) -> list[str]:
    """The nodes that lose packets with more than half of those with whom any were exchanged."""
    lost = _lost_packets(cluster)
    arrived = [
        (node.name, to) for node in _dialling_nodes(cluster) for to in node.read(DialResults).whole
    ]
    tried, failed = _peers_by_node([*arrived, *lost]), _peers_by_node(lost)
    return [name for name, peers in failed.items() if 2 * len(peers) > len(tried[name])]


def _peers_by_node(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Who meets whom, in either direction."""
    peers: dict[str, set[str]] = {}
    for source, target in pairs:
        peers.setdefault(source, set()).add(target)
        peers.setdefault(target, set()).add(source)
    return peers


def _judge_vanishing(node: NodeView, lost: LostByPair, *, everywhere: bool) -> Verdict:
    """For a node that stands out, for all where none does, or for the sender of one direction."""
    interface = training_interface(node).name
    packet = max(loss.packet for loss in lost.values())
    passing = max(loss.passing for loss in lost.values())
    peers = [name for name in node.job.names if name in _peers_by_node(lost)[node.name]]
    arrive = f"those of {passing} arrive" if passing else "no smaller size arrived"
    message = (
        f"packets of {packet} bytes between {node.name}'s {interface} and {fold_names(peers)} "
        f"vanish silently; {arrive}"
    )
    evidence = {"bytes": packet, "passing": passing, "nodes": peers}
    rules = [rule for pair, loss in lost.items() if (rule := _size_rule(node.cluster, pair, loss))]
    own = [rule for rule in rules if rule.node.name == node.name] or rules
    if own:
        culprits = [rule for rule in own if rule.node.name == own[0].node.name]
        networks = smallest_networks(_training_addresses(node.cluster))
        fix = passing_fix(culprits, networks)
        return block("vanish", f"{message}; by {own[0]}", fix, **evidence, filter=str(own[0]))
    fix = _packet_size_fix(node, packet, passing, everywhere=everywhere)
    return block("vanish", message, fix, **evidence)


def _blamed_end(cluster: ClusterView, pair: Pair, loss: LostPackets) -> str:
    """The node whose rule stops them; else the sender."""
    rule = _size_rule(cluster, pair, loss)
    return rule.node.name if rule else pair[0]


def _size_rule(cluster: ClusterView, pair: Pair, loss: LostPackets) -> Culprit | None:
    """The rule of either end that stops packets of that size, and no small ones."""
    source, target = (cluster[name] for name in pair)
    if not (source.has(Listeners) and target.has(Listeners)):
        return None
    here = source.read(Listeners).address
    packet = Packet(here, loss.address, None, None, inbound=True, state="established")
    large = replace(packet, dscp=0, length=loss.packet, flags=DATA)
    return find_rule_about(source, target, large, replace(large, length=SMALL))


def _training_addresses(cluster: ClusterView) -> list[str]:
    return [node.read(Listeners).address for node in cluster.nodes_with(Listeners)]


def _packet_size_fix(node: NodeView, packet: int, passing: int, *, everywhere: bool) -> Fix:
    interface = training_interface(node).name
    if everywhere and passing:
        note = f"until the next boot; or raise the MTU of what lies between the nodes to {packet}"
        return node.fix(f"ip link set dev {interface} mtu {passing}", note, root=True)
    less = f", or set the interfaces of all nodes to MTU {passing}" if passing else ""
    raised = f"raise the MTU of the switch port, bridge or tunnel of {node.name} to {packet}"
    return Fix(on=node.name, note=raised + less)
