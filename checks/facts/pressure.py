"""How busy a node was that did not answer in time, and the machine that asked it."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Pressure(Fact):
    """Loads of the last minute, `here_` the controller's; `cpus` is 0 where a node did not say."""

    section: ClassVar[str] = "pressure"
    momentary: ClassVar[bool] = True
    load: float = 0.0
    cpus: int = 0
    here_load: float = 0.0
    here_cpus: int = 0
