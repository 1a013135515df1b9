"""Whether a run went on after what looks like a cause, or had ended well before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from launcher.diagnosis.causes import (
    Cause,
    Weight,
    cause_line,
    cause_weight,
    implies_run_end,
    was_asked_to_end,
)
from launcher.diagnosis.evidence import Evidence
from launcher.diagnosis.excuses import goes_without
from launcher.diagnosis.log_lines import Line
from launcher.diagnosis.sightings import Sighting
from launcher.diagnosis.traces import Trace

CAUGHT_LINES = 3
"""Lines after a traceback that was caught, as its neighbours say, which show that it was."""
NEAR_END_LINES = 40
"""A stall counts among the last lines alone."""

_WARNED = re.compile(r"\.py:\d+: \w*Warning: ")
"""How Python prints a warning, after which a program goes on."""

_UNNOTICED = (Weight.SILENT, Weight.WEAK, Weight.STALL)
"""That the program goes on is no excuse for these: it goes on in the wrong way."""


class SurvivalTest:
    """A test of whether the run went on after a cause, or was over, which then was none."""

    def __init__(self, evidence: Evidence, causes: Sequence[Sighting]) -> None:
        self._progress = evidence.progress
        self._length = {source.place.source: source.count for source in evidence.sources}
        self._causes = causes
        self._bad_ends = [
            cause_line(cause)
            for cause in causes
            if implies_run_end(cause) and not self._was_not_needed(cause)
        ]

    def __call__(self, cause: Cause) -> bool:
        """Whether it did."""
        line, weight = cause_line(cause), cause_weight(cause)
        source = line.place.source
        if self._was_not_needed(cause):
            return True
        recovers = self._progress.recovers_after(source, line.number)
        if recovers or self._ended_well_after(line):
            return weight is not Weight.SILENT
        if (caught := self._was_caught(cause)) is not None:
            return caught
        if weight is Weight.STALL:
            return self._goes_on_after(line) or not self._is_near_end(line)
        if weight is Weight.SYMPTOM and not implies_run_end(cause):
            return self._progress.has_steps(source) and not self._bad_ends
        return weight in (Weight.ODD, Weight.EXCUSED, Weight.WEAK) and self._goes_on_after(line)

    def _was_not_needed(self, cause: Cause) -> bool:
        """Whether a program was only asked to end, or an orchestrator ended it, when what it served
        had ended well."""
        line = cause_line(cause)
        end = self._progress.good_end(line.place.source)
        stopped = self._progress.stopped_rest(line.place.source)
        return bool(end and end < line.number and was_asked_to_end(cause)) or bool(
            stopped and stopped <= line.number
        )

    def _goes_on_after(self, line: Line) -> bool:
        return self._progress.goes_on_after(line.place.source, line.number)

    def _is_near_end(self, line: Line) -> bool:
        return self._length.get(line.place.source, 0) - line.number <= NEAR_END_LINES

    def _ended_well_after(self, line: Line) -> bool:
        end = self._progress.good_end(line.place.source)
        return end > line.number and not any(
            bad.number > end or bad.place.source != line.place.source
            for bad in self._bad_ends
            if bad.number > line.number or bad.place.source != line.place.source
        )

    def _was_caught(self, cause: Cause) -> bool | None:
        """Whether the program went on, for a cause that says so itself or by its neighbours."""
        trace = cause if isinstance(cause, Trace) else cause.trace
        line = cause_line(cause)
        if _WARNED.search(line.text) and self._progress.says_it_is_over(line.place.source):
            return not self._bad_ends
        is_noticed = cause_weight(cause) not in _UNNOTICED
        goes_on = is_noticed and self._lines_after(line, line.number) >= CAUGHT_LINES
        if trace.was_ignored if trace else goes_on and goes_without(line.text):
            return True
        if not self._bad_ends and self._is_past(cause):
            return True
        if trace is cause and trace.is_bare and not trace.frames and not self._is_near_end(line):
            return True
        if trace and trace.was_caught:
            last = trace.last_number
            return not self._bad_ends and self._lines_after(line, last) >= CAUGHT_LINES
        if isinstance(cause, Sighting) and cause.was_caught:
            return not self._bad_ends and self._others_follow(cause) if is_noticed else None
        return None

    def _is_past(self, cause: Cause) -> bool:
        """Whether it is a value, or is told of and the program goes on or says that it is over."""
        trace = cause if isinstance(cause, Trace) else cause.trace
        if not cause.is_told or (trace and trace.is_bare):
            return isinstance(cause, Sighting) and cause.is_datum
        line = cause_line(cause)
        is_over = self._progress.says_it_is_over(line.place.source)
        return is_over or self._goes_on_after(line)

    def _lines_after(self, line: Line, number: int) -> int:
        return self._length.get(line.place.source, 0) - number

    def _others_follow(self, cause: Sighting) -> bool:
        """Whether the log goes on behind the last line, of any rank, that shows this failure.

        One line is enough where the training had ended well.
        """
        source = cause.line.place.source
        alike = (each for each in self._causes if each.known.id == cause.known.id)
        last = max(each.last_number for each in alike if each.line.place.source == source)
        others = self._lines_after(cause.line, last)
        return others > 1 or (others == 1 and self._progress.good_end(source) > 0)
