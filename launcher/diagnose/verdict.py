"""What was first, of all that was seen: pure, from the evidence."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from checks.failures import Kind
from launcher.diagnose.evidence import Evidence, Sighting, steps_of
from launcher.diagnose.lines import Line, Place
from launcher.diagnose.traces import Trace

RECOVERED = 10
"""Steps after an error that show that the run went on."""
NEAR_END = 40
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
class Verdict:
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


def line_of(cause: Cause) -> Line:
    """Where it stands."""
    return cause.line if isinstance(cause, Sighting) else cause.first


def weight_of(cause: Cause) -> Weight:
    """By its kind, and by whether healthy runs show it too."""
    if isinstance(cause, Trace):
        return Weight.FATAL
    kind, survivable = cause.known.kind, cause.known.survivable
    if kind is Kind.ROOT:
        return Weight.ODD if survivable else Weight.FATAL
    if kind is Kind.SILENT:
        return Weight.WEAK if survivable else Weight.SILENT
    return Weight.STALL if kind is Kind.STALL else Weight.SYMPTOM


def place_of(cause: Cause, first: Place | None) -> Place:
    """Whom it concerns; with the node that a launcher named for that rank."""
    place = line_of(cause).place
    same_rank = first is not None and place.rank is not None and place.rank == first.rank
    return replace(place, node=place.node or first.node) if first and same_rank else place


def judge(evidence: Evidence, first: Place | None = None) -> Verdict:
    """What was first. `first` is the rank that is known to have failed first, if any is."""
    first = first or evidence.first_failed
    seen = list(evidence.sightings.values())
    shown = [one for one in seen if one.known.kind is not Kind.NOISE]
    causes: list[Cause] = [*shown, *evidence.traces.unexplained()]
    lived = _lived(evidence, causes)
    counting = [cause for cause in causes if not lived(cause)]
    harmless = [one for one in seen if one.known.kind is Kind.NOISE or lived(one)]
    ordered = sorted(counting, key=_order(counting, first, several=len(evidence.sources) > 1))
    if not ordered:
        return Verdict(None, harmless=harmless)
    cause, rest = ordered[0], ordered[1:]
    same = [one for one in rest if isinstance(one, Sighting) and _same(one, cause)]
    then = [one for one in rest if one not in same and weight_of(one) is not Weight.STALL]
    return Verdict(cause, same, then, harmless, laggards(shown), first)


def _same(one: Sighting, cause: Cause) -> bool:
    return isinstance(cause, Sighting) and one.known.id == cause.known.id


def _lived(evidence: Evidence, causes: Sequence[Cause]) -> Callable[[Cause], bool]:
    """Tells of a cause whether the run went on after it, so that it was none."""
    steps = {source.place.source: steps_of(source) for source in evidence.sources}
    length = {source.place.source: source.count for source in evidence.sources}
    ended = any(_ends(cause) for cause in causes)

    def lived(cause: Cause) -> bool:
        line, weight = line_of(cause), weight_of(cause)
        told = steps.get(line.place.source, [])
        after = sum(number > line.number for number in told)
        if weight is Weight.FATAL:
            return after >= RECOVERED and not ended
        if weight is Weight.STALL:
            return after > 0 or length.get(line.place.source, 0) - line.number > NEAR_END
        if weight is Weight.SYMPTOM and not _ends(cause):
            return bool(told) and not ended
        return weight in (Weight.ODD, Weight.WEAK) and after > 0

    return lived


def _ends(cause: Cause) -> bool:
    """Whether it is told only of runs that end."""
    return weight_of(cause) is Weight.SYMPTOM and not (
        isinstance(cause, Sighting) and cause.known.survivable
    )


def _order(
    causes: Sequence[Cause], first: Place | None, *, several: bool
) -> Callable[[Cause], tuple[Any, ...]]:
    """By weight; whom the launcher named; time where all have one; the known; place in the log."""
    timed = {
        weight: all(line_of(one).time is not None for one in causes if weight_of(one) is weight)
        for weight in Weight
    }

    def key(cause: Cause) -> tuple[Any, ...]:
        line, weight = line_of(cause), weight_of(cause)
        named = first is None or not _is(line.place, first)
        time = line.time if timed[weight] else 0.0
        unknown = several and isinstance(cause, Trace)
        return weight, named, time, unknown, line.order

    return key


def _is(place: Place, first: Place) -> bool:
    if first.rank is not None and place.rank is not None:
        return place.rank == first.rank
    return bool(first.node) and place.node == first.node


def laggards(seen: Sequence[Sighting]) -> str:
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
