"""What argparse says of a script's arguments, by its own rules."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from checks.facts.script_options import ScriptOption, ScriptParser

_TYPES: Mapping[str, Callable[[str], Any]] = {"int": int, "float": float, "str": str}
_COUNTS = ("?", "*", "+", "...")
_SWITCHES = {"help": "store_true", "version": "store_true"}
"""Actions that end the script by themselves, and take no value."""
_WITH_VALUE = {"store", "append", "extend"}
_WITH_CONST = {"store_const", "append_const"}
_WITHOUT = {"store_true", "store_false", "count", *_WITH_CONST}


class _RefusedError(Exception):
    """What the parser said."""


class _Parser(argparse.ArgumentParser):
    """Says what it refuses, and ends nothing."""

    def error(self, message: str) -> NoReturn:
        raise _RefusedError(message)


def refusal(words: Sequence[str], known: ScriptParser) -> str:
    """What argparse says of the words: `unrecognized arguments: --epochs 2`; '' where it takes
    them, or such options cannot be.
    """
    parser = _Parser("script", add_help=False, allow_abbrev=known.abbreviates)
    try:
        if known.helps:
            parser.add_argument("-h", "--help", action="store_true")
        for option in known.options:
            parser.add_argument(*option.flags, **_given(option))
        parser.parse_args(list(words))
    except _RefusedError as error:
        return str(error)
    except (argparse.ArgumentError, ValueError, TypeError, AttributeError, KeyError):
        return ""
    return ""


def _given(option: ScriptOption) -> dict[str, Any]:
    """The arguments of `add_argument`. Raises ValueError and KeyError for what argparse has not."""
    is_flag = option.flags[0].startswith("-")
    given: dict[str, Any] = {"required": True} if is_flag and option.required else {}
    action = _SWITCHES.get(option.action, option.action)
    if action == "boolean":
        return {**given, "action": argparse.BooleanOptionalAction}
    if action in _WITHOUT:
        return {**given, "action": action, **({"const": 1} if action in _WITH_CONST else {})}
    if action not in _WITH_VALUE:
        raise ValueError(action)
    given |= {"action": action}
    if option.nargs:
        given["nargs"] = option.nargs if option.nargs in _COUNTS else int(option.nargs)
    if option.type in _TYPES:
        kind = given["type"] = _TYPES[option.type]
        if option.choices is not None:
            given["choices"] = [kind(text) for text in option.choices]
    return given
