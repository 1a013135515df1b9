"""Limits of the control groups around a login."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Cgroup(Fact):
    """The tightest limits, None where there is none; `*_at` are the files where they stand.

    `memory_used_bytes` leaves out the page cache. `cpus` is the quota in processors, `tasks` of
    processes and threads.
    """

    section: ClassVar[str] = "cgroup"
    memory_bytes: int | None = None
    memory_used_bytes: int = 0
    memory_at: str = ""
    tasks: int | None = None
    tasks_used: int = 0
    tasks_at: str = ""
    cpus: float | None = None
    cpus_at: str = ""
