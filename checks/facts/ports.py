"""Ports as training uses them: what listened, what was reached, and who was in the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar

from checks.facts.decode import Count, Fact, SystemName
from checks.quick_dataclass import dataclass

LONGEST_IDLE_S = 1800
"""As long as ranks wait for one another, a connection may be idle: the usual time-out of torch."""


@dataclass(frozen=True)
class Listeners(Fact):
    """Our listeners on one node while its peers called.

    `ports` were drawn from the ephemeral range, on `address`; `further` are the ports on other
    addresses that ranks may use. `master_error` is the name of the errno with which the master port
    could not be had, empty where it could, None off the head.
    """

    section: ClassVar[str] = "listen"
    inputs: ClassVar[tuple[str, ...]] = ("env", "master_port")
    momentary: ClassVar[bool] = True
    address: SystemName
    ports: tuple[int, ...]
    master_error: str | None = None
    further: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def first_ports(self) -> frozenset[int]:
        """One ephemeral port on each of its addresses."""
        return frozenset(
            port for ports in (self.ports, *self.further.values()) for port in ports[:1]
        )

    @property
    def sampled_ports(self) -> frozenset[int]:
        """The ephemeral ports on all its addresses."""
        return frozenset(self.ports).union(*self.further.values())


@dataclass(frozen=True, slots=True)
class FailedCall:
    """One port that was not reached. `outcome` is dropped, refused, rejected, reset, no-route,

    absent, wrong-answer, no-answer or no-local-port; `seconds` is how long that took.
    """

    target: str
    address: SystemName
    port: int
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class LostPackets:
    """A connection on which packets of `packet` bytes (headers too) vanished, both times.

    `passing` is the largest size that arrived, 0 where none did or none was tried.
    """

    target: str
    address: SystemName
    port: int
    packet: int
    passing: int = 0


@dataclass(frozen=True, slots=True)
class SmallPackets:
    """How many were sent to a target, and how many of them had to be sent again."""

    sent: Count
    lost: Count


@dataclass(frozen=True)
class DialResults(Fact):
    """What one node reached of the others: ports by target, and every failure after two tries.

    `sources` has the local address of a connection to each of a target's addresses; `whole` the
    sizes of the full packets that arrived at each target, in bytes with headers. `thorough` are the
    targets of which all ports were called, where of others one of each address was. `small` packets
    went to each target; where some were lost, they were sent again with nothing else under way, and
    those count.
    """

    section: ClassVar[str] = "dial"
    inputs: ClassVar[tuple[str, ...]] = ("env", "master_port", "python", "workdir")
    momentary: ClassVar[bool] = True
    reached: dict[str, tuple[int, ...]] = field(default_factory=dict)
    failed: tuple[FailedCall, ...] = ()
    timeout_s: float = 1.0
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    whole: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    lost: tuple[LostPackets, ...] = ()
    thorough: tuple[str, ...] | None = None
    small: Mapping[str, SmallPackets] = field(default_factory=dict)

    def failures_towards(self, target: str) -> tuple[FailedCall, ...]:
        """All failures towards that node."""
        return tuple(call for call in self.failed if call.target == target)


@dataclass(frozen=True)
class NamedHead(DialResults):
    """The same of one call: of the head, by the address that the node's accelerate file names."""

    section: ClassVar[str] = "named_head"


@dataclass(frozen=True)
class PortHolder(Fact):
    """Who has the master port; asked only where it is in use. `pid` is None where unreadable."""

    section: ClassVar[str] = "port_holder"
    inputs: ClassVar[tuple[str, ...]] = ("env", "master_port")
    momentary: ClassVar[bool] = True
    listens: bool
    user: str
    uid: int
    pid: int | None
    command: str
    free: int | None
    stopped: bool = False


def _port_spans(text: str) -> str:
    if not re.fullmatch(r"([0-9]{1,5}(-[0-9]{1,5})?(,|$))*", text):
        raise ValueError("not the kernel's list of ports")
    return text


PortSpans = Annotated[str, _port_spans]
"""As in ip_local_reserved_ports: `8080,9148-9150`, or nothing."""


@dataclass(frozen=True)
class PortSettings(Fact):
    """The ephemeral range, both ends in it, and the most neighbours the kernel will know.

    `neighbours` (gc_thresh3) is None in a network namespace of its own, which does not show it.
    `used` are TCP sockets, those in TIME_WAIT too; `tracked` connections of `most_tracked`, None
    where the kernel tracks none. It forgets one that was idle for `idle_s`; `loose`: it takes a
    packet of one that it does not know for a new one, where else that is invalid.
    """

    section: ClassVar[str] = "port_settings"
    low: int
    high: int
    reserved: PortSpans
    neighbours: Count | None
    used: Count = 0
    tracked: Count | None = None
    most_tracked: Count | None = None
    idle_s: Count | None = None
    loose: bool = True

    @property
    def forgets_idle(self) -> bool:
        """Whether it forgets a connection on which ranks may still be about to talk."""
        return self.idle_s is not None and self.idle_s < LONGEST_IDLE_S

    @property
    def port_count(self) -> int:
        """How many ports the range has that are not reserved."""
        return self.high - self.low + 1 - self.reserved_count

    @property
    def reserved_count(self) -> int:
        """How many ports of the range are reserved."""
        spans = map(self._cut_to_range, self._reserved_spans)
        return len({port for span in spans for port in span})

    @property
    def reserved_elsewhere(self) -> tuple[str, ...]:
        """The spans of `reserved` that take nothing of the range, as the kernel writes them."""
        return tuple(
            f"{span[0]}-{span[-1]}" if len(span) > 1 else f"{span[0]}"
            for span in self._reserved_spans
            if span and not self._cut_to_range(span)
        )

    def is_reserved(self, port: int) -> bool:
        """Whether the kernel is set to hand that port out to nobody."""
        return any(port in span for span in self._reserved_spans)

    @property
    def _reserved_spans(self) -> list[range]:
        spans = (span.partition("-") for span in self.reserved.split(",") if span)
        return [range(int(first), int(last or first) + 1) for first, _, last in spans]

    def _cut_to_range(self, span: range) -> range:
        return range(max(span.start, self.low), min(span.stop, self.high + 1))
