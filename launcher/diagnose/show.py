"""A verdict as one screen, and as JSON."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from checks.catalogue import CATALOGUE
from checks.check import Over
from checks.failures import Kind, Known
from checks.reports.masking import MASK, is_secret, masked
from launcher.diagnose.evidence import Evidence, Sighting, steps_of
from launcher.diagnose.lines import Place, clean
from launcher.diagnose.sources import Source
from launcher.diagnose.verdict import Cause, Verdict, Weight, line_of, place_of, weight_of

SHOWN = 8
TRACE_LINES = 14
_ASSIGNED = re.compile(r"([\w-]+)=(\"[^\"]*\"|'[^']*'|\S+)")
_TOKEN = re.compile(r"\b(?:hf_|sk-|ghp_)[A-Za-z0-9_-]{12,}")
_ERROR = re.compile(r"error|fail|abort|fatal|killed|exception|cannot|refused", re.IGNORECASE)


def masked_line(text: str) -> str:
    """A line of a log without the secrets that it seems to hold."""
    text = _ASSIGNED.sub(lambda m: f"{m[1]}={MASK}" if is_secret(m[1]) else m[0], text)
    return masked(_TOKEN.sub(MASK, text))[:400]


def where(cause: Cause) -> str:
    """file:line of its first line."""
    line = line_of(cause)
    return f"{line.place.source}:{line.number}"


def screen(verdict: Verdict, evidence: Evidence) -> str:
    """All that a person needs: what, where, why, what mends it, what to check next."""
    if verdict.known:
        lines = list(_known(verdict, verdict.known))
    elif verdict.cause:
        lines = list(_unknown(verdict, verdict.cause))
    else:
        lines = list(_nothing(evidence.sources))
    lines += _rest(verdict)
    lines += [f"note   {source.flaw}" for source in evidence.sources if source.flaw]
    return "\n".join(lines)


def _known(verdict: Verdict, cause: Sighting) -> Iterator[str]:
    place = str(place_of(cause, verdict.first_failed))
    mark = "‼" if weight_of(cause) in (Weight.WEAK, Weight.STALL) else "×"
    yield f"{mark} {cause.known.id}{f': {place}' if place else ''}"
    yield f"why    {cause.told(cause.known.cause)}"
    yield f"seen   {where(cause)}: {masked_line(cause.line.text.strip())}"
    if cause.trace and cause.trace.error and cause.trace.error != cause.line.text:
        yield f"       {masked_line(cause.trace.error)}"
    yield f"mend   {cause.told(cause.known.fix)}"
    if command := preflight(cause):
        yield f"next   {command}"
    if verdict.laggards:
        yield f"ranks  {verdict.laggards}"


def _unknown(verdict: Verdict, cause: Cause) -> Iterator[str]:
    place = str(place_of(cause, verdict.first_failed))
    yield f"no known failure. The first error{f' is of {place}' if place else ''}, {where(cause)}:"
    yield from (f"  {masked_line(text)}" for text in _shortened(getattr(cause, "lines", [])))


def _shortened(lines: Sequence[str]) -> list[str]:
    if len(lines) <= TRACE_LINES:
        return list(lines)
    return [*lines[:3], f"  … {len(lines) - TRACE_LINES} lines …", *lines[3 - TRACE_LINES :]]


def _nothing(sources: Iterable[Source]) -> Iterator[str]:
    yield "no known failure, and no traceback that the run did not survive."
    for source in sources:
        if steps_of(source):
            continue
        bad = [one for one in source.last_lines() if _ERROR.search(one[1])][-5:]
        for number, text in bad:
            yield f"  {source.name}:{number}: {masked_line(clean(text.strip().encode()))}"


def _rest(verdict: Verdict) -> Iterator[str]:
    if verdict.also:
        places = dict.fromkeys(str(one.line.place) or where(one) for one in verdict.also)
        yield f"also   on {_listed(list(places))}"
    head = "then   "
    for cause in list(verdict.then)[:SHOWN]:
        yield f"{head}{_brief(cause)}"
        head = "       "
    if len(verdict.then) > SHOWN:
        yield f"       and {len(verdict.then) - SHOWN} more"
    ids = dict.fromkeys(one.known.id for one in verdict.harmless)
    for name in ids:
        (one, *_) = [each for each in verdict.harmless if each.known.id == name]
        kind = _harmless(one.known)
        yield f"said   {name} ({kind}): {where(one)}"


def _harmless(known: Known) -> str:
    if known.kind is Kind.NOISE:
        return "harmless"
    return "healthy runs say so too" if known.survivable else "the run went on after it"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _brief(cause: Cause) -> str:
    place = str(line_of(cause).place)
    what = cause.known.id if isinstance(cause, Sighting) else cause.error or "a traceback"
    return f"{f'{place}: ' if place else ''}{masked_line(what)[:120]} ({where(cause)})"


def preflight(cause: Sighting) -> str:
    """The checks to run next, on the node concerned if it is known; '' where none bears on it."""
    checks = [CATALOGUE[name] for name in cause.known.checks if name in CATALOGUE]
    if not checks:
        return ""
    chosen = " or ".join(check.claim for check in checks)
    node = cause.line.place.node
    if node and all(check.over is not Over.CLUSTER for check in checks):
        chosen = f"({chosen}) and {node}" if len(checks) > 1 else f"{chosen} and {node}"
    return shlex.join(["pytest", "preflight/", "--hosts", "hosts.txt", "-k", chosen])


def as_json(verdict: Verdict, evidence: Evidence) -> dict[str, Any]:
    """The same for programs; `failure` is null where nothing known was found."""
    return {
        "schema": 1,
        "failure": _sighting(verdict.known) if verdict.known else None,
        "unknown": _trace(verdict.cause) if verdict.cause and not verdict.known else None,
        "also": [_sighting(one) for one in verdict.also],
        "then": [
            _sighting(one) if isinstance(one, Sighting) else _trace(one) for one in verdict.then
        ],
        "harmless": [_sighting(one) for one in verdict.harmless],
        "laggards": verdict.laggards,
        "lines": sum(source.count for source in evidence.sources),
    }


def _sighting(one: Sighting) -> dict[str, Any]:
    known = one.known
    return {
        "id": known.id,
        "layer": known.layer,
        "kind": known.kind.value,
        **_place(one.line.place),
        "where": where(one),
        "line": masked_line(one.line.text.strip()),
        "cause": one.told(known.cause),
        "fix": one.told(known.fix),
        "checks": list(known.checks),
        "next": preflight(one),
        "count": one.count,
    }


def _trace(cause: Cause) -> dict[str, Any]:
    shown = [masked_line(text) for text in getattr(cause, "lines", [])]
    return {**_place(line_of(cause).place), "where": where(cause), "traceback": shown}


def _place(place: Place) -> dict[str, Any]:
    return {"node": place.node or None, "rank": place.rank}
