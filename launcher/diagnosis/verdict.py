"""What was first, of all that was seen: pure, from the evidence."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from checks.knowledge.failures import FailureKind
from launcher.diagnosis.evidence import Evidence, Sighting, step_lines
from launcher.diagnosis.log_lines import Line, Place
from launcher.diagnosis.traces import Trace

RECOVERED_STEPS = 10
"""Steps after an error that show that the run went on."""
NEAR_END_LINES = 40
"""A stall counts among the last lines alone."""

Cause = Sighting | Trace


class Weight(enum.IntEnum):
    """How much a line says of why a run failed, the most first."""

    FATAL = 0
    SILENT = 1
    ODD = 2
    SYMPTOM = 3
    WEAK = 4
    STALL = 5


@dataclass(frozen=True)
class LogVerdict:
    """`cause` was first, `also` says the same elsewhere, `then` followed; some was `harmless`."""

    cause: Cause | None
    also: Sequence[Sighting] = ()
    then: Sequence[Cause] = ()
    harmless: Sequence[Sighting] = ()
    laggards: str = ""
    first_failed: Place | None = field(default=None)

    @property
    def known(self) -> Sighting | None:
        """The cause, where it is in the table."""
        return self.cause if isinstance(self.cause, Sighting) else None


def cause_line(cause: Cause) -> Line:
    """Where it stands."""
    return cause.line if isinstance(cause, Sighting) else cause.first


def cause_weight(cause: Cause) -> Weight:
    """By its kind, and by whether healthy runs show it too."""
    if isinstance(cause, Trace):
        return Weight.FATAL
    kind, survivable = cause.known.kind, cause.known.survivable
    if kind is FailureKind.ROOT:
        return Weight.ODD if survivable else Weight.FATAL
    if kind is FailureKind.SILENT:
        return Weight.WEAK if survivable else Weight.SILENT
    return Weight.STALL if kind is FailureKind.STALL else Weight.SYMPTOM


def cause_place(cause: Cause, first: Place | None) -> Place:
    """Whom it concerns; with the node that a launcher named for that rank."""
    place = cause_line(cause).place
    same_rank = first is not None and place.rank is not None and place.rank == first.rank
    return replace(place, node=place.node or first.node) if first and same_rank else place


def judge(evidence: Evidence, first: Place | None = None) -> LogVerdict:
    """What was first. `first` is the rank that is known to have failed first, if any is."""
    first = first or evidence.first_failed
    seen = list(evidence.sightings.values())
    shown = [one for one in seen if one.known.kind is not FailureKind.NOISE]
    causes: list[Cause] = [*shown, *evidence.traces.unexplained_traces()]
    lived = _survival_test(evidence, causes)
    counting = [cause for cause in causes if not lived(cause)]
    harmless = [one for one in seen if one.known.kind is FailureKind.NOISE or lived(one)]
    ordered = sorted(counting, key=_cause_order(counting, first, several=len(evidence.sources) > 1))
    if not ordered:
        return LogVerdict(None, harmless=harmless)
    cause, rest = ordered[0], ordered[1:]
    same = [one for one in rest if isinstance(one, Sighting) and _is_same_failure(one, cause)]
    then = [one for one in rest if one not in same and cause_weight(one) is not Weight.STALL]
    return LogVerdict(cause, same, then, harmless, describe_laggards(shown), first)


def _is_same_failure(one: Sighting, cause: Cause) -> bool:
    return isinstance(cause, Sighting) and one.known.id == cause.known.id


def _survival_test(evidence: Evidence, causes: Sequence[Cause]) -> Callable[[Cause], bool]:
    """Tells of a cause whether the run went on after it, so that it was none."""
    steps = {source.place.source: step_lines(source) for source in evidence.sources}
    length = {source.place.source: source.count for source in evidence.sources}
    ended = any(_implies_run_end(cause) for cause in causes)

    def lived(cause: Cause) -> bool:
        line, weight = cause_line(cause), cause_weight(cause)
        told = steps.get(line.place.source, [])
        after = sum(number > line.number for number in told)
        if weight is Weight.FATAL:
            return after >= RECOVERED_STEPS and not ended
        if weight is Weight.STALL:
            return after > 0 or length.get(line.place.source, 0) - line.number > NEAR_END_LINES
        if weight is Weight.SYMPTOM and not _implies_run_end(cause):
            return bool(told) and not ended
        return weight in (Weight.ODD, Weight.WEAK) and after > 0

    return lived


def _implies_run_end(cause: Cause) -> bool:
    """Whether it is told only of runs that end."""
    return cause_weight(cause) is Weight.SYMPTOM and not (
        isinstance(cause, Sighting) and cause.known.survivable
    )


def _cause_order(
    causes: Sequence[Cause], first: Place | None, *, several: bool
) -> Callable[[Cause], tuple[Any, ...]]:
    """By weight; whom the launcher named; time where all have one; the known; place in the log."""
    timed = {
        weight: all(
            cause_line(one).time is not None for one in causes if cause_weight(one) is weight
        )
        for weight in Weight
    }

    def key(cause: Cause) -> tuple[Any, ...]:
        line, weight = cause_line(cause), cause_weight(cause)
        named = first is None or not _is_same_place(line.place, first)
        time = line.time if timed[weight] else 0.0
        unknown = several and isinstance(cause, Trace)
        return weight, named, time, unknown, line.order

    return key


def _is_same_place(place: Place, first: Place) -> bool:
    if first.rank is not None and place.rank is not None:
        return place.rank == first.rank
    return bool(first.node) and place.node == first.node


def describe_laggards(seen: Sequence[Sighting]) -> str:
    """The ranks whose collective has the lowest number, where ranks told different ones."""
    told = {
        one.line.place.rank: int(one.groups["seq"])
        for one in seen
        if one.line.place.rank is not None and one.groups.get("seq", "").isdigit()
    }
    if len(set(told.values())) < 2:
        return ""
    least, most = min(told.values()), max(told.values())
    behind = ", ".join(f"rank {rank}" for rank, seq in sorted(told.items()) if seq == least)
    return f"{behind} is behind: collective {least}, others are at {most}"
