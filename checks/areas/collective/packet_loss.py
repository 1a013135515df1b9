"""Who loses packets where nothing else is under way: a fault of the way, and not a full queue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from checks.areas.collective.pairs import NEEDS, measured_pairs
from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.pairs import Pairs, SpeedTable
from checks.facts.view_cache import cached_per_view
from checks.folded_names import fold_names
from checks.knowledge.training_network import training_interface
from checks.model import Severity, Verdict, ok, skip, warn

LOST_LEAST, LOST_SHARE = 3, 0.01
"""Segments sent again, and their share of those that the round trips took: chance makes neither."""


@node_check("collective.no-node-loses-packets", *NEEDS, severity=Severity.WARN)
def no_node_loses_packets(node: NodeView) -> Verdict:
    """Small packets between the node and the others arrive the first time.

    A damaged cable, a failing transceiver or a faulty switch port loses some packets of every
    hundred. Each costs a fifth of a second in which all ranks wait; the speed of a stream falls to
    a fraction, and drivers often count nothing.

    Measured: In each pair of [bandwidth-is-alike](#collectivebandwidth-is-alike), 20 to 100 round
    trips of one byte before anything else is sent, and how many segments the kernel sent again
    meanwhile (`TCP_INFO`). A link that is only slow loses none of these. Three and one in 100 of
    all that the node exchanged are too many. The node that loses most is named if it does so with
    more than half of its peers, then the next by what is left; of two nodes nobody can say which.

    Fix:
        packets-lost: shows what the interface, its queues and the firewall count; try cable,
            transceiver and port.
    """
    node.read(Pairs)
    own = _Losses.of(node.name, measured_pairs(node.cluster))
    if not own.sent:
        return skip("no round trips could be made; see ports.ephemeral-ports-are-open")
    if node.name not in _lossy_nodes(node.cluster):
        said = f"{own.lost} of {own.sent} small packets of {node.name} were sent again"
        return ok(said, lost=own.lost)
    interface = training_interface(node).name
    peers = [name for name in node.job.names if name in own.lossy]
    message = (
        f"{own.lost / own.sent:.1%} of the packets between {node.name}'s {interface} and "
        f"{fold_names(peers)} are lost, with nothing else under way ({own.lost} of {own.sent} were "
        "sent again)"
    )
    command = f"ip -s -s link show {interface}; tc -s qdisc show dev {interface}; nft list ruleset"
    note = "shows what is lost where; try another cable, transceiver and switch port"
    fix = node.fix(command, note, root=True)
    return warn("packets-lost", message, fix, lost=own.lost, packets=own.sent, nodes=peers)


@dataclass(frozen=True)
class _Losses:
    """What one node exchanged with the others; `lossy` are those with whom it lost some."""

    sent: int
    lost: int
    peers: frozenset[str]
    lossy: frozenset[str]

    @classmethod
    def of(cls, name: str, measured: SpeedTable) -> _Losses:
        """Of the pairs in which the node is, as sender or receiver."""
        own = {pair: speed for pair, speed in measured.items() if name in pair}
        bad = [pair for pair, speed in own.items() if speed.sent_again]
        return cls(
            sum(2 * speed.round_trips for speed in own.values()),
            sum(speed.sent_again for speed in own.values()),
            frozenset(end for pair in own for end in pair) - {name},
            frozenset(end for pair in bad for end in pair) - {name},
        )

    @property
    def is_lossy(self) -> bool:
        """Whether that is more than chance, and with most of them."""
        many = self.lost >= max(LOST_LEAST, LOST_SHARE * self.sent)
        return many and 2 * len(self.lossy) > len(self.peers)


@cached_per_view
def _lossy_nodes(cluster: ClusterView) -> Collection[str]:
    """The nodes at fault, the worst first: what it explains speaks against nobody else."""
    left, found = dict(measured_pairs(cluster)), list[str]()
    names = {end for pair in left for end in pair}
    while left:
        losses = {name: _Losses.of(name, left) for name in names}
        worst = max(losses, key=lambda name: losses[name].lost)
        if not losses[worst].is_lossy:
            break
        found.append(worst)
        left = {pair: speed for pair, speed in left.items() if worst not in pair}
    return sorted(names) if found and len(names) == 2 else found
