"""Who loses packets where nothing else is under way: a fault of the way, and not a full queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ports import DialResults, Listeners, SmallPackets
from checks.facts.traffic_control import Shaper, TrafficControl
from checks.facts.view_cache import cached_per_view
from checks.folded_names import fold_names
from checks.knowledge.firewalls.culprit import Culprit, find_losing_rule
from checks.knowledge.firewalls.opening import passing_fix, smallest_networks
from checks.knowledge.firewalls.ruleset import Packet
from checks.knowledge.traffic_control import losing_shaper, removing_fix
from checks.knowledge.training_network import has_wrong_interface_setting, training_interface
from checks.model import Fix, Severity, Verdict, ok, skip, warn
from checks.outliers.pair_matrix import Pair

LOST_LEAST, LOST_SHARE = 3, 0.01
"""Packets lost of those that a node sent to another, and their share: chance makes neither."""
ENOUGH = 100
"""Packets none of which was lost that speak for a way."""
Losses = Mapping[Pair, SmallPackets]
"""By sender and receiver."""


LOSS_CHECK = "collective.no-node-loses-packets"


@node_check(
    LOSS_CHECK,
    DialResults,
    Interfaces,
    Names,
    Environment,
    severity=Severity.WARN,
    optional=(Firewall, Listeners, TrafficControl),
)
def no_node_loses_packets(node: NodeView) -> Verdict:
    """Small packets between the node and the others arrive the first time.

    A damaged cable, a failing transceiver or a faulty switch port loses some packets of every
    hundred; so does a rule of a filter that was left from a test. Each may cost a fifth of a second
    in which all ranks wait; the speed of a stream falls to a fraction, and drivers often count
    nothing.

    Measured: Each node sends up to 300 small packets to every other one on one connection, fewer
    where there are many nodes, and the kernel counts how many it sent and how many arrived
    (`TCP_INFO`): both what was lost on the way and what the node itself dropped. Packets that
    arrived twice were not lost. Where any was lost, 1000 are sent with nothing else under way, two
    nodes at a time, and those count: 3 and one in 100 are too many. One direction is told from the
    other. A node is named if it loses packets with more than half of its peers, the worst first:
    what it explains speaks against nobody else. Of two nodes, and of a single pair, nobody can say
    which; then the sender is named, unless a filter of either shows a rule that drops at random or
    above a rate: its node is named.

    Fix:
        packets-lost: lets the nodes' packets pass the rule, where there is one, or removes what
            traffic control was told to lose (netem, police); else shows what the interface, its
            queues and the firewall count; try cable, transceiver and port.
    """
    sent, lost = _counts_by_node(node.cluster).get(node.name, (0, 0))
    if not sent:
        return skip("no packets could be counted; see ports.ephemeral-ports-are-open")
    lossy = _blamed(node.cluster).get(node.name)
    if not lossy:
        return ok(f"{lost} of {sent} small packets of {node.name} were lost", lost=lost)
    rule = _losing_rule(node.cluster, lossy)
    message = f"{_describe_losses(node, lossy)}, with nothing else under way"
    evidence = {
        "lost": sum(packets.lost for packets in lossy.values()),
        "packets": sum(packets.sent for packets in lossy.values()),
        "nodes": [name for name in node.job.names if name in _ends(lossy) - {node.name}],
    }
    if not rule and (shaped := _losing_shaper(node.cluster, lossy)):
        owner, shaper = shaped
        message += f", by {owner.name}'s {shaper}"
        return warn("packets-lost", message, removing_fix(owner, shaper), **evidence)
    if not rule:
        return warn("packets-lost", message, _search_fix(node), **evidence)
    networks = smallest_networks(_addresses(node.cluster))
    message += f", by {rule}"
    return warn(
        "packets-lost", message, passing_fix([rule], networks), **evidence, filter=str(rule)
    )


@cached_per_view
def _measured_losses(cluster: ClusterView) -> Losses:
    return {
        (node.name, target): packets
        for node in cluster.nodes_with(DialResults)
        if not has_wrong_interface_setting(node)
        for target, packets in node.read(DialResults).small.items()
    }


@cached_per_view
def _counts_by_node(cluster: ClusterView) -> Mapping[str, tuple[int, int]]:
    """How many packets each node sent or was sent, and how many of them were lost."""
    counts: dict[str, tuple[int, int]] = {}
    for pair, packets in _measured_losses(cluster).items():
        for name in {*pair}:
            sent, lost = counts.get(name, (0, 0))
            counts[name] = sent + packets.sent, lost + packets.lost
    return counts


@cached_per_view
def lossy_ways(cluster: ClusterView) -> frozenset[Pair]:
    """The pairs that lose packets, and those that get their answers on such a way."""
    lossy = [pair for pair, packets in _measured_losses(cluster).items() if _is_lossy(packets)]
    return frozenset(way for pair in lossy for way in (pair, pair[::-1]))


def _is_lossy(packets: SmallPackets) -> bool:
    return packets.lost >= max(LOST_LEAST, LOST_SHARE * packets.sent)


def _ends(pairs: Iterable[Pair]) -> set[str]:
    return {name for pair in pairs for name in pair}


@cached_per_view
def _blamed(cluster: ClusterView) -> Mapping[str, Losses]:
    """The lossy ways of each node that is named for them."""
    measured = _measured_losses(cluster)
    left = {pair: packets for pair, packets in measured.items() if _is_lossy(packets)}
    clean = [p for p, packets in measured.items() if p not in left and packets.sent >= ENOUGH]
    names = sorted(_ends(measured))
    found: dict[str, dict[Pair, SmallPackets]] = {}
    while left and len(names) > 2:
        own = {name: {pair: left[pair] for pair in left if name in pair} for name in names}
        worst = max(names, key=lambda name: _weight(own[name]))
        tried = _ends(pair for pair in (*left, *clean) if worst in pair) - {worst}
        if len(tried) < 2 or 2 * len(_ends(own[worst]) - {worst}) <= len(tried):
            break
        found[worst] = own[worst]
        left = {pair: packets for pair, packets in left.items() if worst not in pair}
    for pair, packets in left.items():
        rule = _losing_rule(cluster, {pair: packets})
        shaped = _losing_shaper(cluster, {pair: packets})
        for name in [rule.node.name] if rule else [shaped[0].name] if shaped else pair[:1]:
            found.setdefault(name, {})[pair] = packets
    return found


def _weight(losses: Losses) -> tuple[int, float]:
    """With how many others, then how much: who loses more is more likely to be the cause."""
    shares = (packets.lost / packets.sent for packets in losses.values())
    return len(_ends(losses)), sum(shares)


def _losing_rule(cluster: ClusterView, losses: Losses) -> Culprit | None:
    """The rule on either end that drops some of those packets, as far as their filters show."""
    for source, target in losses:
        ends = cluster[source], cluster[target]
        if all(end.has(Listeners) for end in ends):
            here, there = (end.read(Listeners).address for end in ends)
            packet = Packet(here, there, None, None, inbound=True, state="established")
            if rule := find_losing_rule(*ends, packet):
                return rule
    return None


def _losing_shaper(cluster: ClusterView, losses: Losses) -> tuple[NodeView, Shaper] | None:
    """What drops on one of these ways, by traffic control of its sender or its receiver."""
    for pair in losses:
        for end, name in enumerate(pair):
            if shaper := losing_shaper(cluster[name], inbound=bool(end)):
                return cluster[name], shaper
    return None


def _addresses(cluster: ClusterView) -> list[str]:
    return [node.read(Listeners).address for node in cluster.nodes_with(Listeners)]


def _describe_losses(node: NodeView, losses: Losses) -> str:
    """For example: 12.4% of the packets from node3's eth0 to node[1-2] are lost (124 of 1000)."""
    interface = f"{node.name}'s {training_interface(node).name}"
    ways = {pair.index(node.name) for pair in losses}
    peers = fold_names([name for name in node.job.names if name in _ends(losses) - {node.name}])
    way = f"between {interface} and {peers}"
    if ways == {0}:
        way = f"from {interface} to {peers}"
    elif ways == {1}:
        way = f"from {peers} to {interface}"
    sent = sum(packets.sent for packets in losses.values())
    lost = sum(packets.lost for packets in losses.values())
    return f"{lost / sent:.1%} of the packets {way} are lost ({lost} of {sent})"


def _search_fix(node: NodeView) -> Fix:
    name = training_interface(node).name
    command = f"ip -s -s link show {name}; tc -s qdisc show dev {name}; nft list ruleset"
    note = "shows what is lost where; try another cable, transceiver and switch port"
    return node.fix(command, note, root=True)
