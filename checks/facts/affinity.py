"""On which processors a login may run."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Count, Fact, SystemName
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class LimitingProcess:
    """The outermost process above the login that lacks processors.

    `above` are what its parent has, whose name is `parent`: empty where there is none to be read.
    """

    pid: Count
    name: str
    above: SystemName = ""
    parent: str = ""


@dataclass(frozen=True)
class Affinity(Fact):
    """Processors as the kernel lists them, `0-3,8`. The rest is empty where none is missing.

    `lines` are the `path:line` with which a shell gives itself fewer, `settings` those of other
    files that may do so; `group` is the file of the outermost control group that lacks some.
    `isolated` is whether the kernel was told to keep some.
    """

    section: ClassVar[str] = "affinity"
    allowed: SystemName
    online: SystemName
    process: LimitingProcess | None = None
    lines: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    group: str = ""
    group_cpus: SystemName = ""
    isolated: bool = False
