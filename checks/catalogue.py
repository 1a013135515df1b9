"""Every check there is, found in the modules of the areas."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping

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
"""The areas in the order in which they are shown; one module each, once it has checks."""


def _collected() -> dict[str, Check]:
    found: dict[str, Check] = {}
    for area in AREAS:
        if importlib.util.find_spec(f"checks.{area}") is None:
            continue
        module = importlib.import_module(f"checks.{area}")
        for value in vars(module).values():
            if isinstance(value, Check) and value.area == area:
                found[value.id] = value
    return found


CATALOGUE: Mapping[str, Check] = _collected()


def matching(words: Iterable[str]) -> set[str]:
    """The words that are neither a check's id nor an area: what --allow cannot mean."""
    return {word for word in words if word not in CATALOGUE and word not in AREAS}
