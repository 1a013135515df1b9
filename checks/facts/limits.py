"""Limits of the shell that starts the ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, TypeAlias

from checks.facts.decode import Count, Fact
from checks.quick_dataclass import dataclass

Pair: TypeAlias = tuple[int | None, int | None]
"""A limit's (soft, hard); None is unlimited."""


@dataclass(frozen=True)
class ShmFile:
    """A file in /dev/shm that no process has open or mapped."""

    path: str
    bytes: int


@dataclass(frozen=True)
class ShmHolder:
    """A process with files in /dev/shm, and how many bytes they take."""

    pid: Count
    user: str
    command: str
    bytes: int


@dataclass(frozen=True)
class ShmUsers:
    """What fills /dev/shm, the largest first; empty where it is not full."""

    orphans: tuple[ShmFile, ...] = ()
    holders: tuple[ShmHolder, ...] = ()


@dataclass(frozen=True)
class LoginServer:
    """The sshd that let us in: its limits, which a login inherits, by limits.conf's name.

    `unit` is the service that started it, '' where none did. `pam` is whether PAM's pam_limits sets
    others at each login.
    """

    pid: Count = 0
    unit: str = ""
    limits: Mapping[str, Pair] = field(default_factory=dict)
    pam: bool = False


@dataclass(frozen=True)
class Limits(Fact):
    """Sizes are in bytes.

    `core_pattern` is the kernel's: a file's name, or `|` and the program that takes core dumps.
    `cutting` are those that end what goes on too long or grows too large, by limits.conf's name:
    cpu (seconds), fsize, as and data. `set_in` has the `path:line` of what sets them, where seen.
    `shm_mode` is octal.
    """

    section: ClassVar[str] = "limits"
    memlock: Pair
    nofile: Pair
    nproc: Pair
    core: Pair
    stack: Pair
    shm_bytes: int
    shm_free_bytes: int
    pid_max: int
    container: bool
    core_pattern: str = ""
    cutting: Mapping[str, Pair] = field(default_factory=dict)
    set_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shm_writable: bool = True
    shm_read_only: bool = False
    shm_mode: str = ""
    shm_users: ShmUsers = field(default_factory=ShmUsers)
    server: LoginServer = field(default_factory=LoginServer)
