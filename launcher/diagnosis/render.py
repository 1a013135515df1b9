"""A verdict as one screen, and as JSON."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from checks.knowledge.failures import FailureKind
from checks.knowledge.frameworks import framework_in, with_keys_of
from checks.knowledge.platforms import in_words_of, with_pip_of
from checks.knowledge.releases import KnownRelease, find_known_releases
from launcher.diagnosis.causes import (
    Cause,
    Weight,
    cause_line,
    cause_name,
    cause_place,
    cause_weight,
    is_own_end,
)
from launcher.diagnosis.evidence import Evidence
from launcher.diagnosis.log_lines import Line, Place, clean_text
from launcher.diagnosis.masked_line import MAX_LENGTH, cut_around, masked, masked_line
from launcher.diagnosis.next_command import left_out_words, next_command
from launcher.diagnosis.origin import find_origin
from launcher.diagnosis.own_words import remedy_in
from launcher.diagnosis.sightings import Sighting
from launcher.diagnosis.traces import Trace
from launcher.diagnosis.verdict import ENDED_FROM_OUTSIDE, TIME_LIMITS, LogVerdict
from launcher.diagnosis.waiting import OF_STANDSTILL, SILENCE, silence_note

MAX_SHOWN = 8
MAX_HINTS_SHOWN = 4
MAX_BELOW = 4
MAX_QUOTED, MAX_QUOTED_LENGTH = 4, 160
"""Of what stands before and after the cause: so many lines are shown, so long."""
WENT_ON = "the run went on after it"
REFUSED = "-refused"
"""In the id of an entry that stands for all that a library refuses, whose message says more."""
TRACE_LINES = 14
_ERROR = re.compile(r"error|fail|abort|fatal|killed|exception|cannot|refused", re.IGNORECASE)


def line_reference(cause: Cause) -> str:
    """file:line of its first line."""
    line = cause_line(cause)
    return f"{line.place.source}:{line.number}"


def render_diagnosis(verdict: LogVerdict, evidence: Evidence, python: Path | None = None) -> str:
    """All that a person needs: what, where, what else, and at its end why and how to fix it.

    Of an unknown error: whose code raised it, and when, read from the packages of `python`, by
    default the interpreter that runs this.
    """
    reasons: list[str] = []
    if verdict.known:
        lines = list(_known_failure_lines(verdict, verdict.known, evidence))
        if cause_weight(verdict.known) is Weight.SYMPTOM:
            lines += _hint_lines(evidence, Place())
        reasons += _reason_lines(verdict.known, evidence)
    elif isinstance(verdict.cause, Trace):
        lines = list(_unknown_failure_lines(verdict, verdict.cause, evidence))
        reasons += describe_origin(verdict.cause, python)
    else:
        lines = list(_no_failure_lines(evidence))
    lines += _other_lines(verdict)
    lines += [f"note   {note}" for note in _notes(verdict, evidence)]
    return "\n".join([*lines, *reasons])


def _notes(verdict: LogVerdict, evidence: Evidence) -> Iterator[str]:
    """What the log cannot say, and what could not be read of it."""
    cause = verdict.cause
    details = (
        cause.details if isinstance(cause, Trace) else cause and list(_lines_below(cause, evidence))
    )
    is_symptom = cause and cause_weight(cause) is Weight.SYMPTOM
    is_symptom = is_symptom and not (verdict.known and verdict.known.awaited)
    if is_symptom and not (evidence.hints or details or any(map(is_own_end, verdict.then))):
        yield (
            "of what may have led to this nothing was recognised: read the lines before it, the "
            "output of the other ranks and nodes, and `dmesg` where a rank ended without a word"
        )
    elif isinstance(cause, Trace) and not cause.error:
        yield "the log ends within this traceback"
    elif not cause and not evidence.says_how_it_ended:
        yield (
            "the last lines do not say that the run is over: it may have ended without a word, "
            "go on, or have been cut off or killed"
        )
    yield from _done_note(cause, evidence)
    if verdict.known and verdict.known.awaited:
        yield _awaited_note(verdict.known, verdict.known.awaited)
    if verdict.known and verdict.known.known.id in ENDED_FROM_OUTSIDE:
        yield from silence_note(verdict.known.silence)
    for source in evidence.sources:
        if since := evidence.progress.nan_since(source.place.source):
            yield f"the loss is NaN at least since {source.name}:{since}"
        if source.flaw:
            yield source.flaw
    if cause:
        yield from (_release_note(row, evidence) for row in find_known_releases(evidence.versions))
    yield from (
        f"an earlier run in this log failed: {_brief_causes([cause])}" for cause in verdict.earlier
    )


def _done_note(cause: Cause | None, evidence: Evidence) -> Iterator[str]:
    """That what failed stands behind the last step: the training has done its work."""
    if not cause or cause_weight(cause) not in (Weight.FATAL, Weight.SYMPTOM):
        return
    line = cause_line(cause)
    if done := evidence.progress.trained_before(line.place.source, line.number):
        yield (
            f"all steps were done before that ({line.place.source}:{done}): what the training "
            "saved is there, and what came after it failed"
        )


def _awaited_note(cause: Sighting, last: Line) -> str:
    """What the host that a line waited for printed last before it."""
    words = masked_line(" ".join(last.text.split()))[:MAX_QUOTED_LENGTH]
    return (
        f"{cause.groups['host']} printed last before that ({last.place.source}:{last.number}): "
        f"{words}"
    )


def _release_note(release: KnownRelease, evidence: Evidence) -> str:
    """What is known of releases whose versions the log names."""
    names = " with ".join(f"{package} {evidence.versions[package]}" for package in release.packages)
    return f"the log names {names}: {release.because}; {release.fix}"


def _known_failure_lines(verdict: LogVerdict, cause: Sighting, evidence: Evidence) -> Iterator[str]:
    place = str(cause_place(cause, verdict.first_failed))
    mark = "‼" if cause_weight(cause) in (Weight.WEAK, Weight.STALL) else "×"
    yield f"{mark} {cause.known.id}{f': {place}' if place else ''}"
    yield f"seen   {line_reference(cause)}: {_decisive_line(cause)}"
    if cause.trace and cause.trace.error and cause.trace.error != cause.line.text:
        yield f"       {masked_line(cause.trace.error)}"
    yield from (f"       {masked_line(text.strip())}" for text in _lines_below(cause, evidence))
    if cause.trace:
        yield from _chained_error_lines(cause.trace, cause.line.text)
    if (first := cause.first) and first.text != cause.line.text:
        yield f"first  {first.place.source}:{first.number}: {masked_line(first.text.strip())}"
    if verdict.laggards:
        yield f"ranks  {verdict.laggards}"


def _lines_below(cause: Sighting, evidence: Evidence) -> Sequence[str]:
    """What its message says behind the line, where that is what matters."""
    if values := _values_below(cause.line, evidence):
        return values[:MAX_BELOW]
    text = cause.line.text[:400]
    is_announced = text.rstrip().endswith((":", ",")) or "below" in cause.known.cause
    if not cause.trace or not (is_announced or cause_weight(cause) is Weight.SYMPTOM):
        return ()
    message = [cause.trace.error, *cause.trace.details]
    return message[message.index(text) + 1 :][:MAX_BELOW] if text in message else ()


def _values_below(line: Line, evidence: Evidence) -> Sequence[str]:
    """What a text of MPI names behind its line."""
    texts = (each for each in evidence.help_texts if each.source == line.place.source)
    found = (each for each in texts if line.number in dict(each.lines))
    return next((each.values_below(line.number) for each in found), [])


def _reason_lines(cause: Sighting, evidence: Evidence) -> Iterator[str]:
    """The root cause and its fix, which a person reads last."""
    yield f"why    {in_words_of(evidence.platform, cause.fill_in(cause.known.cause))}"
    yield f"fix    {_remedy(cause, evidence)}"
    if command := next_command(cause, evidence):
        left_out = shlex.join(left_out_words(cause, evidence))
        yield f"next   {f'without {left_out}: ' if left_out else ''}{command}"


def _remedy(cause: Sighting, evidence: Evidence) -> str:
    """The fix in the words of the log's accelerator, framework and Python installation."""
    paths = cause.trace.paths if cause.trace else ()
    stood_still = cause.known.id in TIME_LIMITS and cause.silence >= SILENCE
    remedy = OF_STANDSTILL if stood_still else cause.fill_in(cause.known.fix)
    if REFUSED in cause.known.id and cause.trace and (own := remedy_in(cause.trace)):
        remedy = f"{own}; {remedy}"
    framework = framework_in("\n".join(paths)) or evidence.framework
    return with_pip_of(paths, with_keys_of(framework, in_words_of(evidence.platform, remedy)))


