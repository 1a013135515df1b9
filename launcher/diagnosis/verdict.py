"""What was first, of all that was seen: pure, from the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from typing import Any, TypeGuard

from checks.knowledge.failures import FAILURES, FailureKind
from checks.quick_dataclass import dataclass
from launcher.diagnosis.absent import TABLES, absent_member
from launcher.diagnosis.causes import (
    Cause,
    Weight,
    cause_line,
    cause_name,
    cause_weight,
    is_own_end,
)
from launcher.diagnosis.evidence import Evidence
from launcher.diagnosis.laggards import COLLECTIVE, DIFFERENT_CALLS, describe_laggards
from launcher.diagnosis.log_lines import Place
from launcher.diagnosis.recovery import Progress
from launcher.diagnosis.sightings import Sighting
from launcher.diagnosis.survival import SurvivalTest
from launcher.diagnosis.traces import Trace

TIME_LIMITS = ("slurm-time-limit", "batch-time-limit", "job-deadline")
ENDED_FROM_OUTSIDE = (
    *(*TIME_LIMITS, "interrupted"),
    *("slurm-step-cancelled", "torchrun-death-signal", "ended-by-signal"),
)
"""Failures that end a run which took too long or stood still."""
FEW_NUMBERS = 16
"""Elements of a collective that hands on a loss or a flag, and no parameter."""
MANY_NUMBERS = 1_000_000
"""Elements of a collective that a slow network alone may hold up."""


@dataclass(frozen=True)
class LogVerdict:
    """`cause` was first, `also` says the same elsewhere, `then` followed; some was `harmless`.

    `earlier` are causes of runs that stand in the same logs before the last ones.
    """

    cause: Cause | None
    also: Sequence[Cause] = ()
    then: Sequence[Cause] = ()
    harmless: Sequence[Sighting] = ()
    laggards: str = ""
    earlier: Sequence[Cause] = ()
    first_failed: Place | None = field(default=None)

    @property
    def known(self) -> Sighting | None:
        """The cause, where it is in the table."""
        return self.cause if isinstance(self.cause, Sighting) else None


def judge(evidence: Evidence, first: Place | None = None) -> LogVerdict:
    """What was first. `first` is the rank that is known to have failed first, if any is.

    Of several runs in one log the last one counts.
    """
    earlier = [judge(before).cause for before in evidence.earlier.values()]
    verdict = _judge_last_runs(evidence, first)
    return replace(verdict, earlier=[cause for cause in earlier if cause])


def _judge_last_runs(evidence: Evidence, first: Place | None) -> LogVerdict:
    first = first or evidence.first_failed
    sightings = list(evidence.sightings.values())
    failures = [each for each in sightings if each.known.kind is not FailureKind.NOISE]
    survived = SurvivalTest(evidence, failures)
    counting: list[Cause] = [cause for cause in failures if not survived(cause)]
    counting += evidence.traces.that_count(survived)
    harmless = [
        each
        for each in sightings
        if each.known.layer != TABLES and (each.known.kind is FailureKind.NOISE or survived(each))
    ]
    ordered = sorted(counting, key=_cause_order(counting, first, several=len(evidence.sources) > 1))
    if not ordered:
        return LogVerdict(None, harmless=harmless)
    stalls = [each for each in ordered if cause_weight(each) is Weight.STALL]
    head = _uncaught_instead(ordered[0], ordered, evidence.progress)
    head = _more_than_warned(_said_more_exactly(head, ordered), ordered)
    cause = _what_led_to(head, ordered, failures, stalls)
    if isinstance(cause, Sighting):
        cause = absent_member(cause, sightings) or cause
    harmless = [each for each in harmless if each is not cause]
    rest = [other for other in ordered if cause_line(other) is not cause_line(cause)]
    same = [other for other in rest if _is_same_failure(other, cause)]
    then = [
        other for other in rest if other not in same and cause_weight(other) is not Weight.STALL
    ]
    laggards = _laggards_beside(cause, failures)
    if laggards.startswith(DIFFERENT_CALLS):
        cause = _as_mismatch(cause, laggards, evidence.versions.get("zero", ""))
    if _is_alone(cause, same):
        cause = replace(cause, known=FAILURES["ranks-alone"])
    return LogVerdict(cause, same, then, harmless, laggards, first_failed=first)


def _uncaught_instead(cause: Cause, ordered: Sequence[Cause], progress: Progress) -> Cause:
    """The first traceback that ended a program, where the cause did not show that it ended one:
    the line only tells of it, or steps follow it. Else the cause itself."""
    if isinstance(cause, Sighting) and cause.ends_traceback:
        return cause
    is_told = cause.is_told
    source, number = cause_line(cause).place.source, cause_line(cause).number
    for other in ordered:
        line = cause_line(other)
        went_on = line.number > number and line.place.source == source
        went_on = went_on and progress.recovers_between(source, number, line.number)
        if (is_told and _ends_program(other)) or (went_on and _is_uncaught(other)):
            return other
    return cause


def _said_more_exactly(cause: Cause, ordered: Sequence[Cause]) -> Cause:
    """Of an error that an entry knows by no more than an exception's name what another line of its
    traceback, or of one that ends with the same words, shows of it; else itself."""
    if not (isinstance(cause, Sighting) and cause.known.is_general and cause.trace):
        return cause
    exact = (
        other
        for other in ordered
        if isinstance(other, Sighting)
        and other.known.kind is FailureKind.ROOT
        and not (other.known.is_general or other.is_excused)
        and _is_of_one_error(other.trace, cause.trace)
    )
    return next(exact, cause)


def _more_than_warned(cause: Cause, ordered: Sequence[Cause]) -> Cause:
    """What a run waited for or what ended it from outside, where nothing but a warning or a value
    goes before it; else the cause."""
    if not (isinstance(cause, Sighting) and cause.is_excused and not cause.was_caught):
        return cause
    ends = (
        other
        for other in ordered
        if isinstance(other, Sighting)
        and (other.known.id in ENDED_FROM_OUTSIDE or cause_weight(other) is Weight.STALL)
    )
    return next(ends, cause)


def _is_of_one_error(one: Trace | None, other: Trace) -> bool:
    return one is other or (one is not None and bool(one.error) and one.error == other.error)


def _is_uncaught(cause: Cause) -> bool:
    """Whether a program's own traceback ended with it, also one that a peer's end may explain."""
    if isinstance(cause, Trace):
        return _ends_program(cause)
    return cause.ends_traceback and is_own_end(cause)


def _ends_program(cause: Cause) -> bool:
    """Whether it is a traceback that nobody caught, and no peer's end."""
    if isinstance(cause, Trace):
        return cause_weight(cause) is Weight.FATAL and not cause.is_told
    trace = cause.trace
    ends = cause.ends_traceback or bool(
        trace and trace.ended_program and cause.line.text[:400] in trace.details
    )
    return ends and cause.known.kind is FailureKind.ROOT and not cause.known.peer


