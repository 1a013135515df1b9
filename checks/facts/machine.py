"""What sort of machine a node is, and how its kernel is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Machine(Fact):
    """`virtual` is None where it cannot be known; `sysctls` has those that the kernel has.

    `governors`, `drivers` and `preferences` are those of cpufreq over all processors, empty in
    most virtual machines. `threads` and `files_open` are of the whole machine, now.
    """

    section: ClassVar[str] = "machine"
    virtual: bool | None = None
    architecture: str = ""
    kernel: str = ""
    system: str = ""
    library: str = ""
    numa_nodes: int = 1
    sysctls: Mapping[str, int] = field(default_factory=dict)
    governors: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    preferences: tuple[str, ...] = ()
    threads: int = 0
    files_open: int = 0
