r"""Entries of the table as text: the fewest words that say what KnownFailure (known.py) holds.

    FABRIC_FIX = look for errors on the port
    root verbs-port-down, survivable
      shows   port {port:\d+} of {device} is not active
      cause   the link of {device} is down, perhaps only for
              a moment
      fix     {FABRIC_FIX}
      checks  nccl.infiniband-is-usable

An entry begins at the margin with its kind and id, and what else it is: `survivable`, `usage`,
`peer`, `warns`. Its fields are indented by two; a longer one goes on below its own text, which
stands for one space. `says` is a literal and may come several times; with `pattern` it is the
regular expression that decides. `shows` is both in one: a line's words with gaps, each a group,
`\S+` where none else is given; its words with most letters are the literal. `NAME = words` are
shared by the entries below, which write `{NAME}`. A value that begins or ends with a space stands
in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from checks.knowledge.failures.known import FailureKind, KnownFailure

_WORDS = re.compile(r"(?P<name>[A-Z][A-Z0-9_]+) = (?P<words>.*)")
_SHARED = re.compile(r"\{([A-Z][A-Z0-9_]+)\}")
_GAP = re.compile(r"\{([a-z]\w*)(?::([^{}]+))?\}")
_LETTER = re.compile(r"[A-Za-z]")
_ANY_WORD = r"\S+"
_FLAGS = {"survivable": "survivable", "usage": "of_usage", "peer": "peer", "warns": "warns"}
_LISTS = ("checks", "corrects", "divides", "follows", "platforms")


def read_entries(
    text: str, *, meanings: Mapping[str, Mapping[str, str]] | None = None, **words: str
) -> tuple[KnownFailure, ...]:
    """The entries of a layer; raises where one is malformed.

    `meanings` are those of an entry by its id, `words` are shared with other modules.
    """
    shared, found = dict(words), []
    for head, fields in _blocks(text):
        if defined := _WORDS.fullmatch(head):
            shared[defined["name"]] = _unquoted(defined["words"])
        else:
            found.append(_entry(head, _with_words(fields, shared)))
    of_id = meanings or {}
    return tuple(
        replace(each, meanings=of_id[each.id]) if each.id in of_id else each for each in found
    )


def _blocks(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Each line at the margin, gone on where a deeper one follows, and the fields below it."""
    head = ""
    fields: list[list[str]] = []
    for line in filter(None, text.splitlines()):
        if line[0] != " ":
            if head:
                yield head, fields
            head, fields = line, []
        elif line[2] != " ":
            fields.append(line.split(maxsplit=1))
        elif fields:
            gap = "" if fields[-1][1].endswith("|") else " "
            fields[-1][1] += gap + line.lstrip()
        else:
            head += " " + line.lstrip()
    yield head, fields


def _with_words(fields: list[list[str]], shared: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields with shared words in place of their names, and without quotes."""
    return [
        (name, _unquoted(_SHARED.sub(lambda gap: shared[gap[1]], value))) for name, value in fields
    ]


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _entry(head: str, fields: list[tuple[str, str]]) -> KnownFailure:
    kind, _, rest = head.partition(" ")
    name, *flags = rest.split(", ")
    values: dict[str, Any] = {
        key: tuple(value.split(", ")) if key in _LISTS else value for key, value in fields
    }
    values["says"] = tuple(value for key, value in fields if key == "says")
    if shown := values.pop("shows", ""):
        values |= {"says": (_best_words(shown),), "pattern": _pattern_of(shown)}
    values |= {_FLAGS[flag]: True for flag in flags}
    return KnownFailure(FailureKind(kind), name, **values)


def _best_words(shown: str) -> str:
    return max(_GAP.split(shown)[::3], key=lambda words: len(_LETTER.findall(words)))


def _pattern_of(shown: str) -> str:
    """The regular expression of a line with gaps."""
    parts = _GAP.split(shown)
    found = re.escape(parts[0])
    for name, pattern, words in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        found += f"(?P<{name}>{pattern or _ANY_WORD})" + re.escape(words)
    return found
