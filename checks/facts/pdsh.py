"""pdsh on a node: whether it is there, loads its modules, and reaches the nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.facts.denial import Denial
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class ModuleFolder:
    """A folder on the way to pdsh's modules. `fault` is '' where pdsh believes it."""

    path: str
    owner: str
    mode: str
    fault: str = ""


@dataclass(frozen=True)
class Pdsh(Fact):
    """`path` is '' where it cannot be called; `said` is what `pdsh -V` printed as errors.

    `denied` keeps its ssh module from the login. `not_executable` is a pdsh in the PATH that its
    mode lets nobody, or not all, run. `genders` are the lines, `file:line: text`, by which it
    reaches nodes otherwise than by ssh.
    """

    section: ClassVar[str] = "pdsh"
    path: str = ""
    version: str = ""
    rcmds: tuple[str, ...] = ()
    said: str = ""
    folders: tuple[ModuleFolder, ...] = ()
    denied: Denial | None = None
    environment: Mapping[SystemName, str] = field(default_factory=dict)
    package_manager: SystemName = ""
    not_executable: str = ""
    genders: tuple[str, ...] = ()


@dataclass(frozen=True)
class PdshAnswer:
    """What pdsh brought back from one node: its `%n` and `%h`, who answered, and ssh's exit."""

    rank: int | None = None
    host: str = ""
    hostname: str = ""
    code: int | None = None
    said: str = ""


@dataclass(frozen=True)
class PdshRun(Fact):
    """One call over all nodes. `code` is pdsh's own exit status, which must be `expected`.

    `variables` are those of the head's shell without which it reaches each node.
    """

    section: ClassVar[str] = "pdsh_run"
    inputs: ClassVar[tuple[str, ...]] = ("backend",)
    momentary: ClassVar[bool] = True
    expected: int
    code: int | None
    seconds: float
    said: str = ""
    targets: Mapping[str, PdshAnswer] = field(default_factory=dict)
    variables: tuple[SystemName, ...] = ()
