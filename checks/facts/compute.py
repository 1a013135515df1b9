"""How fast the accelerators of one node computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


def _device_kind(text: str) -> str:
    if text not in ("cuda", "cpu"):
        raise ValueError("not a kind of accelerator that is measured")
    return text


DeviceKind = Annotated[str, _device_kind]


@dataclass(frozen=True)
class DeviceReport:
    """What a measurement said; `stage` is the one it entered last.

    `kind` is cuda or cpu, `name` the model. `speeds` are in GFLOP/s for products and GB/s else;
    `broken` are the products that are no numbers.
    """

    stage: str = "start"
    kind: DeviceKind = "cpu"
    name: str = ""
    speeds: Mapping[str, float] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    error: str = ""
    detail: str = ""


@dataclass(frozen=True)
class DeviceMeasurement:
    """One accelerator, measured in a child of its own: `code` None where it had to be killed."""

    code: int | None
    ended: float
    said: DeviceReport
    err: str = ""

    @property
    def done(self) -> bool:
        """Whether all was measured."""
        return self.code == 0 and self.said.stage == "done"

    @property
    def hung(self) -> bool:
        """Whether its limit ended it."""
        return self.code is None or (self.code == 1 and "Timeout (" in self.err)


@dataclass(frozen=True)
class Compute(Fact):
    """All accelerators of one node, first while all nodes computed, `alone` while no other did.

    `alone` is empty where nothing asked for it.
    """

    section: ClassVar[str] = "compute"
    inputs: ClassVar[tuple[str, ...]] = ("env", "master_port", "python", "workdir")
    heavy: ClassVar[bool] = True
    limit: float = 0.0
    first: tuple[DeviceMeasurement, ...] = ()
    alone: tuple[DeviceMeasurement, ...] = ()
