"""What a node is doing before the training."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class BusyProcess:
    """One process; `amount` is of processors or of bytes, `waits_in` the kernel's function."""

    pid: int
    name: str
    user: str = ""
    amount: float = 0.0
    waits_in: str = ""

    def __str__(self) -> str:
        """`python (pid 42 of ann)`."""
        return f"{self.name} (pid {self.pid}{f' of {self.user}' if self.user else ''})"


@dataclass(frozen=True)
class Load(Fact):
    """Processors and swap over a moment, memory now; processes of others, the greatest first.

    `foreign_cpus` counts what runs for ten seconds at least. `hidden`: the login sees only its own
    processes. `huge_bytes` are set aside for huge pages, and counted as not available.
    """

    section: ClassVar[str] = "load"
    momentary: ClassVar[bool] = True
    cpus: int
    busy_share: float
    memory_bytes: int
    available_bytes: int
    foreign_cpus: float = 0.0
    foreign: tuple[BusyProcess, ...] = ()
    hidden: bool = False
    huge_bytes: int = 0
    largest: tuple[BusyProcess, ...] = ()
    swap_used_bytes: int = 0
    swapped_pages: int = 0
    stuck: tuple[BusyProcess, ...] = ()
