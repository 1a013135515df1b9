"""Limits of the shell that starts the ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.facts.decode import Fact


@dataclass(frozen=True)
class Limits(Fact):
    """Pairs are (soft, hard); None is unlimited. Sizes in bytes.

    `core_pattern` is the kernel's: a file's name, or `|` and the program that takes core dumps.
    """

    section: ClassVar[str] = "limits"
    memlock: tuple[int | None, ...]
    nofile: tuple[int | None, ...]
    nproc: tuple[int | None, ...]
    core: tuple[int | None, ...]
    stack: tuple[int | None, ...]
    shm_bytes: int
    shm_free_bytes: int
    pid_max: int
    container: bool
    core_pattern: str = ""
