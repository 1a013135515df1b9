"""How long an earlier run of the same command took until its first step."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class EarlierStart(Fact):
    """The newest run here of the job's command that came to a step; `run` is "" where none did.

    `seconds` are those from where its ranks joined to its first step. `timeout_s` is that of the
    process group, as the preflight of that run had it, None where it is not known.
    """

    section: ClassVar[str] = "earlier_start"
    of_command: ClassVar[bool] = True
    momentary: ClassVar[bool] = True
    run: str = ""
    seconds: float = 0.0
    timeout_s: float | None = None
