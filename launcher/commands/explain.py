"""`launcher explain`: what a check claims, why, how it is measured and how to fix it; offline."""

from __future__ import annotations

import functools
import re
import shutil
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Mapping

from checks.catalogue import AREAS, CATALOGUE, area_text
from checks.check import Check
from checks.errors import UsageError
from checks.job.user_files import quote_text, suggest_word
from checks.next_line import next_line
from launcher.commands.known_failures import failure_lines

_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def print_explanation(args: Namespace) -> None:
    """All checks, an area, a check (also as pytest writes it), a cause, or known failures."""
    if args.failures is not None:
        lines = failure_lines(args.failures)
    else:
        lines = _overview_lines() if args.check is None else _lines_about(args.check)
    for line in lines:
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
        f"all of them: {next_line('explain')}"
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
    """Each cause, and the checks or areas whose text says how to fix it."""
    found: dict[str, list[str]] = {}
    for area in AREAS:
        for cause in area_text(area).causes:
            found.setdefault(cause.name, []).append(area)
    for check in CATALOGUE.values():
        for fix in check.text.fixes:
            for name in fix.causes:
                found.setdefault(name, []).append(check.id)
    return {cause: tuple(places) for cause, places in found.items()}


def _overview_lines() -> Iterator[str]:
    for area in AREAS:
        checks = [check for check in CATALOGUE.values() if check.area == area]
        if checks:
            yield area
        for check in checks:
            yield from _wrap_text(_strip_markdown(check.text.claim), f"  {check.claim}: ")
    yield ""
    more = f"More: {next_line('explain')} CHECK, AREA or CAUSE, or what pytest calls an item"
    yield from _wrap_text(more, "")


def _area_lines(area: str) -> Iterator[str]:
    yield from (area, "")
    yield from _prose_lines(area_text(area).introduction, "")
    for check in CATALOGUE.values():
        if check.area == area:
            yield ""
            yield from _wrap_text(_strip_markdown(check.text.claim), f"{check.id}: ")
    if area_text(area).causes:
        yield ""
        yield from _cause_list_lines(area)


def _check_lines(check: Check) -> Iterator[str]:
    yield check.id
    stops = "stops the start" if check.severity.value == "block" else "warns"
    yield f"applies to {check.over.value}; {stops} where it does not hold"
    text = check.text
    fixes = (f"- {', '.join(fix.causes)}: {fix.text}" for fix in text.fixes)
    parts = {
        "claim": text.claim,
        "why": text.why,
        "measured": text.measured,
        "fix": "\n".join((text.fix, *fixes)),
    }
    for head, part in parts.items():
        yield from ("", head)
        yield from _prose_lines(part, "  ")
    yield ""
    if area_text(check.area).causes and "#causes" in text.fix:
        yield from _cause_list_lines(check.area)
    yield f"more: {next_line('explain', None, check.area)}"


def _cause_list_lines(area: str) -> list[str]:
    names = ", ".join(cause.name for cause in area_text(area).causes)
    return _wrap_text(f"{names}: {next_line('explain')} CAUSE", "causes: ")


def _cause_lines(name: str) -> Iterator[str]:
    yield name
    for place in places_by_cause()[name]:
        yield from ("", place)
        for label, text in _cause_texts(place, name).items():
            yield from _wrap_text(_strip_markdown(text), f"  {label}: ") if text else ()


def _cause_texts(place: str, name: str) -> Mapping[str, str]:
    """What a check or an area says of one cause, by label."""
    if place in CATALOGUE:
        text = CATALOGUE[place].text
        return {"fix": next(fix.text for fix in text.fixes if name in fix.causes), "note": text.fix}
    cause = next(cause for cause in area_text(place).causes if cause.name == name)
    return {"means": cause.meaning, "fix": cause.fix}


def _prose_lines(text: str, indent: str) -> Iterator[str]:
    """Paragraphs and lists as a terminal shows them."""
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        if number:
            yield ""
        for item in re.split(r"\n(?=- )", _strip_markdown(paragraph)):
            bullet = "- " if item.startswith("- ") else ""
            yield from _wrap_text(item.removeprefix(bullet), indent + bullet)


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
