"""Packet filters that let single connections through, and not as many as ranks open at once."""

from __future__ import annotations

from collections.abc import Iterator

from checks.facts import NodeView
from checks.facts.names import Names
from checks.facts.ports import PortSettings
from checks.facts.rendezvous import Rendezvous, RendezvousRank
from checks.knowledge.firewalls.culprit import Culprit, find_culprit
from checks.knowledge.firewalls.opening import opening_fix, smallest_networks
from checks.knowledge.firewalls.ruleset import Packet
from checks.knowledge.training_network import training_address
from checks.model import Fix, Verdict, block

CAUSE = "connections-limited"
PortSpan = tuple[int, int]


def limiting_filter(source: NodeView, target: NodeView, port: int) -> Culprit | None:
    """The rule that may stop some of several connections, of which it lets single ones through."""
    here, there = training_address(source), training_address(target)
    packet = Packet(here, there, None, port, inbound=True)
    found = find_culprit(source, target, packet, "drop")
    return found if found and not found.stops[0].certain else None


def unlimited_fix(by: Culprit, span: PortSpan) -> Fix:
    """Lets the nodes' connections to these ports through that filter, however many they are."""
    nodes = by.node.cluster.nodes_with(Names)
    return opening_fix(by, smallest_networks([training_address(node) for node in nodes]), span)


def judge_limited_meeting(
    node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank
) -> Verdict | None:
    """Of ranks that only waited for others: the filter of that node, or the head's, that counts.

    Single calls came through, or the checks of ports would have the finding.
    """
    if not (found := _limit_in_the_way(node, rendezvous, rank)):
        return None
    target, span, by = found
    message = (
        f"the {rendezvous.world} ranks do not all get through to {target.name} "
        f"(stage {rank.said.stage!r}), by {by}; single connections do"
    )
    return block(CAUSE, message, unlimited_fix(by, span), filter=str(by))


def limiting_node(node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank) -> str:
    """The name of the node whose filter may have kept the rank of `node` waiting; empty for none.

    Which ranks such a filter lets in, and so which node seems to be the cause, is chance.
    """
    found = _limit_in_the_way(node, rendezvous, rank)
    return found[2].node.name if found else ""


def _limit_in_the_way(
    node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank
) -> tuple[NodeView, PortSpan, Culprit] | None:
    """Target and ports of the first way on which a filter counts, and the filter."""
    if not rank.waited:
        return None
    for source, target, span in _ways(node, rendezvous, rank):
        if by := limiting_filter(source, target, span[0]):
            return target, span, by
    return None


def _ways(
    node: NodeView, rendezvous: Rendezvous, rank: RendezvousRank
) -> Iterator[tuple[NodeView, NodeView, PortSpan]]:
    """Source, target and ports of the calls that the rank, or others in vain, may have made."""
    peers = [peer for peer in node.cluster.nodes_with(Names, PortSettings) if peer is not node]
    store = rendezvous.port, rendezvous.port
    for peer in peers:
        for source, target in ((peer, node), (node, peer)):
            if rank.said.stage != "store":
                settings = target.read(PortSettings)
                yield source, target, (settings.low, settings.high)
            elif target.is_head:
                yield source, target, store
