"""Reads the YAML that accelerate writes: keys with scalars, and one more level of the same.

PyYAML is not a dependency of ours, and what this does not understand it refuses: a value that is
read otherwise than accelerate reads it would accuse a healthy file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_LINE = re.compile(r"""( *)(?:([\w.-]+)|'([^']+)'|"([^"\\]+)")[ ]*:(?:[ ]+(.*))?""")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_QUOTED = re.compile(r"""(?:'((?:[^']|'')*)'|"([^"\\]*)")\s*(?:#.*)?""")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **{w: True for word in ("true", "yes", "on") for w in (word, word.title(), word.upper())},
    **{w: False for word in ("false", "no", "off") for w in (word, word.title(), word.upper())},
    "[]": [],
    "{}": {},
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*([eE][-+][0-9]+)?")
_OTHER = re.compile(
    r"[\[\]{}&*!|>%@`?,]"  # collections, anchors, tags, blocks
    r"|[-?:](\s|$)|[-+]?(0[xob]?[0-9a-fA-F_]+|[0-9][0-9_]*(:[0-5]?[0-9])+|[0-9]*_[0-9_]*"
    r"|\.(inf|nan|[0-9])|[0-9]{4}-[0-9])",
    re.IGNORECASE,
)
"""How what means something that is not read here begins."""


class YamlError(ValueError):
    """A line that is not understood; the text names it."""


def read_yaml(text: str) -> dict[str, Any]:
    """The mapping in `text`; values are scalars, empty lists, or mappings of those.

    Raises YamlError for whatever else YAML knows, and for a key given twice.
    """
    top: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    parent, indent = "", 0
    for number, depth, key, value in _key_lines(text):
        if depth and (not parent or (inner and depth != indent)):
            raise YamlError(f"line {number}: not indented as the lines above it")
        into = inner if depth else top
        if key in into:
            raise YamlError(f"line {number}: {key} is given twice")
        into[key] = _parse_scalar(value, number)
        if depth:
            indent, top[parent] = depth, inner
        else:
            parent, inner = (key, {}) if not _COMMENT.sub("", value) else ("", {})
    return top


def _key_lines(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Number, indentation, key and raw value of each line that has any."""
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.rstrip()
        if not _COMMENT.sub("", line).strip() or (number == 1 and line == "---"):
            continue
        found = _LINE.fullmatch(line)
        if not found:
            raise YamlError(f"line {number}: expected `key: value`, got {line.strip()[:60]!r}")
        key = found[2] or found[3] or found[4]
        yield number, len(found[1]), key, (found[5] or "").strip()


def _parse_scalar(raw: str, number: int) -> Any:
    if quoted := _QUOTED.fullmatch(raw):
        return quoted[2] if quoted[1] is None else quoted[1].replace("''", "'")
    value = _COMMENT.sub("", raw).strip()
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _FLOAT.fullmatch(value):
        return float(value)
    if value[0] in "'\"" or _OTHER.match(value) or ": " in value or value.endswith(":"):
        raise YamlError(f"line {number}: {value[:60]!r} is more YAML than is read here")
    return value
