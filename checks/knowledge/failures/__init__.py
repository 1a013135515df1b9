"""The failures that logs are known to show, by layer: what a line says, why, what fixes it.

One table for what foresees a failure and for what explains it afterwards: an entry names the checks
that would have found it before the start, and uses their words where the cause is the same.
A module is a layer; it is found, not registered.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from checks.knowledge.failures.grams import LiteralSet
from checks.knowledge.failures.known import FailureKind, KnownFailure, Surroundings

__all__ = [
    "FAILURES",
    "LITERALS",
    "FailureKind",
    "KnownFailure",
    "Surroundings",
    "possible_failures",
    "recognise_failure",
]


def _declared_failures() -> Iterator[KnownFailure]:
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        yield from (
            replace(failure, layer=entry.name) for failure in getattr(module, "FAILURES", ())
        )


FAILURES: Mapping[str, KnownFailure] = {known.id: known for known in _declared_failures()}

LITERALS: Sequence[tuple[str, KnownFailure]] = tuple(
    (literal, known) for known in FAILURES.values() for literal in known.literals
)
"""What a line needs to contain, and the failure that it may then show."""


@functools.cache
def _rows_by_literal() -> Mapping[str, Sequence[int]]:
    """The rows of LITERALS by theirs."""
    rows_of: dict[str, list[int]] = {}
    for at, (literal, _) in enumerate(LITERALS):
        rows_of.setdefault(literal, []).append(at)
    return rows_of


@functools.cache
def _literal_set() -> LiteralSet[str]:
    return LiteralSet(_rows_by_literal())


@functools.lru_cache(maxsize=1024)
def possible_failures(line: str) -> Sequence[tuple[KnownFailure, re.Match[str]]]:
    """Those that one line may show, the best first: roots, those of an accelerator, those that
    need no table of releases, that look for more than an exception's name, the conditional, longer
    words."""
    found = [
        (
            known.kind is not FailureKind.ROOT,
            not known.platforms,
            known.history == "needed",
            known.is_general,
            not known.is_conditional,
            -len(literal),
            match,
            known,
        )
        for literal, known in _failures_by_literal(line)
        if (match := known.find_in(line))
    ]
    found.sort(key=lambda candidate: candidate[:6])
    return [(known, match) for *_, match, known in found]


def recognise_failure(
    line: str, around: Surroundings | None = None
) -> tuple[KnownFailure, Mapping[str, str | None]] | None:
    """The failure that a line shows in its surroundings, with the values of its groups."""
    around = around or Surroundings(line)
    for known, match in possible_failures(line):
        groups = known.groups_in(match, around)
        shown = known.with_history(line, around) if groups is not None else None
        if groups is not None and shown:
            return shown, groups
    return None


def _failures_by_literal(line: str) -> list[tuple[str, KnownFailure]]:
    """The literals in the line, with the failures that they may show, in the table's order."""
    rows_of = _rows_by_literal()
    rows = (at for literal in _literal_set().within(line) for at in rows_of[literal])
    return [LITERALS[at] for at in sorted(rows)]
