"""Every check there is, found in the modules of the areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checks.check import Check
from checks.declared import AREAS, area_modules, declared_checks
from checks.errors import UsageError
from checks.job.user_files import near_word, quote_text, suggest_word
from checks.model import Cause
from checks.quick_dataclass import dataclass

__all__ = [
    "AREAS",
    "CATALOGUE",
    "AreaText",
    "area_modules",
    "area_text",
    "declared_checks",
    "require_known_checks",
    "unknown_check_names",
]


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
        meant = near_word(word, [*CATALOGUE, *AREAS])
        raise UsageError(
            f"{source} {quote_text(word, 60)}: no such check or area{near}",
            typed=(source, word),
            right=(source, meant) if meant else (),
        )
