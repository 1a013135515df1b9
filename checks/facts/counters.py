"""What a node's interfaces counted, at the start of a preflight and at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class InterfaceCounters:
    """One interface since it was made; None where the driver does not say."""

    rx_packets: int | None = None
    tx_packets: int | None = None
    rx_errors: int | None = None
    tx_errors: int | None = None
    rx_dropped: int | None = None
    tx_dropped: int | None = None
    carrier_changes: int | None = None


@dataclass(frozen=True)
class Counters(Fact):
    """All interfaces by name; `uptime_s` is the machine's."""

    section: ClassVar[str] = "counters"
    momentary: ClassVar[bool] = True
    interfaces: Mapping[SystemName, InterfaceCounters] = field(default_factory=dict)
    uptime_s: float = 0.0


@dataclass(frozen=True)
class LaterCounters(Counters):
    """The same once all stages are done."""

    section: ClassVar[str] = "later_counters"
    late: ClassVar[bool] = True
