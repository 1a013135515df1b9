"""GPUs of a node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.facts.decode import Fact


@dataclass(frozen=True)
class Gpu:
    """One GPU as its driver names it; `memory_bytes` is None where it does not say."""

    index: int
    name: str
    uuid: str
    memory_bytes: int | None
    driver: str


@dataclass(frozen=True)
class Gpus(Fact):
    """`vendors` of NVIDIA, AMD. `error` is what NVML or nvidia-smi said instead of an answer.

    `*_on_bus` count the vendor's devices on the PCI bus, driver or not.
    """

    section: ClassVar[str] = "gpus"
    vendors: tuple[str, ...]
    gpus: tuple[Gpu, ...]
    error: str = ""
    nvidia_on_bus: int = 0
    amd_on_bus: int = 0

    @property
    def count(self) -> int:
        """How many a rank could use."""
        return len(self.gpus)

    @property
    def broken(self) -> bool:
        """Whether there is a driver or a device that does not answer.

        A CPU node of an image with NVIDIA's libraries says "driver not loaded" and has no device.
        """
        unloaded = "not loaded" in self.error.lower() or "communicate" in self.error
        return bool(self.error) and not (unloaded and self.nvidia_on_bus == 0)
