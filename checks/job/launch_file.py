"""launch.toml: the one file that both faces read, so that what is checked is what is started."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checks.errors import UsageError
from checks.job.user_files import quote_text, read_text, suggest_word
from checks.job.value_readers import (
    BACKENDS,
    LAUNCHERS,
    choice_reader,
    read_argv,
    read_argvs,
    read_env_name,
    read_env_value,
    read_line,
    read_lines,
    read_port,
    read_seconds,
    read_user,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAME = "launch.toml"


@dataclass(frozen=True)
class LaunchFile:
    """What launch.toml says; None where it says nothing, so that options and defaults can.

    Paths are as written. `where` is the file's path, empty where there is no file.
    """

    where: str = ""
    hosts: str | None = None
    python: str | None = None
    workdir: str | None = None
    same: tuple[str, ...] | None = None
    exist: tuple[str, ...] | None = None
    output: str | None = None
    ssh_user: str | None = None
    ssh_port: int | None = None
    ssh_key: str | None = None
    ssh_config: str | None = None
    head: str | None = None
    master_port: int | None = None
    launcher: str | None = None
    backend: str | None = None
    before: tuple[tuple[str, ...], ...] | None = None
    command: tuple[str, ...] | None = None
    deepspeed_config: str | None = None
    accelerate_config: str | None = None
    include: str | None = None
    exclude: str | None = None
    env: Mapping[str, str] | None = None
    allow: tuple[str, ...] | None = None
    max_age_s: float | None = None
    nccl_tests: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    """`file:line` of each field that was given, for what only shows when it is put to use."""


def read_launch_file(path: Path) -> LaunchFile:
    """The file at `path`, every key checked. Raises UsageError with `path:line`."""
    return parse_launch_file(read_text(path, "launch file"), str(path))


def parse_launch_file(text: str, where: str) -> LaunchFile:
    """`text` as a LaunchFile; `where` is its name in messages. Raises UsageError."""
    given: dict[str, Any] = {}
    places: dict[str, str] = {}
    for table, key, value in _key_values(_parse_toml(text, where)):
        place = _key_place(text, where, table, key)
        dotted = f"{table}.{key}" if table else key
        name, problem = _read_key(given, table, key, value)
        if problem:
            raise UsageError(f"{place}: {quote_text(dotted, 80)}: {problem}")
        places[name] = place
    if given.get("include") and given.get("exclude"):
        both = "start.include and start.exclude: expected only one of them"
        raise UsageError(f"{places['exclude']}: {both}")
    return LaunchFile(where=where, places=places, **given)


def _read_key(given: dict[str, Any], table: str, key: str, value: object) -> tuple[str, str]:
    """Puts one key's value into `given`: the field it went to, and what is wrong with it or ""."""
    try:
        if table == "env":
            given.setdefault("env", {})[read_env_name(key)] = read_env_value(value)
            return "env", ""
        name, reader = _known_key(table, key)
        given[name] = reader(value)
    except ValueError as error:
        return "", str(error)
    return name, ""


def _parse_toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{where}: nested too deep; expected tables one level deep") from None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        rows = text.splitlines() or [""]
        number = min(int(at[1]), len(rows)) if at else len(rows)
        row = quote_text(rows[number - 1].strip())
        raise UsageError(f"{where}:{number}: {row}: expected TOML: {error}") from None


def _key_values(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every (table, key, value); the table is "" for keys at the top."""
    for key, value in document.items():
        if key in _TABLES and isinstance(value, dict):
            yield from ((key, inner, within) for inner, within in value.items())
        else:
            yield "", key, value


def _known_key(table: str, key: str) -> tuple[str, Reader]:
    """The LaunchFile field of a key and what reads its value. Raises ValueError."""
    if key in _KEYS[table]:
        return _KEYS[table][key]
    if not table and key in _TABLES:
        raise ValueError(f"expected a table: write [{key}] on a line of its own")
    homes = [home for home, keys in _KEYS.items() if key in keys]
    if homes:
        hint = f"; it belongs under [{homes[0]}]" if homes[0] else "; it belongs above any [table]"
    else:
        hint = suggest_word(key, [*_KEYS[table], *(() if table else _TABLES)])
    raise ValueError(f"unknown key{hint}")


def _key_place(text: str, where: str, table: str, key: str) -> str:
    """`where:line` of a key's assignment, or of its table's; `where` where neither is found."""
    word = rf"""["']?{re.escape(key)}["']?"""
    home = rf"""["']?{re.escape(table)}["']?"""
    inside, table_line = "", 0
    for number, row in enumerate(text.splitlines(), 1):
        if header := re.match(r"""\s*\[{1,2}\s*["']?([^"'\]]*?)["']?\s*\]+\s*(#.*)?$""", row):
            inside = header[1]
        if inside == table and re.match(rf"\s*{word}\s*[=.]", row):
            return f"{where}:{number}"
        if not inside and table and re.match(rf"\s*{home}\s*(\.\s*{word}\s*)?=", row):
            return f"{where}:{number}"
        if header and inside == f"{table}.{key}":
            return f"{where}:{number}"
        if header and inside in {table, key}:
            table_line = table_line or number
    return f"{where}:{table_line}" if table_line else where


Reader = Callable[[object], Any]
_KEYS: Mapping[str, Mapping[str, tuple[str, Reader]]] = {
    "": {
        "hosts": ("hosts", read_line),
        "python": ("python", read_line),
        "workdir": ("workdir", read_line),
        "same": ("same", read_lines),
        "exist": ("exist", read_lines),
        "output": ("output", read_line),
    },
    "ssh": {
        "user": ("ssh_user", read_user),
        "port": ("ssh_port", read_port),
        "key": ("ssh_key", read_line),
        "config": ("ssh_config", read_line),
    },
    "master": {"host": ("head", read_line), "port": ("master_port", read_port)},
    "start": {
        "with": ("launcher", choice_reader(LAUNCHERS)),
        "backend": ("backend", choice_reader(BACKENDS)),
        "before": ("before", read_argvs),
        "command": ("command", read_argv),
        "deepspeed_config": ("deepspeed_config", read_line),
        "accelerate_config": ("accelerate_config", read_line),
        "include": ("include", read_line),
        "exclude": ("exclude", read_line),
    },
    "preflight": {
        "allow": ("allow", read_lines),
        "max_age": ("max_age_s", read_seconds),
        "nccl_tests": ("nccl_tests", read_line),
    },
}
_TABLES = (*(table for table in _KEYS if table), "env")

READERS: Mapping[str, Reader] = dict(pair for keys in _KEYS.values() for pair in keys.values())
"""What reads each field of LaunchFile (but `env`): options are held to the same."""