def _unknown_failure_lines(verdict: LogVerdict, cause: Trace, evidence: Evidence) -> Iterator[str]:
    place = cause_place(cause, verdict.first_failed)
    of_place = f" is of {place}" if str(place) else ""
    yield f"No known failure was found. The first error{of_place}, {line_reference(cause)}:"
    yield from (f"  {masked_line(text)}" for text in _shorten_trace(cause.lines))
    yield from _chained_error_lines(cause, cause.error)
    yield from _hint_lines(evidence, place)
    if verdict.laggards:
        yield f"ranks  {verdict.laggards}"


def _chained_error_lines(trace: Trace, shown: str) -> Iterator[str]:
    """The first error of a chain, where another one of it is shown."""
    if len(trace.errors) > 1 and not shown.startswith(trace.errors[0]):
        yield f"first  {masked_line(trace.errors[0])}"


def describe_origin(cause: Trace, python: Path | None) -> list[str]:
    """Whose code raised it, when, as far as the packages of `python` here show it, and what its
    message asks for."""
    origin = find_origin(cause, python)
    lines = [*origin.lines] if origin else []
    if remedy := remedy_in(cause):
        lines.append(f"fix    {remedy}")
    return [masked_line(line) for line in lines]


def _hint_lines(evidence: Evidence, place: Place) -> Iterator[str]:
    """What libraries of the same rank said of the failure."""
    hints = [hint for hint in evidence.hints if hint.place.may_be(place)]
    for hint in hints[:MAX_HINTS_SHOWN]:
        yield f"near   {hint.place.source}:{hint.number}: {masked_line(hint.text.strip())}"
    for source in () if hints else evidence.sources:
        name = source.place.source
        for number, text in _help_lines(evidence, name):
            yield f"near   {name}:{number}: {masked_line(text.strip())}"


