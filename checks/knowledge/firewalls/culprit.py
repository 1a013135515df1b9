"""Which node's filter stops a connection that was seen to fail, and what it calls the rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checks.errors import FactError
from checks.facts import NodeView
from checks.facts.firewall import Firewall
from checks.knowledge.firewalls import iptables, nftables
from checks.knowledge.firewalls.ruleset import TRANSLATED, Chain, Packet, Stop, packet_stops
from checks.quick_dataclass import dataclass

LOSING_MARKS = ("numgen random", "limit rate over", "-m statistic", "-m hashlimit")
"""In the text of a rule that stops some packets and not others like them."""


@dataclass(frozen=True)
class Culprit:
    """The filter of `node` that stops `packet`; all `stops` are base chains of that node.

    `kind` is what people manage it with: ufw, firewalld, nftables or iptables. `stops` is empty
    where the rules may not be read, and only the manager is known to be active.
    """

    node: NodeView
    kind: str
    packet: Packet
    stops: tuple[Stop, ...] = ()

    @property
    def translated(self) -> str:
        """What it makes of the packet where it changes an end of it; '' where it stops it."""
        return next((TRANSLATED.get(stop.action, "") for stop in self.stops[:1]), "")

    def __str__(self) -> str:
        """For example: nftables on node1 (chain inet filter input: policy drop)."""
        if not self.stops:
            return f"{self.kind} on {self.node.name} (its rules need root to be read)"
        stop = self.stops[0]
        base = stop.base
        place = f"{base.family} {base.table}" if base.tool == "nft" else f"table {base.table}"
        may = "" if stop.certain else "perhaps "
        return f"{self.kind} on {self.node.name} ({may}{place} chain {stop.trail[-1]}: {stop.rule})"


def find_culprit(
    source: NodeView, target: NodeView, packet: Packet, observed: str
) -> Culprit | None:
    """Whose rule stops `packet` from source to target, or its answer, as far as their rules show.

    `observed` is `drop` or `reject`. A rule that does just that, or that leads the packet where
    nobody may answer, and whose conditions are all known, goes before the others.
    """
    candidates = [
        (node, filtered, stop)
        for node, filtered in _filter_points(source, target, packet)
        for stop in packet_stops(listed_chains(node), filtered)
    ]
    fitting = [
        candidate for candidate in candidates if candidate[2].action in (observed, *TRANSLATED)
    ]
    certain = [candidate for candidate in fitting if candidate[2].certain]
    likely = certain or fitting or candidates
    if not likely:
        return None
    node, filtered, stop = likely[0]
    kind = firewall_manager(stop)
    same = [s for n, p, s in likely if (n, p, firewall_manager(s)) == (node, filtered, kind)]
    return Culprit(node, kind, filtered, tuple(same))


def find_losing_rule(source: NodeView, target: NodeView, packet: Packet) -> Culprit | None:
    """Whose rule stops some of many such packets on their way: by chance, or beyond a rate."""
    for culprit in _stops_on_way(source, target, packet):
        stop = culprit.stops[0]
        if stop.action == "drop" and any(mark in stop.rule for mark in LOSING_MARKS):
            return culprit
    return None


def find_rule_about(
    source: NodeView, target: NodeView, packet: Packet, instead: Packet
) -> Culprit | None:
    """Whose rule stops the packet on its way, and not `instead`, which differs in some fields.

    What else such a rule asks need not be known: it is the same for both.
    """
    passing = {
        (culprit.node.name, stop.base.key, stop.rule)
        for culprit in _stops_on_way(source, target, instead)
        for stop in culprit.stops
    }
    return next(
        (
            culprit
            for culprit in _stops_on_way(source, target, packet)
            for stop in culprit.stops
            if (culprit.node.name, stop.base.key, stop.rule) not in passing
        ),
        None,
    )


def _stops_on_way(source: NodeView, target: NodeView, packet: Packet) -> Iterator[Culprit]:
    """Each stop of a packet where it leaves and where it arrives."""
    for node, inbound in ((source, False), (target, True)):
        yield from listed_stops(node, replace(packet, inbound=inbound))


def listed_stops(node: NodeView, packet: Packet) -> Iterator[Culprit]:
    """Each stop of a packet in the filters of one node."""
    for stop in packet_stops(listed_chains(node), packet):
        yield Culprit(node, firewall_manager(stop), packet, (stop,))


def unreadable_firewall(node: NodeView, packet: Packet) -> Culprit | None:
    """The manager that is active on a node whose rules may not be read."""
    if not node.has(Firewall) or node.read(Firewall).readable:
        return None
    fact = node.read(Firewall)
    kind = "ufw" if fact.ufw else "firewalld" if fact.firewalld else ""
    return Culprit(node, kind, packet) if kind else None


def _filter_points(
    source: NodeView, target: NodeView, packet: Packet
) -> Iterator[tuple[NodeView, Packet]]:
    """The four places where the two nodes filter a connection: what is sent, and its answer."""
    answer = Packet(packet.target, packet.source, packet.dport, None, inbound=False)
    answer = replace(answer, state="established")
    yield target, replace(packet, inbound=True)
    yield source, replace(packet, inbound=False)
    yield target, answer
    yield source, replace(answer, inbound=True)


def firewall_manager(stop: Stop) -> str:
    """What people manage that rule with."""
    jumps = {rule.to for rule in stop.base.rules}
    if stop.base.table == "firewalld" or any(name.endswith("_ZONES") for name in jumps):
        return "firewalld"
    by_ufw = stop.rule == "policy drop" or stop.trail[-1].startswith("ufw-")
    if by_ufw and any(name.startswith("ufw-") for name in jumps):
        return "ufw"
    return "nftables" if stop.base.tool == "nft" else "iptables"


def listed_chains(node: NodeView) -> Sequence[Chain]:
    """All chains of a node that its tools could list; none where they were not asked for."""
    if not node.has(Firewall):
        return ()
    listings = node.read(Firewall).listings
    chains: list[Chain] = []
    for tool, listing in listings.items():
        if (
            tool != "nft"
            and listing.text
            and not _is_listed_already(tool, listings["iptables"].text)
        ):
            chains += iptables.parse_iptables(listing.text, tool)
    shown = {(chain.family, chain.table) for chain in chains if "legacy" not in chain.tool}
    return [
        *chains,
        *(c for c in _nft_chains(listings["nft"].text) if (c.family, c.table) not in shown),
    ]


def _is_listed_already(tool: str, plain: str) -> bool:
    """Whether a -legacy tool lists what the plain one has listed already."""
    return tool.endswith("-legacy") and "(legacy)" in plain.partition("\n")[0]


def _nft_chains(text: str) -> Sequence[Chain]:
    try:
        return nftables.parse_nftables(text) if text else ()
    except FactError:
        # cut off where it is very long; the tables of iptables are read all the same
        return ()
