"""Which facts this version saves: a digest that changes with every field of theirs."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import pkgutil
from collections.abc import Iterable

from checks.model import Job, Node, Ssh


@functools.cache
def facts_schema() -> str:
    """Twelve hex digits: the same in two versions that read each other's saved facts rightly.

    A field that one of them does not know would be judged by its default.
    """
    return schema_digest([*fact_records(), Job, Node, Ssh])


def fact_records() -> list[type]:
    """The dataclasses of `checks.facts`: each fact, and the records that facts are made of."""
    import checks.facts

    names = (f"checks.facts.{entry.name}" for entry in pkgutil.iter_modules(checks.facts.__path__))
    return [
        kind
        for name in names
        for kind in vars(importlib.import_module(name)).values()
        if isinstance(kind, type) and kind.__module__ == name and dataclasses.is_dataclass(kind)
    ]


def schema_digest(records: Iterable[type]) -> str:
    """A digest of the records' names, sections, and the name and type of each field."""
    lines = sorted(
        f"{record.__name__} {getattr(record, 'section', '')} {field.name}: {field.type}"
        for record in records
        for field in dataclasses.fields(record)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