def _shorten_trace(lines: Sequence[str]) -> list[str]:
    if len(lines) <= TRACE_LINES:
        return list(lines)
    return [*lines[:3], f"  … {len(lines) - TRACE_LINES} lines …", *lines[3 - TRACE_LINES :]]


def _no_failure_lines(evidence: Evidence) -> Iterator[str]:
    ends = [evidence.progress.good_end(source.place.source) for source in evidence.sources]
    if ends and all(ends):
        yield "No failure was found: the log says that the run ended well."
    else:
        yield "No known failure was found, and no traceback that ended the run."
    for source in evidence.sources:
        name = source.place.source
        hints = {
            hint.number: hint.text
            for hint in evidence.hints
            if hint.place.source == name and not evidence.progress.goes_on_after(name, hint.number)
        }
        if not (evidence.progress.has_steps(name) or evidence.progress.good_end(name)):
            errors = [line for line in source.last_lines() if _ERROR.search(line[1])]
            hints = {**dict(errors[-5:]), **hints}
        for number, text in _help_lines(evidence, name) or sorted(hints.items())[:MAX_SHOWN]:
            yield f"  {source.name}:{number}: {masked_line(clean_text(text.strip().encode()))}"
        last = [line for line in source.last_lines() if line[1].strip()][-1:]
        for number, text in () if evidence.progress.good_end(name) else last:
            shown = text.rstrip("\r").rpartition("\r")[2].strip()
            yield f"last   {source.name}:{number}: {masked_line(clean_text(shown.encode()))}"


def _help_lines(evidence: Evidence, source: str) -> Sequence[tuple[int, str]]:
    """The first text of MPI that says more than that a rank ended, whole."""
    texts = (each for each in evidence.help_texts if each.source == source)
    return next((each.lines for each in texts if not each.is_consequence), ())


def _other_lines(verdict: LogVerdict) -> Iterator[str]:
    if verdict.also:
        places = dict.fromkeys(
            str(cause_line(cause).place) or line_reference(cause) for cause in verdict.also
        )
        yield f"also   on {_join_names(list(places))}"
    yield from _group_lines("above  ", [each for each in verdict.then if _is_above(each, verdict)])
    yield from _group_lines(
        "then   ", [each for each in verdict.then if not _is_above(each, verdict)]
    )
    first_sightings: dict[str, Sighting] = {}
    for sighting in verdict.harmless:
        first_sightings.setdefault(sighting.known.id, sighting)
    for name, sighting in first_sightings.items():
        reason = _harmless_reason(sighting)
        text = f": {_printed_text(sighting)}" if reason == WENT_ON else ""
        yield f"other  {name} ({reason}): {line_reference(sighting)}{text}"


