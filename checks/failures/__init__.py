"""The failures that logs are known to show, by layer: what a line says, why, what mends it.

One table for what foresees a failure and for what explains it afterwards: an entry names the checks
that would have told it before the start, and takes their words where the cause is the same.
A module is a layer; it is found, not registered.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from checks.failures.known import Kind, Known

__all__ = ["FAILURES", "Kind", "Known", "recognise"]


def _declared() -> Iterator[Known]:
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        yield from (replace(one, layer=entry.name) for one in getattr(module, "FAILURES", ()))


FAILURES: Mapping[str, Known] = {known.id: known for known in _declared()}


def recognise(line: str) -> tuple[Known, re.Match[str]] | None:
    """The failure that one line shows: a root before the rest, the more telling words first."""
    shown = ((known, known.match(line)) for known in FAILURES.values())
    found = [(known, match) for known, match in shown if match]
    return min(found, key=lambda one: _order(one[0], line), default=None)


def _order(known: Known, line: str) -> tuple[bool, int]:
    return known.kind is not Kind.ROOT, -max(len(lit) for lit in known.literals if lit in line)
