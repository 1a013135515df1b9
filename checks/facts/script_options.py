"""The options that a training script's own parser takes."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Count, Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class ScriptOption:
    """One `add_argument`, in argparse's words.

    `type` is `int`, `float`, `str` or `any`, which may accept everything; `choices` are texts, None
    where there are none or they are not written out.
    """

    flags: tuple[str, ...]
    action: str = "store"
    nargs: str = ""
    type: str = "str"
    required: bool = False
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ScriptParser:
    """argparse's parser, made in that line; whether it takes `--st` for `--steps`, and `--help`.

    `of_trainer`: it is transformers' own, of which only the names of the options are known.
    """

    line: Count
    abbreviates: bool
    helps: bool
    options: tuple[ScriptOption, ...]
    of_trainer: bool = False


@dataclass(frozen=True)
class ScriptOptions(Fact):
    """Of the script that the command names; None where they are not certain."""

    section: ClassVar[str] = "script_options"
    inputs: ClassVar[tuple[str, ...]] = ("python", "workdir")
    of_command: ClassVar[bool] = True
    parser: ScriptParser | None = None
