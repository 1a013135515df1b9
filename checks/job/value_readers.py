"""Strict readers of the values that users set in launch.toml or by options.

Every reader raises ValueError that says what was expected; the caller says where.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import TypeVar

from checks.job.training_words import other_command
from checks.job.user_files import quote_text

LAUNCHERS = ("deepspeed", "accelerate", "torchrun")
BACKENDS = ("pdsh", "openmpi", "slurm", "ssh")

_LOGIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
MOST_SECONDS = 1e9
REFERENCE = re.compile(r"(?:^|[:=,])\$\{?([A-Za-z_]\w*)\}?(?=[/:,]|$)")
OF_EVERY_SHELL = ("HOME", "PATH", "PWD", "TMPDIR", "USER")
_T = TypeVar("_T")


def _toml_type(value: object) -> str:
    """The TOML name of a value's type; the value itself may be a secret."""
    kinds = {str: "a string", bool: "a boolean", int: "an integer", float: "a float"}
    return {**kinds, list: "an array", dict: "a table"}.get(type(value), "a date or time")


def _require_type(kind: type[_T], value: object, wanted: str) -> _T:
    """`value`, if it is of exactly that type (a boolean is no integer); else ValueError."""
    if type(value) is kind:
        return value
    raise ValueError(f"expected {wanted}, not {_toml_type(value)}")


def read_boolean(value: object) -> bool:
    """`true` or `false`."""
    return _require_type(bool, value, "true or false")


def read_line(value: object) -> str:
    """A string that is not empty and stands on one line."""
    text = _require_type(str, value, "a string in quotes")
    if not text.strip() or re.search(r"[\0\r\n]", text):
        raise ValueError("expected one line of text, not an empty string, a newline or a NUL")
    return text


def read_command(value: object) -> str:
    """A command with its arguments, quoted as for a shell."""
    text = read_line(value)
    try:
        shlex.split(text)
    except ValueError as error:
        raise ValueError(f"expected a command as a shell reads it: {error}") from None
    return text


def read_lines(value: object) -> tuple[str, ...]:
    """An array of such strings."""
    return tuple(read_line(item) for item in _require_type(list, value, "an array of strings"))


def read_web_address(value: object) -> str:
    """An address that HTTP can be spoken with; the message does not show it: it may be a secret."""
    text = read_line(value)
    if not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", text):
        raise ValueError(
            "expected an address that begins with https:// or http://, without a login"
        )
    return text


def read_port(value: object) -> int:
    """A TCP port."""
    number = _require_type(int, value, "a port from 1 to 65535")
    if not 1 <= number <= 65535:
        raise ValueError(f"expected a port from 1 to 65535, not {str(number)[:20]}")
    return number


def read_user(value: object) -> str:
    """A login name."""
    return login_name(read_line(value))


def login_name(text: str) -> str:
    """`text`, if it can be a login name; else ValueError."""
    if not _LOGIN_NAME.fullmatch(text):
        raise ValueError(
            f"{quote_text(text, 60)} is not a login name (letters, digits, '.', '_', '-')"
        )
    return text


def choice_reader(words: tuple[str, ...]) -> Callable[[object], str]:
    """A reader that takes only these words."""

    def read(value: object) -> str:
        word = read_line(value)
        if word not in words:
            raise ValueError(f"expected one of {', '.join(words)}, not {quote_text(word, 60)}")
        return word

    return read


def read_argv(value: object) -> tuple[str, ...]:
    """The words of one command; the first is not empty, later ones may be."""
    example = 'an array of strings, such as ["train.py", "--steps", "200"]'
    words = tuple(_require_type(str, word, example) for word in _require_type(list, value, example))
    if not words or not words[0].strip():
        raise ValueError(f"expected {example}, not an empty command")
    if any("\0" in word for word in words):
        raise ValueError("a NUL cannot be passed to a command; expected text")
    return words


def read_training_argv(value: object) -> tuple[str, ...]:
    """The words of a command for the training interpreter."""
    words = read_argv(value)
    if other := other_command(words):
        instead = f"; write {json.dumps([*other.command])}" if other.command else ""
        raise ValueError(f"{other.remark}{instead}")
    return words


def read_argvs(value: object) -> tuple[tuple[str, ...], ...]:
    """An array of commands."""
    example = 'an array of commands, such as [["-m", "axolotl.cli.preprocess", "cfg.yml"]]'
    return tuple(read_training_argv(item) for item in _require_type(list, value, example))


def read_seconds(value: object) -> float:
    """`90s`, `30m` or `2h`, in seconds."""
    wanted = 'a time such as "90s", "30m" or "2h"'
    text = _require_type(str, value, wanted)
    match = re.fullmatch(r"([0-9]{1,6})([smh])", text)
    if match is None:
        raise ValueError(f"expected {wanted}, not {quote_text(text, 40)}")
    return int(match[1]) * _UNIT_S[match[2]]


def read_duration(value: object) -> float:
    """Seconds, as a number or as `90s`, `30m` or `2h`; more than none."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    wanted = 'seconds, or a time such as "90s", "10m" or "2h"'
    match = re.fullmatch(r"([0-9]{1,6})([smh]?)", text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"expected {wanted}, not {quote_text(str(value), 40)}")
    return int(match[1]) * _UNIT_S[match[2] or "s"]


def option_seconds(text: str) -> float:
    """An option's seconds, with a fraction if need be. Raises argparse's own error."""
    with contextlib.suppress(ValueError):
        if 0 <= (seconds := float(text)) < MOST_SECONDS:
            return seconds
    raise ArgumentTypeError(f"expected seconds, such as 30 or 0.5, not {quote_text(text, 40)}")


def read_env(value: object) -> dict[str, str]:
    """Variables and their values."""
    table = _require_type(dict, value, "a table of variables")
    variables = {read_env_name(name): read_env_value(text) for name, text in table.items()}
    for name, text in variables.items():
        _refuse_reference(name, text)
    return variables


def _refuse_reference(name: str, text: str) -> None:
    """Refuse a path that begins with what only a shell would replace, and no shell is there.

    Any other `$` is kept: it may be part of a secret.
    """
    for reference in REFERENCE.findall(text):
        if reference in (name, *OF_EVERY_SHELL) or name.endswith("PATH"):
            raise ValueError(
                f"{name} has a ${reference}: no shell expands it, and ranks get these very letters;"
                " write the whole value"
            )


def read_env_name(name: str) -> str:
    """A name that a shell can export."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError("expected a variable's name: letters, digits and '_', no digit first")
    return name


def read_env_value(value: object) -> str:
    """A variable's value: a string on one line, or an integer's digits.

    Booleans and floats are refused: programs do not agree on how they are spelled.
    """
    text = str(value) if type(value) is int else _require_type(str, value, "a string in quotes")
    if re.search(r"[\0\r\n]", text):
        raise ValueError("expected a value on one line: no newline, no NUL")
    return text