def _is_above(cause: Cause, verdict: LogVerdict) -> bool:
    """Whether it stands before what is taken for the cause, in the same log."""
    if not verdict.cause:
        return False
    line, below = cause_line(cause), cause_line(verdict.cause)
    return line.place.source == below.place.source and line.number < below.number


def _group_lines(head: str, causes: Sequence[Cause]) -> Iterator[str]:
    """One line for all causes of a name, under one head; the first ones with what was printed."""
    alike: dict[str, list[Cause]] = {}
    for cause in causes:
        alike.setdefault(cause_name(cause), []).append(cause)
    for number, group in enumerate(list(alike.values())[:MAX_SHOWN]):
        text = _printed_text(group[0]) if number < MAX_QUOTED else ""
        yield f"{head if number == 0 else '       '}{_brief_causes(group)}{text and f': {text}'}"
    if len(alike) > MAX_SHOWN:
        yield f"       and {len(alike) - MAX_SHOWN} more"


def _printed_text(cause: Cause) -> str:
    """The line of a known failure; a traceback's error is its name already."""
    if not isinstance(cause, Sighting):
        return ""
    return _decisive_line(cause, MAX_QUOTED_LENGTH)


def _decisive_line(cause: Sighting, length: int = MAX_LENGTH) -> str:
    """Its line, cut so that what the entry knows it by is still there."""
    text = " ".join(masked(cause.line.text).split())
    return cut_around(text, cause.known.find_in(text), length)


def _harmless_reason(sighting: Sighting) -> str:
    known = sighting.known
    if sighting.trace and sighting.trace.was_ignored:
        return "the program ignores it"
    if known.kind is FailureKind.NOISE:
        return "harmless"
    return "healthy runs print it too" if known.survivable else WENT_ON


def _join_names(names: list[str]) -> str:
    more = f" and {len(names) - MAX_SHOWN} more" if len(names) > MAX_SHOWN else ""
    return ", ".join(names[:MAX_SHOWN]) + more


def _brief_causes(alike: Sequence[Cause]) -> str:
    """On one line whom it concerns, what it is, and where it stands first."""
    first = alike[0]
    places = [place for cause in alike if (place := str(cause_line(cause).place))]
    whom = f"{_join_names(list(dict.fromkeys(places)))}: " if places else ""
    what = first.known.id if isinstance(first, Sighting) else first.error or "a traceback"
    return f"{whom}{masked_line(what)[:120]} ({line_reference(first)})"


def diagnosis_json(verdict: LogVerdict, evidence: Evidence) -> dict[str, Any]:
    """The same for programs; `failure` is null where nothing known was found."""
    return {
        "schema": 1,
        "failure": _sighting_json(verdict.known, evidence) if verdict.known else None,
        "unknown": _trace_json(verdict.cause) if isinstance(verdict.cause, Trace) else None,
        "also": [_cause_json(cause, evidence) for cause in verdict.also],
        "then": [_cause_json(cause, evidence) for cause in verdict.then],
        "harmless": [_sighting_json(sighting, evidence) for sighting in verdict.harmless],
        "laggards": verdict.laggards,
        "lines": sum(source.count for source in evidence.sources),
    }


def _cause_json(cause: Cause, evidence: Evidence) -> dict[str, Any]:
    return _sighting_json(cause, evidence) if isinstance(cause, Sighting) else _trace_json(cause)


def _sighting_json(sighting: Sighting, evidence: Evidence) -> dict[str, Any]:
    known = sighting.known
    return {
        "id": known.id,
        "layer": known.layer,
        "kind": known.kind.value,
        **_place_json(sighting.line.place),
        "where": line_reference(sighting),
        "line": masked_line(sighting.line.text.strip()),
        "cause": in_words_of(evidence.platform, sighting.fill_in(known.cause)),
        "fix": _remedy(sighting, evidence),
        "checks": list(known.checks),
        "next": next_command(sighting, evidence),
        "count": sighting.count,
    }


def _trace_json(cause: Trace) -> dict[str, Any]:
    shown = [masked_line(text) for text in cause.lines]
    return {
        **_place_json(cause_line(cause).place),
        "where": line_reference(cause),
        "traceback": shown,
    }


def _place_json(place: Place) -> dict[str, Any]:
    return {"node": place.node or None, "rank": place.rank}
