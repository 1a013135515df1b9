"""RDMA devices of a node: InfiniBand, RoCE and Omni-Path, and whether a rank may use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from checks.facts.decode import Fact


@dataclass(frozen=True)
class RdmaPort:
    """One port as sysfs words it: `4: ACTIVE`, `100 Gb/sec (4X EDR)`. None: no such file.

    `roce_gid` is index and value of its first RoCE v2 GID, `netdev` the interface below it.
    """

    number: int
    state: str | None = None
    phys_state: str | None = None
    rate: str | None = None
    link_layer: str | None = None
    gids: int = 0
    roce_gid: str | None = None
    netdev: str | None = None

    @property
    def active(self) -> bool:
        """Whether data can pass."""
        return (self.state or "").startswith("4:")


@dataclass(frozen=True)
class RdmaDevice:
    """One adapter."""

    name: str
    board_id: str | None = None
    hca_type: str | None = None
    fw_ver: str | None = None
    ports: tuple[RdmaPort, ...] = ()


@dataclass(frozen=True)
class Rdma(Fact):
    """`library` is where libibverbs is; `uverbs` maps each device node to "may be opened"."""

    section: ClassVar[str] = "rdma"
    devices: tuple[RdmaDevice, ...] = ()
    library: str | None = None
    uverbs: Mapping[str, bool] = field(default_factory=dict)
    peermem: bool = False

    @property
    def ports(self) -> Mapping[str, RdmaPort]:
        """Every port as NCCL names it, `mlx5_0:1`."""
        return {f"{one.name}:{port.number}": port for one in self.devices for port in one.ports}

    @property
    def active(self) -> Mapping[str, RdmaPort]:
        """The ports over which data can pass."""
        return {name: port for name, port in self.ports.items() if port.active}
