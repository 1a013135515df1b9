"""`launcher explain`: what a check asks, why, how it is measured and how to mend it; offline.

The words are those of docs/checks/, which an installed copy has as `checks/pages`.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
import shutil
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.catalogue import AREAS, CATALOGUE
from checks.check import Check
from checks.errors import UsageError
from checks.job.user_files import quote_text, suggest_word

_HEADING = re.compile(r"^##? +(.+?) *$", re.MULTILINE)
_PART = re.compile(r"^\*\*(\w+)\.\*\* ", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PART_TITLES = {"Claim": "asks", "Why": "why", "Measured": "measured", "Mend": "mend"}


@dataclass(frozen=True)
class AreaPage:
    """One area's page: its text before the first heading, and the text below each heading."""

    intro: str
    sections: Mapping[str, str]

    @property
    def table(self) -> Mapping[str, tuple[str, ...]]:
        """The rows of the table of causes, by their first cell."""
        rows = re.findall(r"^\| `([^`]+)` \|(.+)\|$", self.sections.get("Causes", ""), re.MULTILINE)
        return {cause: tuple(cell.strip() for cell in rest.split("|")) for cause, rest in rows}


@functools.cache
def area_page(area: str) -> AreaPage:
    """The page of an area; an empty one where there is none."""
    file = importlib.resources.files("checks").joinpath("pages", f"{area}.md")
    text = file.read_text("utf-8") if file.is_file() else ""
    _, *rest = _HEADING.split(text)
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    return AreaPage(
        parts.pop(area, "").strip(), {key.replace("`", ""): parts[key] for key in parts}
    )


def print_explanation(args: Namespace) -> None:
    """All checks, an area, a check (also as pytest writes it), or a cause."""
    word = args.check
    for line in _overview_lines() if word is None else _lines_about(word):
        print(line)


def _lines_about(word: str) -> Iterator[str]:
    name = _strip_test_name(word)
    if name in AREAS:
        return _area_lines(name)
    if check := find_check(name):
        return _check_lines(check)
    if name in places_by_cause():
        return _cause_lines(name)
    known = [*CATALOGUE, *AREAS, *places_by_cause(), *(check.claim for check in CATALOGUE.values())]
    raise UsageError(
        f"no check, area or cause is called {quote_text(word, 80)}{suggest_word(name, known)}; "
        "`launcher explain` lists them"
    )


def _strip_test_name(word: str) -> str:
    """`memlock-is-unlimited-node3` of `preflight/test_limits.py::test_limits[…]`."""
    found = re.search(r"\[([^\[\]]+)\]?$", word)
    return (found[1] if found else word).strip()


def find_check(word: str) -> Check | None:
    """The check of that id or claim, with or without a node or a pair behind it."""
    fits = [
        (len(name), check)
        for check in CATALOGUE.values()
        for name in (check.id, check.claim)
        if word == name or word.startswith(f"{name}-")
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


@functools.cache
def places_by_cause() -> Mapping[str, tuple[str, ...]]:
    """Each cause, and the checks or areas whose page says what mends it."""
    found: dict[str, list[str]] = {}
    for area in AREAS:
        for cause in area_page(area).table:
            found.setdefault(cause, []).append(area)
        for name, text in area_page(area).sections.items():
            for cause in _CODE.findall(_section_parts(text).get("Mend", "")):
                if re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", cause) and name in CATALOGUE:
                    found.setdefault(cause, []).append(name)
    return {cause: tuple(dict.fromkeys(where)) for cause, where in found.items()}


def _section_parts(text: str) -> dict[str, str]:
    """The four parts of a section, by their heads."""
    _, *rest = _PART.split(text)
    return dict(zip(rest[::2], rest[1::2], strict=True))


def _overview_lines() -> Iterator[str]:
    for area in AREAS:
        checks = [check for check in CATALOGUE.values() if check.area == area]
        if checks:
            yield area
        for check in checks:
            yield from _wrap_text(_strip_markdown(check.title), f"  {check.claim}: ")
    yield ""
    yield "More: launcher explain CHECK, AREA or CAUSE, or what pytest calls an item"


def _area_lines(area: str) -> Iterator[str]:
    yield from (area, "")
    yield from _prose_lines(area_page(area).intro, "")
    for check in CATALOGUE.values():
        if check.area == area:
            yield ""
            yield from _wrap_text(_strip_markdown(check.title), f"{check.id}: ")
    if area_page(area).table:
        yield ""
        yield from _cause_list_lines(area)


def _check_lines(check: Check) -> Iterator[str]:
    yield check.id
    stops = "stops the start" if check.severity.value == "block" else "warns"
    yield f"asked of {check.over.value}; {stops} where it does not hold"
    parts = _section_parts(area_page(check.area).sections.get(check.id, ""))
    for head, text in (parts or {"Claim": check.title, "Why": check.why}).items():
        yield ""
        yield _PART_TITLES.get(head, head.lower())
        yield from _prose_lines(text, "  ")
    yield ""
    if "#causes" in parts.get("Mend", ""):
        yield from _cause_list_lines(check.area)
    yield f"more: launcher explain {check.area}"


def _cause_list_lines(area: str) -> list[str]:
    return _wrap_text(f"{', '.join(area_page(area).table)}: launcher explain CAUSE", "causes: ")


def _cause_lines(cause: str) -> Iterator[str]:
    yield cause
    for where in places_by_cause()[cause]:
        yield ""
        yield where
        if where in CATALOGUE:
            text = _section_parts(area_page(where.partition(".")[0]).sections[where])["Mend"]
            yield from _prose_lines(text, "  ")
        else:
            yield from _row_lines(area_page(where).table[cause])


def _row_lines(cells: tuple[str, ...]) -> Iterator[str]:
    for head, cell in zip(("means", "mend"), cells, strict=False):
        yield from _wrap_text(_strip_markdown(cell), f"  {head}: ")


def _prose_lines(text: str, indent: str) -> Iterator[str]:
    """Paragraphs as a terminal shows them, fenced blocks as they are."""
    for at, block in enumerate(re.split(r"^```.*\n?", text.strip(), flags=re.MULTILINE)):
        if at % 2:
            yield from (f"{indent}    {line}".rstrip() for line in block.splitlines())
            continue
        for paragraph in re.split(r"\n\n+", block.strip()):
            listed = re.split(r"\n(?=[-|] )", paragraph)
            for one in listed:
                yield from _wrap_text(_strip_markdown(one), indent) if one.strip() else ()
            if paragraph is not block.strip().rsplit("\n\n", 1)[-1]:
                yield ""


def _strip_markdown(text: str) -> str:
    """Markdown's marks taken off."""
    return _CODE.sub(r"\1", _LINK.sub(r"\1", text)).replace("**", "")


def _wrap_text(text: str, indent: str) -> list[str]:
    width = min(shutil.get_terminal_size((88, 24)).columns, 100)
    blank = re.match(r" *", indent)
    return textwrap.wrap(
        " ".join(text.split()),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=(blank[0] if blank else "") + ("  " if indent.strip() else ""),
        break_long_words=False,
        break_on_hyphens=False,
    )
