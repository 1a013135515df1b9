"""launch.toml: the one file that both faces read, so that what is checked is what is started."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from checks.errors import UsageError
from checks.job.key import Face, Key, declared_keys
from checks.job.user_files import quote_text, read_text, suggest_word
from checks.model import Job
from checks.quick_dataclass import dataclass

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAME = "launch.toml"
LARGEST_FILE = 1 << 18
LONGEST_LINE = 16384
MOST_DOTS = 200
"""In a line, outside strings: tomllib takes the square of a dotted key's length."""
_STRING = re.compile(r""" "[^"]*" | '[^']*' """, re.VERBOSE)

_DECLARED = tuple(declared_keys(Job))
_TABLES = tuple(dict.fromkeys(key.table for key in _DECLARED if key.table))

KEYS: Mapping[str, Key] = {
    key.name: key for table in ("", *_TABLES) for key in _DECLARED if key.table == table
}
"""Every key of launch.toml by its name, table after table."""

_KEYS_BY_PATH = {(key.table, key.word): key for key in KEYS.values()}


@dataclass(frozen=True)
class LaunchFile:
    """What launch.toml says, by the names of its keys; nothing where it says nothing."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    """`file:line` of each key that is set, for mistakes that show only when its value is used."""

    def get(self, name: str) -> Any:
        """The value of a key, None where there is none."""
        return self.values.get(name)


def keys_by_table() -> dict[str, list[Key]]:
    """The keys that have an example, by table, in the order of a launch.toml."""
    return {
        table: [key for key in KEYS.values() if key.table == table and key.example]
        for table in ("", *_TABLES)
    }


def keys_on(face: Face) -> list[Key]:
    """The keys that are options of that face."""
    return [key for key in KEYS.values() if key.faces & face]


def add_key_options(add: Callable[..., object], keys: Iterable[Key]) -> None:
    """The options that say which job is meant; `add` is argparse's or pytest's own."""
    for key in keys:
        key.add_option(add)
    add("--launch-file", metavar="FILE", help=f"instead of ./{NAME}")


def read_launch_file(path: Path) -> LaunchFile:
    """The file at `path`, every key checked. Raises UsageError with `path:line`."""
    return parse_launch_file(read_text(path, "launch file"), str(path))


def parse_launch_file(text: str, where: str) -> LaunchFile:
    """`text` as a LaunchFile, paths as written; `where` names it in messages. Raises UsageError."""
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for table, word, value in _assignments(_parse_toml(text, where)):
        place = _place_of(text, where, table, word)
        try:
            key = _known_key(table, word)
            read = key.read({word: value} if key.any_name else value)
        except ValueError as error:
            path = quote_text(f"{table}.{word}" if table else word, 80)
            raise UsageError(f"{place}: {path}: {error}") from None
        values[key.name] = {**values.get(key.name, {}), **read} if key.any_name else read
        places[key.name] = place
    if "include" in values and "exclude" in values:
        both = "start.include and start.exclude: expected only one of them"
        raise UsageError(f"{places['exclude']}: {both}")
    return LaunchFile(values, places)


def _parse_toml(text: str, where: str) -> dict[str, Any]:
    _limit_length(text, where)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{where}: nested too deeply; expected tables one level deep") from None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        rows = text.splitlines() or [""]
        number = min(int(at[1]), len(rows)) if at else len(rows)
        row = quote_text(rows[number - 1].strip())
        raise UsageError(f"{where}:{number}: {row}: expected TOML: {error}") from None
    except ValueError:
        raise UsageError(f"{where}: a number with thousands of digits") from None


def _limit_length(text: str, where: str) -> None:
    """Returns where the text can be parsed in less than a second; else UsageError."""
    if len(text) > LARGEST_FILE:
        raise UsageError(f"{where}: over {LARGEST_FILE >> 10} KiB; this is not a launch file")
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            raise UsageError(f"{where}:{number}: a line of over {LONGEST_LINE} characters")
        if _STRING.sub("", re.sub(r"\\.", "", line)).count(".") > MOST_DOTS:
            raise UsageError(f"{where}:{number}: a key of over {MOST_DOTS} parts")


def _assignments(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every (table, word, value); the table is "" for keys at the top."""
    for word, value in document.items():
        if word in _TABLES and isinstance(value, dict):
            yield from ((word, inner, within) for inner, within in value.items())
        else:
            yield "", word, value


def _known_key(table: str, word: str) -> Key:
    """The key of that name in that table. Raises ValueError."""
    if key := _KEYS_BY_PATH.get((table, word)) or _KEYS_BY_PATH.get((table, "*")):
        return key
    if not table and word in _TABLES:
        raise ValueError(f"expected a table: write [{word}] on a line of its own")
    homes = [key.table for key in KEYS.values() if key.word == word]
    if homes:
        hint = f"; it belongs under [{homes[0]}]" if homes[0] else "; it belongs above any [table]"
    else:
        words = [key.word for key in KEYS.values() if key.table == table]
        hint = suggest_word(word, [*words, *(() if table else _TABLES)])
    raise ValueError(f"unknown key{hint}")


def _place_of(text: str, where: str, table: str, word: str) -> str:
    """`where:line` of a key's assignment, or of its table's; `where` where neither is found."""
    name = rf"""["']?{re.escape(word)}["']?"""
    home = rf"""["']?{re.escape(table)}["']?"""
    inside, table_line = "", 0
    for number, row in enumerate(text.splitlines(), 1):
        if header := re.match(r"""\s*\[{1,2}\s*["']?([^"'\]]*?)["']?\s*\]+\s*(#.*)?$""", row):
            inside = header[1]
        if inside == table and re.match(rf"\s*{name}\s*[=.]", row):
            return f"{where}:{number}"
        if not inside and table and re.match(rf"\s*{home}\s*(\.\s*{name}\s*)?=", row):
            return f"{where}:{number}"
        if header and inside == f"{table}.{word}":
            return f"{where}:{number}"
        if header and inside in {table, word}:
            table_line = table_line or number
    return f"{where}:{table_line}" if table_line else where
