"""What nftables and iptables have in common, and which rule of it stops one packet.

A packet is only asked about after it was seen to be stopped. So a condition that is not known
(None) counts as not met where it would let the packet through, as a suspicion where it stops it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace

from checks.quick_dataclass import dataclass

ChainKey = tuple[str, str, str, str]
"""Tool, family, table, chain."""


SYN, DATA = frozenset({"syn"}), frozenset({"ack", "psh"})
"""The TCP flags of a connection's first packet, and of what it carries."""


@dataclass(frozen=True)
class Packet:
    """One TCP segment at one node: its SYN (`new`), or the answer to one (`established`).

    Ports are None where only the kernel knows them; so are the codepoint `dscp`, the `length` with
    headers in bytes, and the `maxseg` that a SYN offers. Without `flags` a new one is a SYN.
    """

    source: str
    target: str
    sport: int | None
    dport: int | None
    inbound: bool
    state: str = "new"
    dscp: int | None = None
    length: int | None = None
    maxseg: int | None = None
    flags: frozenset[str] | None = None

    @property
    def known_flags(self) -> frozenset[str] | None:
        """The flags that are set; None where they are not known."""
        return SYN if self.flags is None and self.state == "new" else self.flags

    @property
    def hooks(self) -> tuple[str, ...]:
        """The hooks of the node that see it, in order."""
        if self.inbound:
            return ("ingress", "prerouting", "input")
        return ("output", "postrouting", "egress")

    @property
    def family(self) -> str:
        """`ip` or `ip6`."""
        return "ip6" if ":" in self.source else "ip"


TRANSLATED = {"divert": "led elsewhere", "disguise": "given another sender"}
"""What is said of packets whose ends a rule changes, by its action."""


@dataclass(frozen=True)
class Rule:
    """One rule, as text for people and as a condition.

    `action` is accept, drop, reject, divert (to another address or port), disguise (with another
    sender), jump, goto, return, or empty for one that only counts or logs.
    """

    text: str
    applies: Callable[[Packet], bool | None]
    action: str
    to: str = ""


@dataclass(frozen=True)
class Chain:
    """One chain; `hook` and `policy` are empty for one that is only jumped to.

    One that `translates` addresses (nat) sees the first packet of a connection only.
    """

    tool: str
    family: str
    table: str
    name: str
    hook: str = ""
    policy: str = ""
    rules: tuple[Rule, ...] = ()
    translates: bool = False

    @property
    def key(self) -> ChainKey:
        """What distinguishes it from all others of the node."""
        return (self.tool, self.family, self.table, self.name)


@dataclass(frozen=True)
class Stop:
    """Where a packet ends: the base chain, the chains walked, the rule, and its action.

    `certain` is False where a condition on the way is not known.
    """

    base: Chain
    trail: tuple[str, ...]
    rule: str
    action: str
    certain: bool = True


@dataclass
class _ChainWalk:
    """One packet through one base chain."""

    base: Chain
    chains: Mapping[ChainKey, Chain]
    packet: Packet
    suspects: list[Stop] = field(default_factory=list)
    certain: bool = True

    def end(self) -> Stop | None:
        """The rule that stops it, the first suspect where all else lets it through, or None."""
        met = self.through(self.base, (self.base.name,))
        if met is None and self.base.policy == "drop":
            met = Stop(self.base, (self.base.name,), "policy drop", "drop", self.certain)
        if isinstance(met, Stop):
            return met
        return self.suspects[0] if self.suspects else None

    def through(self, chain: Chain, trail: tuple[str, ...]) -> Stop | bool | None:
        """A stop, True for accepted, or None where the chain decides nothing."""
        for rule in chain.rules:
            applies = rule.applies(self.packet)
            if applies is False or not rule.action:
                continue
            if rule.action == "return":
                if applies:
                    return None
                continue
            met = self.met(rule, trail)
            if applies is None:
                self.add_suspect(met)
            elif met is not None or rule.action == "goto":
                return met
        return None

    def met(self, rule: Rule, trail: tuple[str, ...]) -> Stop | bool | None:
        """What the rule does to the packet, if it applies."""
        if rule.action == "accept":
            return True
        if rule.action in ("drop", "reject", *TRANSLATED):
            return Stop(self.base, trail, rule.text, rule.action, self.certain)
        chain = self.chains.get((*self.base.key[:3], rule.to))
        if chain is None or rule.to in trail:
            return None
        return self.through(chain, (*trail, rule.to))

    def add_suspect(self, met: Stop | bool | None) -> None:  # noqa: FBT001
        """Remember what a rule would do whose condition is not known."""
        self.certain = self.certain and met is not True
        if isinstance(met, Stop):
            self.suspects.append(replace(met, certain=False))


def packet_stops(chains: Iterable[Chain], packet: Packet) -> Iterator[Stop]:
    """Every base chain's stop of the packet: it passes only where none is left."""
    by_key = {chain.key: chain for chain in chains}
    for chain in by_key.values():
        sees = chain.hook in packet.hooks and not (chain.translates and packet.state != "new")
        if sees and chain.family in (packet.family, "inet", "netdev"):
            stop = _ChainWalk(chain, by_key, packet).end()
            if stop:
                yield stop


def diverts(address: str, port: str) -> Callable[[Packet], bool | None]:
    """Whether a translation to that address and port leads a packet elsewhere.

    Either is empty where it stays as it is. None where one is looked up or a span.
    """

    def leads_elsewhere(packet: Packet) -> bool | None:
        kept = (not address or address == packet.target, not port or port == str(packet.dport))
        known = _is_address(address or packet.target) and (port or "0").isdigit()
        return False if all(kept) else True if known else None

    return leads_elsewhere


def disguises(address: str) -> Callable[[Packet], bool | None]:
    """Whether a translation to that sender gives a packet another one than it has.

    None where the address is looked up or a span. An answer to another sender may never come.
    """

    def is_another(packet: Packet) -> bool | None:
        if not address or address == packet.source:
            return False
        return True if _is_address(address) else None

    return is_another


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def all_hold(answers: Iterable[bool | None]) -> bool | None:
    """All hold; None where none fails but one is not known."""
    results = list(answers)
    return False if False in results else None if None in results else True


def any_holds(answers: Iterable[bool | None]) -> bool | None:
    """One holds; None where none does but one is not known."""
    results = list(answers)
    return True if True in results else None if None in results else False


def negate_answer(answer: bool | None) -> bool | None:  # noqa: FBT001
    """The opposite; None stays None."""
    return None if answer is None else not answer