def _as_mismatch(cause: Cause, calls: str, zero: str) -> Cause:
    """A time-out of a collective that others did not call is no slow rank or network; nor is one
    that they called with another size, as ranks do that use different parameters."""
    if not (isinstance(cause, Sighting) and COLLECTIVE.search(cause.line.text)):
        return cause
    name = "collective-mismatch"
    sizes = map(int, re.findall(r"NumelIn=(\d+)", calls))
    if len(set(re.findall(r"OpType=(\w+)", calls))) == 1 and min(sizes, default=0) > FEW_NUMBERS:
        name = "collective-sizes-of-zero3" if zero == "3" else "collective-sizes"
    return replace(cause, known=FAILURES[name])


def _laggards_beside(cause: Cause, failures: Sequence[Sighting]) -> str:
    """Who is behind, unless the cause names another rank that failed by itself: that one is why."""
    laggards, rank = describe_laggards(failures), cause_line(cause).place.rank
    is_own = cause_weight(cause) is Weight.FATAL and not COLLECTIVE.search(cause_line(cause).text)
    names_another = is_own and rank is not None and not re.search(rf"rank {rank}\b", laggards)
    return "" if names_another and not laggards.startswith(DIFFERENT_CALLS) else laggards


def _is_alone(cause: Cause, same: Sequence[Cause]) -> TypeGuard[Sighting]:
    """Whether several ranks, by the numbers of their launcher, each count one rank in all."""
    if not (isinstance(cause, Sighting) and cause.known.id == "batch-triple"):
        return False
    if cause.groups.get("world") != "1":
        return False
    return len({cause_line(each).place.rank for each in (cause, *same)} - {None}) > 1


