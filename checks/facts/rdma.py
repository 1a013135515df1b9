"""RDMA devices of a node: InfiniBand, RoCE and Omni-Path, and whether a rank may use them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.quick_dataclass import dataclass

ROCE_MTUS = (256, 512, 1024, 2048, 4096)
ROCE_HEADERS = 96
"""What the kernel takes off before it chooses: GRH, UDP, BTH, extended headers and checksum."""


@dataclass(frozen=True)
class RdmaPort:
    """One port as sysfs words it: `4: ACTIVE`, `100 Gb/sec (4X EDR)`. None: no such file.

    `roce_gid` is index and value of its first RoCE v2 GID, `gid_types` the type of each GID that is
    not zero, by index (`IB/RoCE v1`, `RoCE v2`), `netdev` the interface below it and `mtu`
    that interface's.
    """

    number: int
    state: str | None = None
    phys_state: str | None = None
    rate: str | None = None
    link_layer: str | None = None
    gids: int = 0
    roce_gid: str | None = None
    gid_types: Mapping[str, str] = field(default_factory=dict)
    netdev: SystemName | None = None
    mtu: int | None = None
    quality: Mapping[str, SystemName] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether data can pass."""
        return (self.state or "").startswith("4:")

    @property
    def gbps(self) -> float:
        """Its rate in Gb/s; 0 where the kernel does not say."""
        return _leading_number(self.rate)

    @property
    def roce_mtu(self) -> int:
        """The packet that RoCE makes of its interface's MTU; 0 where it is not RoCE, or unknown."""
        if self.link_layer != "Ethernet" or not self.mtu:
            return 0
        return max((mtu for mtu in ROCE_MTUS if mtu + ROCE_HEADERS <= self.mtu), default=0)


@dataclass(frozen=True)
class RdmaDevice:
    """One adapter. `driver` is its name and version, '' for the kernel's own.

    `pcie` is speed, most speed, lanes and most lanes, `32.0 GT/s PCIe` and `16`; None in many VMs.
    `switch_port`: it manages the NVSwitches of the machine, and carries nothing of NCCL's.
    """

    name: SystemName
    board_id: str | None = None
    hca_type: SystemName | None = None
    fw_ver: str | None = None
    driver: tuple[SystemName, ...] | None = None
    pcie: tuple[str, ...] | None = None
    switch_port: bool = False
    ports: tuple[RdmaPort, ...] = ()

    @property
    def pcie_gbps(self) -> tuple[float, float]:
        """Speed times lanes as the link runs and as it could; (0, 0) where the kernel is silent."""
        if self.pcie is None or len(self.pcie) != len(("speed", "most", "lanes", "most")):
            return 0.0, 0.0
        speed, most_speed, lanes, most_lanes = map(_leading_number, self.pcie)
        return speed * lanes, most_speed * most_lanes


def _leading_number(text: str | None) -> float:
    found = re.match(r"[0-9]+(\.[0-9]+)?", text or "")
    return float(found[0]) if found else 0.0


@dataclass(frozen=True)
class RdmaCounters(Fact):
    """{port: {counter: count}} at the beginning of a preflight."""

    section: ClassVar[str] = "rdma_counters"
    momentary: ClassVar[bool] = True
    ports: Mapping[SystemName, Mapping[SystemName, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class LaterRdmaCounters(RdmaCounters):
    """The same once all stages are done."""

    section: ClassVar[str] = "later_rdma_counters"
    late: ClassVar[bool] = True


@dataclass(frozen=True)
class Rdma(Fact):
    """`library` is where libibverbs is; `uverbs` maps each device node to "may be opened".

    `efa` are the versions of AWS's `installer`, `libfabric`, `plugin` and `driver`, as far as they
    are known.
    """

    section: ClassVar[str] = "rdma"
    devices: tuple[RdmaDevice, ...] = ()
    library: str | None = None
    uverbs: Mapping[SystemName, bool] = field(default_factory=dict)
    peermem: bool = False
    efa: Mapping[str, SystemName] = field(default_factory=dict)

    @functools.cached_property
    def ports(self) -> Mapping[str, RdmaPort]:
        """Every port that NCCL may use, as it names it, `mlx5_0:1`."""
        return {
            f"{device.name}:{port.number}": port
            for device in self.devices
            for port in device.ports
            if not device.switch_port
        }

    @functools.cached_property
    def board_by_port(self) -> Mapping[str, str | None]:
        """The board that each port belongs to."""
        return {
            f"{device.name}:{port.number}": device.board_id
            for device in self.devices
            for port in device.ports
        }

    @functools.cached_property
    def active(self) -> Mapping[str, RdmaPort]:
        """The ports over which data can pass."""
        return {name: port for name, port in self.ports.items() if port.active}
