"""Calls of a training script with which its ranks cannot meet, or wait for each other."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Count, Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class ScriptCall:
    """`kind` is own-address, own-method or one-rank-saves; `words` is what stands in that line."""

    kind: str
    line: Count
    words: str


@dataclass(frozen=True)
class ScriptCalls(Fact):
    """Of the script that the command names, as far as it is certain."""

    section: ClassVar[str] = "script_calls"
    inputs: ClassVar[tuple[str, ...]] = ("workdir",)
    of_command: ClassVar[bool] = True
    calls: tuple[ScriptCall, ...] = ()
