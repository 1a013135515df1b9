"""GPUs of a node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass


def _capability(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", text):
        raise ValueError("not a compute capability")
    return text


Capability = Annotated[str, _capability]
"""Of CUDA, such as `9.0`."""


@dataclass(frozen=True)
class GpuProcess:
    """One that holds a GPU; `kind` is compute or graphics. No name: it is not seen from here."""

    pid: int
    kind: str = "compute"
    memory_bytes: int | None = None
    user: str = ""
    command: str = ""


@dataclass(frozen=True)
class Gpu:
    """One GPU as its driver reports it; None is what it does not say, never zero or no.

    `bus` is its PCI address as the kernel writes it. `nvlinks` are the states of its links, True
    for active. `fabric` is not started, in progress, completed or `failed (code)`. `compute_mode`
    is default, exclusive or prohibited. `slowdowns` are those of the hardware, and heat's.
    `recovery` is what the driver asks for, as NVML numbers it, 0 for nothing.
    `nvlink_domain` is the UUID of the rack whose GPUs NVLink joins, `nvlink_clique` its part of it.
    """

    index: int
    name: str
    uuid: str
    memory_bytes: int | None
    driver: str
    bus: str = ""
    memory_used_bytes: int | None = None
    processes: tuple[GpuProcess, ...] | None = None
    capability: Capability | None = None
    ecc_uncorrected: int | None = None
    remap_pending: bool | None = None
    remap_failed: bool | None = None
    retirement_pending: bool | None = None
    slowdowns: tuple[str, ...] | None = None
    pcie_width: int | None = None
    pcie_width_max: int | None = None
    pcie_gen_max: int | None = None
    nvlinks: tuple[bool, ...] | None = None
    fabric: str | None = None
    mig: bool | None = None
    compute_mode: str | None = None
    persistence: bool | None = None
    recovery: int | None = None
    nvlink_domain: str = ""
    nvlink_clique: int | None = None


@dataclass(frozen=True)
class LibraryFile:
    """A file that a rank would load."""

    path: str
    bytes: int


@dataclass(frozen=True)
class Imex:
    """NVIDIA's service for memory of other nodes: who reads it, whether it runs, with which nodes.

    `channel` is None without a device node, else whether the login may open it; `running` None
    where others' processes are not seen; `nodes` a digest of its file of nodes, "" without one.
    """

    channel: bool | None = None
    running: bool | None = None
    nodes: str = ""


@dataclass(frozen=True)
class Gpus(Fact):
    """`vendors` of NVIDIA, AMD. `error` is what NVML or nvidia-smi said instead of an answer.

    `*_on_bus` count the vendor's devices on the PCI bus, driver or not. `seconds` is what the
    driver took to answer. `devices` maps each device node to "may be opened"; a library that is
    not found is None. `fabric_manager` is None where others' processes are not seen. `dmabuf`:
    kernel and driver can share GPU memory with adapters by it. `topology_override`: the driver
    leaves out its check of the way to adapters, None where it has no such setting;
    `override_set_in` are the lines of modprobe.d that ask for it.
    """

    section: ClassVar[str] = "gpus"
    inputs: ClassVar[tuple[str, ...]] = ("python",)
    vendors: tuple[str, ...]
    gpus: tuple[Gpu, ...]
    error: str = ""
    nvidia_on_bus: int = 0
    amd_on_bus: int = 0
    seconds: float = 0.0
    container: bool = False
    devices: Mapping[SystemName, bool] = field(default_factory=dict)
    libraries: Mapping[str, LibraryFile | None] = field(default_factory=dict)
    nvswitches: int = 0
    fabric_manager: bool | None = None
    peermem: bool = False
    dmabuf: bool = False
    topology_override: bool | None = None
    override_set_in: tuple[str, ...] = ()
    imex: Imex = Imex()

    @property
    def count(self) -> int:
        """How many a rank could use."""
        return len(self.gpus)

    @property
    def has_traces(self) -> bool:
        """Whether anything here is of a GPU: one that answers, a device, a library, an error."""
        devices = self.nvidia_on_bus + self.amd_on_bus + len(self.devices)
        return bool(
            self.gpus or self.vendors or self.error or devices or any(self.libraries.values())
        )

    @property
    def broken(self) -> bool:
        """Whether there is a driver or a device that does not answer.

        A CPU node of an image with NVIDIA's libraries says "driver not loaded" and has no device.
        """
        unloaded = "not loaded" in self.error.lower() or "communicate" in self.error
        return bool(self.error) and not (unloaded and self.nvidia_on_bus == 0)

    @property
    def has_nvidia(self) -> bool:
        """Whether a GPU of NVIDIA's answers."""
        return "NVIDIA" in self.vendors

    @property
    def empty(self) -> tuple[LibraryFile, ...]:
        """Libraries of the driver's that are there and hold nothing."""
        found = self.libraries.values()
        return tuple(bar for bar in found if bar is not None and bar.bytes == 0)
