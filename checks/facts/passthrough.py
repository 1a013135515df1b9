"""How IOMMU and PCIe switches treat GPUs and adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from checks.facts.decode import Fact


@dataclass(frozen=True)
class PciDevice:
    """A `gpu` or an `adapter`. `domain` is '' without IOMMU, None where the kernel is silent."""

    address: str
    kind: str
    domain: str | None = ""


@dataclass(frozen=True)
class Passthrough(Fact):
    """`ports` are those of PCIe switches above the devices: True where ACS redirects, None unseen.

    `options` are those of the kernel's command line that name the IOMMU.
    """

    section: ClassVar[str] = "passthrough"
    devices: tuple[PciDevice, ...] = ()
    ports: Mapping[str, bool | None] = field(default_factory=dict)
    options: tuple[str, ...] = ()
