"""Who logs in, and where: identity of a node as its own login sees it."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.write_locks import WriteLock
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Account(Fact):
    """The account, the machine and the probe's interpreter. Ids are empty where unreadable.

    `sudo` is whether the node has that program. `locks` are on files that fixes change.
    """

    section: ClassVar[str] = "who"
    user: str
    uid: int
    home: str
    shell: str
    hostname: str
    machine_id: str
    boot_id: str
    python: str
    system: str
    cpus: int
    memory_bytes: int
    sudo: bool = True
    locks: tuple[WriteLock, ...] = ()