def _what_led_to(
    cause: Cause, ordered: Sequence[Cause], seen: Sequence[Sighting], stalls: Sequence[Cause]
) -> Cause:
    """The first of those that the cause may be a consequence of, by the table; else itself.

    That holds for what other runs survive as well: this one did not. A run that was ended from
    outside stood still where nothing went on after its last stall; what it survived is no cause.
    """
    follows = cause.known.follows if isinstance(cause, Sighting) else ()
    from_outside = isinstance(cause, Sighting) and cause.known.id in ENDED_FROM_OUTSIDE
    earlier = (
        other
        for other in (ordered if from_outside else [*ordered, *seen])
        if isinstance(other, Sighting)
        and (other.known.id in follows or (from_outside and other in stalls))
        and not (other.known.kind is FailureKind.SILENT and _is_of_small_call(cause))
    )
    return next(earlier, None) or next(_ends_of_others(cause, ordered), cause)


def _is_of_small_call(cause: Cause) -> bool:
    """Whether a collective timed out that is over at once, also on a slow network."""
    sizes = re.findall(r"\bNumel(?:In|Out)=(\d+)", cause_line(cause).text)
    return bool(sizes) and max(map(int, sizes)) < MANY_NUMBERS


def _ends_of_others(cause: Cause, ordered: Sequence[Cause]) -> Iterator[Cause]:
    """What ended another rank, where the cause is also what a rank shows of a peer that is gone."""
    if not (isinstance(cause, Sighting) and cause.known.peer):
        return
    place = cause.line.place
    for other in ordered:
        if isinstance(other, Sighting):
            may_end = not other.known.peer
        else:
            may_end = not other.first.place.may_be(place)
        if may_end and cause_weight(other) is Weight.FATAL:
            yield other


def _is_same_failure(one: Cause, cause: Cause) -> bool:
    if isinstance(one, Sighting) and isinstance(cause, Sighting):
        return one.known.id == cause.known.id
    both = isinstance(one, Trace) and isinstance(cause, Trace)
    return both and cause_name(one) == cause_name(cause)


def _cause_order(
    causes: Sequence[Cause], first: Place | None, *, several: bool
) -> Callable[[Cause], tuple[Any, ...]]:
    """By weight; whom the launcher named; of several logs time, where all have one, and the known;
    place in the log, as lines of one log may have clocks that differ."""
    timed = {
        weight: all(
            cause_line(cause).time is not None for cause in causes if cause_weight(cause) is weight
        )
        for weight in Weight
    }

    def key(cause: Cause) -> tuple[Any, ...]:
        line, weight = cause_line(cause), cause_weight(cause)
        named = first is None or not _may_be_place(line.place, first)
        time = line.time if several and timed[weight] else 0.0
        unknown = several and isinstance(cause, Trace)
        is_report = weight is Weight.SYMPTOM and not is_own_end(cause)
        return weight, is_report, named, time, unknown, line.order

    return key


def _may_be_place(place: Place, first: Place) -> bool:
    """Whether both may be one; a rank decides by itself, as nodes have several names."""
    if first.rank is not None and place.rank is not None:
        return place.rank == first.rank
    return place.may_be(first)
