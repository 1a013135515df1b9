"""The newest step of one rank from its lines: number, total, loss, pace, and how long it may take.

A rank prints more than its training's steps: a progress bar for an evaluation within the training,
a bar for each epoch. What is not known to be of the whole run gives no total and no time left.
"""

from __future__ import annotations

import enum
import itertools
from collections import deque
from collections.abc import Sequence

from launcher.rank_output import StepLine

PACE_WINDOW_S = 60.0
PACE_POINTS = 4
"""Steps that the pace is taken from at least, however long ago they were."""
TOGETHER_S = 0.25
"""Lines that come within so long may have waited together: the newest step of them counts."""
SHORT_SPAN_S = 1.0
"""From steps within less than this no pace is taken."""
LONG_STEP_S = 30.0
PAUSE_S = 5.0
"""A wait that is shorter needs no word, however fast the steps are."""
LATE_LINES = 2.0
LATE_STEPS = 10.0
"""So many steps' time without one is a wait that needs an explanation."""
UNKNOWN_STEP_S = 60.0
TOTAL_OPTIONS = (
    "--steps", "--max-steps", "--total-steps", "--train-steps", "--num-train-steps",
    "--max-train-steps", "--train-iters",
)  # fmt: skip
"""Options of scripts that say how many steps the whole run has."""


def total_from_arguments(argv: Sequence[str]) -> int | None:
    """How many steps the script is asked for; None where no option is known to say so."""
    total = None
    for word, following in zip(argv, (*argv[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        if name.replace("_", "-") in TOTAL_OPTIONS:
            text = value if equals else following
            total = int(text) if text.isdigit() and int(text) else None
    return total


def usual_wait_s(steps_per_s: float | None, line_every_s: float | None = None) -> float:
    """Longer than this a step does not take at that pace: a run without one may stand still."""
    return max(LONG_STEP_S, late_after_s(steps_per_s, line_every_s))


def late_after_s(steps_per_s: float | None, line_every_s: float | None = None) -> float:
    """After so long without a step the pace so far says no more when the next one comes.

    `line_every_s`: where not every step has a line, the longest time between two lately.
    """
    if not steps_per_s:
        return UNKNOWN_STEP_S
    return max(PAUSE_S, LATE_STEPS / steps_per_s, LATE_LINES * (line_every_s or 0.0))


class Kind(enum.IntEnum):
    """What counts the steps, the surest last: lines of a surer kind displace the others."""

    NOTHING = 0
    TEXT = 1
    BAR = 2
    TEXT_WITH_LOSS = 3


class StepMeter:
    """Is given the lines of steps with their time, in seconds."""

    def __init__(self, planned_total: int | None = None) -> None:
        self.loss: float | None = None
        self.total: int | None = planned_total
        self.whole = True
        """False where `total` is known to be that of an epoch."""
        self._planned = planned_total
        self._kind = Kind.NOTHING
        self._bar_loss = False
        self._points: deque[tuple[float, int]] = deque()
        self._first: tuple[float, int] | None = None
        self._seen_at: float | None = None
        self._together_since = 0.0
        self._before = 0
        """Steps of the bars that came to their end before this one: each epoch has its own."""

    @property
    def number(self) -> int | None:
        """Of the newest step."""
        return self._points[-1][1] if self._points else None

    @property
    def is_bar(self) -> bool:
        """Whether a progress bar counts the steps."""
        return self._kind is Kind.BAR

    @property
    def stepped_at(self) -> float | None:
        """When the newest step was seen last."""
        return self._seen_at

    def take(self, step: StepLine, now: float) -> None:
        """Take the line of a step."""
        if step.loss is not None:
            self.loss, self._bar_loss = step.loss, True
        if step.number is None:
            return
        kind = Kind.BAR if step.bar else Kind.TEXT if step.loss is None else Kind.TEXT_WITH_LOSS
        if kind > self._kind or self._follows_finished_bar(step):
            self._begin(kind, step)
        if kind < self._kind or (step.bar and step.total != self.total):
            return
        self._count(step.number, step, now)

    def _follows_finished_bar(self, step: StepLine) -> bool:
        """Whether a bar came to its end without a loss, as that of an evaluation before training.

        Another bar that begins while one is under way is that of an evaluation within.
        """
        ended = self._kind is Kind.BAR and self._is_at_end and not self._bar_loss
        return ended and step.bar and step.total != self.total

    @property
    def _is_at_end(self) -> bool:
        """Whether the newest step is the last of its bar."""
        return self.number is not None and self.number - self._before == self.total

    def _begin(self, kind: Kind, step: StepLine) -> None:
        self._kind, self._bar_loss = kind, step.loss is not None
        self.total, self.whole = step.total or self._planned, True
        self._restart()

    def _restart(self) -> None:
        self._points.clear()
        self._first = self._seen_at = None
        self._before = 0

    def _count(self, number: int, step: StepLine, now: float) -> None:
        """A total that begins again is that of an epoch; one that is exceeded is none.

        Bars of epochs that each came to their end count on: `64/64` and then `6/64` is step 70.

        A step that is shown again took no longer for it: tqdm prints its bar once more at the end.
        """
        self._seen_at = now
        self.total = step.total or self.total
        if self.total and number > self.total:
            self.total = None
        self.whole = self.whole and step.whole
        if self.number is not None and self._before + number < self.number:
            self.whole = False
            before = self.number if step.bar and self._is_at_end else 0
            if not before:
                self._restart()
            self._before = before
        number += self._before
        if number == self.number:
            return
        if self._points and now - self._together_since < TOGETHER_S:
            self._points.pop()
        else:
            self._together_since = now
        if not self._points:
            self._first = (now, number)
        self._points.append((now, number))
        while len(self._points) > PACE_POINTS and self._points[0][0] < now - PACE_WINDOW_S:
            self._points.popleft()

    @property
    def span_s(self) -> float:
        """Seconds from the first step to the newest."""
        return self._points[-1][0] - self._first[0] if self._first else 0.0

    @property
    def steps_per_s(self) -> float | None:
        """From the first step to the newest."""
        return _pace(self._first, self._points[-1] if self._points else None)

    @property
    def recent_steps_per_s(self) -> float | None:
        """Over the last minute, or the last few steps."""
        return _pace(self._points[0], self._points[-1]) if self._points else None

    @property
    def line_every_s(self) -> float | None:
        """The longest time between two of the last lines with a step."""
        times = [at for at, _ in self._points]
        gaps = [later - at for at, later in itertools.pairwise(times)]
        return round(max(gaps), 1) if gaps else None

    @property
    def left_s(self) -> float | None:
        """Seconds from the newest step to the last one, where the total is known."""
        pace, number = self.recent_steps_per_s, self.number
        if not self.whole or not pace or not self.total or number is None:
            return None
        return round(max(self.total - number, 0) / pace, 1)


def _pace(begin: tuple[float, int] | None, end: tuple[float, int] | None) -> float | None:
    if not begin or not end or end[1] <= begin[1] or end[0] - begin[0] < SHORT_SPAN_S:
        return None
    return float(f"{(end[1] - begin[1]) / (end[0] - begin[0]):.3g}")
