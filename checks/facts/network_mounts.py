"""Network file systems that are mounted on a node, and what is not mounted there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Mount:
    """`state` is there, hangs or what else `Path` has; `detail` the system's words."""

    state: str
    filesystem: str = ""
    source: str = ""
    detail: str = ""


@dataclass(frozen=True)
class NetworkMounts(Fact):
    """By mount point; `lustre` is what its health_check says, "" where there is no Lustre.

    `unmounted` are the places of /etc/fstab, of any file system, where nothing is mounted.
    """

    section: ClassVar[str] = "network_mounts"
    mounts: Mapping[str, Mount] = field(default_factory=dict)
    lustre: str = ""
    unmounted: tuple[str, ...] = ()
