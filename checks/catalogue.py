"""Every check there is, found in the modules of the areas."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

from checks.check import Check
from checks.errors import UsageError
from checks.job.user_files import quote_text, suggest_word
from checks.model import Cause

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


@dataclass(frozen=True)
class AreaText:
    """What the docs say of a whole area, as Markdown: from its module's docstring and `CAUSES`."""

    introduction: str
    closing: str
    causes: tuple[Cause, ...]


def area_text(area: str) -> AreaText:
    """The introduction, the sections that follow its checks, the causes that its checks share."""
    module = next(area_modules(area))
    introduction, heading, closing = (module.__doc__ or "").strip().partition("\n## ")
    return AreaText(
        introduction.strip(), f"{heading}{closing}".strip(), getattr(module, "CAUSES", ())
    )


def declared_checks(module: ModuleType) -> Iterator[Check]:
    """The checks that stand in a module itself, not those that it imports."""
    for value in vars(module).values():
        if isinstance(value, Check) and value.judge.__module__ == module.__name__:
            yield value


def _collect_checks() -> dict[str, Check]:
    found = (
        check
        for area in AREAS
        for module in area_modules(area)
        for check in declared_checks(module)
    )
    return {check.id: check for check in found}


CATALOGUE: Mapping[str, Check] = _collect_checks()


def unknown_check_names(words: Iterable[str]) -> set[str]:
    """The words that are neither a check's id nor an area: what --allow cannot mean."""
    return {word for word in words if word not in CATALOGUE and word not in AREAS}


def require_known_checks(words: Iterable[str], source: str) -> None:
    """Returns when each word is a check's id or an area; else UsageError with the nearest one."""
    for word in sorted(unknown_check_names(words)):
        near = suggest_word(word, [*CATALOGUE, *AREAS])
        raise UsageError(f"{source} {quote_text(word, 60)}: no such check or area{near}")
