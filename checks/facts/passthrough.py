"""How IOMMU and PCIe switches treat GPUs and adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class PciDevice:
    """A `gpu` or an `adapter`. `domain` is '' without IOMMU, None where the kernel is silent."""

    address: SystemName
    kind: str
    domain: str | None = ""


@dataclass(frozen=True)
class Passthrough(Fact):
    """`ports` are those of PCIe switches above the devices: True where ACS redirects, None unseen.

    `options` are those of the kernel's command line that name the IOMMU.
    """

    section: ClassVar[str] = "passthrough"
    devices: tuple[PciDevice, ...] = ()
    ports: Mapping[SystemName, bool | None] = field(default_factory=dict)
    options: tuple[str, ...] = ()
