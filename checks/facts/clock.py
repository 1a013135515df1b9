"""The clock of a node: what keeps it right, and how far it is from the controller's."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class ClockReading:
    """The clock at one moment, and one that nobody sets, both in seconds."""

    time: float
    steady: float


@dataclass(frozen=True)
class Clock(Fact):
    """What the kernel says of the clock, from adjtimex(2); None where it says nothing.

    `daemons` are the names of time daemons as in /proc/PID/comm, None where those of others are
    hidden. `has_ntp_unit`: `timedatectl set-ntp true` would find a daemon to start.
    """

    section: ClassVar[str] = "clock"
    momentary: ClassVar[bool] = True
    synchronised: bool | None
    largest_error_s: float | None = None
    daemons: tuple[str, ...] | None = ()
    has_ntp_unit: bool = False
    package_manager: SystemName = ""
    zone: str = ""
    reading: ClockReading | None = None


@dataclass(frozen=True)
class ClockOffset(Fact):
    """How far the node's clock is ahead of the controller's, in seconds.

    The truth is within `uncertainty_s`, half the round trip of the question: the node read its
    clock at some moment in it. `reading` is what it read.
    """

    section: ClassVar[str] = "clock_offset"
    momentary: ClassVar[bool] = True
    offset_s: float
    uncertainty_s: float
    reading: ClockReading | None = None
