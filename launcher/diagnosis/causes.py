"""What may be why a run failed: a known failure that was seen, or a traceback."""

from __future__ import annotations

import enum
import re
from dataclasses import replace

from checks.knowledge.failures import FailureKind
from launcher.diagnosis.log_lines import Line, Place
from launcher.diagnosis.sightings import Sighting
from launcher.diagnosis.traces import Trace

LAUNCHERS = ("endings", "launchers", "torch_elastic")
"""Layers of what launchers report of the ranks that they started."""

TERMINATED = ("15", "143", "SIGTERM", "Terminated")
"""How the end of a process by SIGTERM is told: by number, by a shell, by name."""
_ASKED = re.compile(
    r"(?:[\w.]*\.)?(?:SystemExit|KeyboardInterrupt|CancelledError|GracefulExit)\b"
    r"|(?:[\w.]*\.)?SignalException: Process \d+ got signal: 15\b"
)

Cause = Sighting | Trace


class Weight(enum.IntEnum):
    """How much a line says of why a run failed, the most first."""

    FATAL = 0
    SILENT = 1
    ODD = 2
    EXCUSED = 3
    SYMPTOM = 4
    WEAK = 5
    STALL = 6


def cause_line(cause: Cause) -> Line:
    """Where it stands."""
    return cause.line if isinstance(cause, Sighting) else cause.first


def cause_weight(cause: Cause) -> Weight:
    """By its kind, and by whether healthy runs show it too."""
    if isinstance(cause, Trace):
        if cause.is_echo:
            return Weight.SYMPTOM
        if cause.was_caught:
            return Weight.EXCUSED
        return Weight.ODD if cause.is_bare else Weight.FATAL
    kind, survivable = cause.known.kind, cause.survivable
    if kind is FailureKind.ROOT:
        if cause.is_excused:
            return Weight.EXCUSED
        return Weight.ODD if survivable else Weight.FATAL
    if kind is FailureKind.SILENT:
        return Weight.WEAK if survivable else Weight.SILENT
    return Weight.STALL if kind is FailureKind.STALL else Weight.SYMPTOM


def cause_place(cause: Cause, first: Place | None) -> Place:
    """Whom it concerns; with the node that a launcher named for that rank."""
    place = cause_line(cause).place
    same_rank = first is not None and place.rank is not None and place.rank == first.rank
    return replace(place, node=place.node or first.node) if first and same_rank else place


def cause_name(cause: Cause) -> str:
    """The failure's id; of a traceback its first error, with # for numbers."""
    if isinstance(cause, Sighting):
        return cause.known.id
    return re.sub(r"\d+", "#", cause.errors[0] if cause.errors else "a traceback")


def is_own_end(cause: Cause) -> bool:
    """Whether a rank says it of itself, where a launcher's report would be of the same weight."""
    return not (isinstance(cause, Sighting) and cause.known.layer in LAUNCHERS)


def implies_run_end(cause: Cause) -> bool:
    """Whether it is seen only in runs that end."""
    return cause.ends_run if isinstance(cause, Sighting) else cause.is_echo


def was_asked_to_end(cause: Cause) -> bool:
    """Whether it says no more than that a process ended since it was asked to (SIGTERM)."""
    if isinstance(cause, Trace):
        return bool(cause.errors) and all(map(_ASKED.match, cause.errors))
    signal = cause.groups.get("signal") or cause.groups.get("code", "").removeprefix("-")
    how = cause.groups.get("how", "")
    return cause.known.layer in LAUNCHERS and (signal in TERMINATED or how in TERMINATED)
