"""The checks as the modules of the areas declare them, each area by itself."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from checks.check import Check

AREAS = (
    "reach",
    "ssh",
    "pdsh",
    "names",
    "ports",
    "limits",
    "network",
    "nccl",
    "gpu",
    "software",
    "files",
    "time",
    "deepspeed",
    "accelerate",
    "training",
    "collective",
)
"""The areas in the order in which they are shown; a module each, or a package of some."""


def area_modules(area: str) -> Iterator[ModuleType]:
    """The module of an area, or all modules of its package; nothing for one without checks."""
    if importlib.util.find_spec(f"checks.areas.{area}") is None:
        return
    top = importlib.import_module(f"checks.areas.{area}")
    yield top
    for entry in pkgutil.iter_modules(getattr(top, "__path__", ())):
        yield importlib.import_module(f"{top.__name__}.{entry.name}")


def declared_checks(module: ModuleType) -> Iterator[Check]:
    """The checks that stand in a module itself, not those that it imports."""
    for value in vars(module).values():
        if isinstance(value, Check) and value.judge.__module__ == module.__name__:
            yield value


def find_check(name: str) -> Check | None:
    """The check of that id, of which nothing but its area is imported."""
    area = name.partition(".")[0]
    modules = area_modules(area) if area in AREAS else ()
    checks = (check for module in modules for check in declared_checks(module))
    return next((check for check in checks if check.id == name), None)
