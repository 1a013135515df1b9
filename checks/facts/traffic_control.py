"""What slows, delays or drops packets on a node by the kernel's traffic control."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Shaper:
    """One queue or filter that shapes.

    `kind` is netem, tbf, htb, hfsc, cbq or cake, for what is sent; or the way, ingress or egress,
    of a filter's action. `place` is its place in tc's words: `root`, `parent 1:10`, `clsact`.
    """

    device: SystemName
    kind: SystemName
    place: str
    text: str = ""

    @property
    def inbound(self) -> bool:
        """Whether it holds what the node receives, else what it sends."""
        return self.kind == "ingress"

    def __str__(self) -> str:
        words = "filter" if self.kind in ("ingress", "egress") else "qdisc"
        return f"`tc {words}` {self.kind} on {self.device}: {self.text}".rstrip(": ")


@dataclass(frozen=True)
class TrafficControl(Fact):
    """Those of all devices; empty too where tc is not installed."""

    section: ClassVar[str] = "traffic_control"
    shapers: tuple[Shaper, ...] = ()
