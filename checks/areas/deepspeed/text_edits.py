"""Edits of a config that leave its layout and its comments as they are: expressions for sed.

sed knows lines alone: each edit is tried here on the file's text, and only one after which
DeepSpeed reads what was meant is used.
"""

from __future__ import annotations

import ast
import copy
import functools
import itertools
import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from checks.knowledge.deepspeed_config import NotAConfig, ParsedConfig, parse_config
from checks.quick_dataclass import dataclass

_VALUE = r'("[^"]*"|[^][{} ,"]+)'
_SPECIAL, _ESCAPED = re.compile(r"[][\\.*^$/]"), r"\\\g<0>"
_PLAIN = re.compile(r'[\w".+ -]+')
"""A value or a key that sed takes as it stands."""
Keys = tuple[str, ...]
"""They lead from the top of a config to a value in it."""
Lines = Sequence[str | None]
"""Of a file; None for one that is deleted. What is inserted stands behind its line, as one."""


@dataclass(frozen=True)
class _Change:
    """What is at `keys` gets that value, or what was at `source`; or it goes."""

    keys: Keys
    value: object = None
    source: Keys = ()
    gone: bool = False

    def apply(self, config: dict[str, Any]) -> None:
        """Change the parsed config. Raises LookupError or TypeError where it has no such place."""
        taken = _part(config, self.source).pop(self.source[-1]) if self.source else self.value
        above = _part(config, self.keys)
        above[self.keys[-1]] = taken
        if self.gone:
            del above[self.keys[-1]]

    @property
    def renames(self) -> bool:
        """Whether a key gets another name, in its place."""
        return bool(self.source) and self.source[:-1] == self.keys[:-1]


def _part(config: dict[str, Any], keys: Iterable[str]) -> Any:
    """The object in which the last of these keys stands."""
    return functools.reduce(operator.getitem, [*keys][:-1], config)


def sed_expressions(text: str, config: ParsedConfig, edit: str) -> list[str]:
    """What changes in `text` what the Python in `edit` changes in `c`, the config; for `sed`.

    Empty where that is not certain.
    """
    expected: dict[str, Any] = copy.deepcopy(dict(config.values))
    lines: Lines = text.splitlines()
    expressions = []
    try:
        for change in map(_read_change, ast.parse(edit).body):
            change.apply(expected)
            expression, lines = _first_right(lines, change, expected, config.json_error)
            expressions.append(expression)
    except (LookupError, TypeError, ValueError):
        return []
    return expressions


def _read_change(statement: ast.stmt) -> _Change:
    """Of `c["a"]=1`, `c["a"]=c.pop("b")` or `del c["a"]`. Raises ValueError for any other."""
    if isinstance(statement, ast.Delete):
        return _Change(_keys_of(statement.targets[0]), gone=True)
    if not isinstance(statement, ast.Assign):
        raise ValueError(ast.unparse(statement))  # noqa: TRY004 - as literal_eval does
    keys, value = _keys_of(statement.targets[0]), statement.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        source = (*_keys_of(value.func.value), str(ast.literal_eval(value.args[0])))
        return _Change(keys, source=source)
    return _Change(keys, ast.literal_eval(value))


def _keys_of(place: ast.expr) -> Keys:
    """`("a", "b")` of `c["a"]["b"]`. Raises ValueError for what is no such place."""
    if isinstance(place, ast.Name):
        return ()
    if not isinstance(place, ast.Subscript):
        raise ValueError(ast.unparse(place))  # noqa: TRY004 - as literal_eval does
    return (*_keys_of(place.value), str(ast.literal_eval(place.slice)))


def _first_right(
    lines: Lines, change: _Change, expected: Mapping[str, Any], json_error: str
) -> tuple[str, Lines]:
    """The expression after which the lines say what is expected, and these lines.

    Raises LookupError where there is none.
    """
    for expression, edited in _candidates(lines, change):
        try:
            read = parse_config("\n".join(line for line in edited if line is not None))
        except NotAConfig:
            continue
        if read.values == expected and bool(read.json_error) == bool(json_error):
            return expression, edited
    raise LookupError(change.keys)


def _candidates(lines: Lines, change: _Change) -> Iterator[tuple[str, Lines]]:
    """Each line that may be meant, as it would be; its number stands in the expression."""
    value = json.dumps(change.value)
    if not all(map(_PLAIN.fullmatch, (value, *change.keys[-1:]))):
        return
    if change.gone:
        yield from _deletions(lines, change.keys[-1])
    elif change.renames:
        pattern = rf'(?<![\w])("?){re.escape(change.source[-1])}("? *:)'
        new = change.keys[-1]
        yield from _replacements(lines, pattern, lambda found: f"{found[1]}{new}{found[2]}")
    elif not change.source:
        pattern = rf'(?<![\w])("?{re.escape(change.keys[-1])}"? *: *){_VALUE}'
        yield from _replacements(lines, pattern, lambda found: f"{found[1]}{value}")
        yield from _insertions(lines, change.keys, value)


def _replacements(
    lines: Lines, pattern: str, new: Callable[[re.Match[str]], str]
) -> Iterator[tuple[str, Lines]]:
    """Lines with another text in place of what matches the pattern."""
    for at, line in _untouched(lines):
        if found := re.search(pattern, line):
            old, instead = found[0], new(found)
            expression = f"{at + 1}s/{_SPECIAL.sub(_ESCAPED, old)}/{instead}/"
            yield expression, _with(lines, at, line.replace(old, instead, 1))


def _deletions(lines: Lines, key: str) -> Iterator[tuple[str, Lines]]:
    """Lines that have nothing but that key and its value."""
    pattern = rf'^[ \t]*"?{re.escape(key)}"? *: *{_VALUE} *,? *$'
    for at, line in _untouched(lines):
        if re.search(pattern, line):
            yield f"{at + 1}d", _with(lines, at, None)


def _insertions(lines: Lines, keys: Keys, value: str) -> Iterator[tuple[str, Lines]]:
    """A new line behind each one that opens the object in which the key belongs."""
    name = rf'"?{re.escape(keys[-2])}"? *: *' if len(keys) > 1 else ""
    for (at, line), (_, following) in itertools.pairwise(_untouched(lines)):
        if re.search(rf"^[ \t]*{name}\{{ *$", line):
            indent = following[: len(following) - len(following.lstrip())]
            new = f"{indent}{json.dumps(keys[-1])}: {value},"
            yield f"{at + 1}a\\{new}", _with(lines, at, f"{line}\n{new}")


def _untouched(lines: Lines) -> Iterator[tuple[int, str]]:
    """The lines that are as in the file, and where: sed counts those of its input."""
    return ((at, line) for at, line in enumerate(lines) if line is not None and "\n" not in line)


def _with(lines: Lines, at: int, instead: str | None) -> Lines:
    return [*lines[:at], instead, *lines[at + 1 :]]
