"""Fixes that edit a node's accelerate configuration by one sed command.

YAML is written in many ways, and sed knows lines alone: each edit is tried here on the file's text,
and only one after which accelerate reads what was meant is printed as a command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from checks.facts import NodeView
from checks.facts.accelerate_config import AccelerateFile
from checks.knowledge.accelerate_config import ConfigError, node_config, parse_config
from checks.model import Fix
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class LineEdit:
    """An extended sed expression, and the text that it leaves."""

    expression: str
    text: str


def replace_lines(text: str, pattern: str, replacement: str) -> LineEdit:
    """What matches `pattern` becomes `replacement`, in which `\\1` is its first group."""
    edited = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return LineEdit(f"s|{pattern}|{replacement}|", edited)


def delete_lines(text: str, pattern: str) -> LineEdit:
    """The lines that match `pattern` go."""
    lines = text.splitlines(keepends=True)
    kept = "".join(line for line in lines if not re.search(pattern, line))
    return LineEdit(f"/{pattern}/d", kept)


def append_line(text: str, line: str, after: str = "") -> LineEdit:
    """`line` comes after each one that matches `after`, or at the end."""
    if not after:
        return LineEdit(rf"$a\{line}", f"{text.rstrip()}\n{line}\n")
    rows = text.splitlines()
    edited = [new for row in rows for new in ([row, line] if re.search(after, row) else [row])]
    return LineEdit(rf"/{after}/a\{line}", "\n".join(edited))


def key_pattern(key: str) -> str:
    """A pattern for `key` that is the same to sed and to Python."""
    return re.sub(r"[^\w-]", ".", key)


def edit_fix(
    node: NodeView, edit: LineEdit, expected: Mapping[str, Any], by_hand: str, note: str = ""
) -> Fix:
    """The fix that runs `edit`, if accelerate then reads `expected`; else what to do by hand."""
    path = node.read(AccelerateFile).path
    try:
        right = not path.endswith(".json") and parse_config(path, edit.text).values == expected
    except ConfigError:
        right = False
    if not right:
        return node.fix("", f"{by_hand} in {path}" + (f"; {note}" if note else ""))
    return node.fix(shlex.join(["sed", "-E", "-i", edit.expression, path]), note)


def set_key_fix(node: NodeView, key: str, value: object, note: str = "") -> Fix:
    """The fix that gives a top key that value in the node's file."""
    text, values = _current_config(node)
    line = f"{key}: {value}"
    edit = replace_lines(text, f"^{key}:.*", line) if key in values else append_line(text, line)
    return edit_fix(node, edit, {**values, key: value}, f"set {key} to {value}", note)


def set_nested_key_fix(node: NodeView, part: str, key: str, value: object, note: str = "") -> Fix:
    """The fix that gives a key of a nested part that value in the node's file."""
    text, values = _current_config(node)
    inner = values.get(part) or {}
    indent = re.search(rf"^{part}:[ ]*\n([ ]+)", text, re.MULTILINE)
    line = f"{indent[1] if indent else '  '}{key}: {value}"
    edit = (
        replace_lines(text, f"^ *{key}:.*", line)
        if key in inner
        else append_line(text, line, after=f"^{part}:")
    )
    expected = {**values, part: {**inner, key: value}}
    return edit_fix(node, edit, expected, f"set {key} to {value} under {part}", note)


def _current_config(node: NodeView) -> tuple[str, Mapping[str, Any]]:
    config = node_config(node)
    return node.read(AccelerateFile).text or "", config.values if config else {}
