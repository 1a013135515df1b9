"""Ports as training uses them: what listened, what was reached, and who was in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from checks.facts.decode import Fact


@dataclass(frozen=True)
class Listening(Fact):
    """Our listeners on one node while its peers called.

    `ports` were drawn from the ephemeral range, on `address`. `master_error` is the name of the
    errno with which the master port could not be had, empty where it could, None off the head.
    """

    section: ClassVar[str] = "listen"
    address: str
    ports: tuple[int, ...]
    master_error: str | None = None


@dataclass(frozen=True)
class Failed:
    """One port that was not reached. `outcome` is dropped, refused, rejected, reset, no-route,

    absent, wrong-answer, no-answer or no-local-port; `seconds` is how long that took.
    """

    target: str
    address: str
    port: int
    outcome: str
    seconds: float


@dataclass(frozen=True)
class Dialled(Fact):
    """What one node reached of the others: ports by target, and every failure after two tries."""

    section: ClassVar[str] = "dial"
    reached: dict[str, tuple[int, ...]] = field(default_factory=dict)
    failed: tuple[Failed, ...] = ()
    timeout_s: float = 1.0

    def failures(self, target: str) -> tuple[Failed, ...]:
        """All failures towards that node."""
        return tuple(one for one in self.failed if one.target == target)


@dataclass(frozen=True)
class PortHolder(Fact):
    """Who has the master port; asked only where it is in use. `pid` is None where unreadable."""

    section: ClassVar[str] = "port_holder"
    listens: bool
    user: str
    uid: int
    pid: int | None
    command: str
    free: int | None


@dataclass(frozen=True)
class PortSettings(Fact):
    """The ephemeral range, both ends in it, and the most neighbours the kernel will know.

    `neighbours` (gc_thresh3) is None in a network namespace of its own, which does not show it.
    """

    section: ClassVar[str] = "port_settings"
    low: int
    high: int
    reserved: str
    neighbours: int | None
