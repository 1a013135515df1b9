"""How far a run is: ranks started and joined, steps, pace; the first of each is reported."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from typing import Any

from launcher.plan.plan import Plan
from launcher.plan.ranks import name_ranks
from launcher.rank_output import parse_step_line
from launcher.run.stall.judge import StallKind
from launcher.run.step_meter import StepMeter, total_from_arguments, usual_wait_s
from launcher.run.step_words import StepFigures, describe_progress, time_left_s
from launcher.run.worlds import World

LATE_S = 10.0
PACE_S = 10.0
RECORD_EVERY_S = 1.0
HEARTBEAT_S = 10.0
QUIET_S = 3.0
DUE_STEPS = 3.0
"""So many steps' time without one, and what the ranks do is worth a look."""


class Progress:
    """Reports what is new. Seconds count from when it is made, at the start of the run."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self._plan, self._say = plan, say
        self._began = time.monotonic()
        self._heard_at = self._began
        self._late = False
        self._started_count = 0
        self._total = total_from_arguments(plan.train)
        self._meter = StepMeter(self._total)
        """Of the rank that is followed: the first that printed a step, as long as it does."""
        self._meters: dict[str, StepMeter] = {}
        self._joined = False
        self.first_started_s: float | None = None
        self.joined_s: float | None = None
        """When all ranks had started."""
        self.first_step_s: float | None = None
        self._doing = self._stall = ""
        self._stall_s: float | None = None
        """When that of `_stall` was seen."""
        self._not_met = False
        self._stragglers = ""
        self._recorded: dict[str, Any] = {}
        self._recorded_at = float("-inf")

    def seconds(self) -> float:
        """Seconds since the run began."""
        return round(time.monotonic() - self._began, 1)

    def started(self, started: Collection[int]) -> None:
        """Take note of the ranks that have started so far: what was seen before is overtaken."""
        if len(started) > self._started_count and not self._not_met:
            self._stall = ""
        self._started_count = len(started)
        if self.joined_s is not None or not started:
            return
        if self.first_started_s is None:
            self.first_started_s = self.seconds()
        if len(started) == len(self._plan.ranks):
            self.joined_s = self.seconds()
            self._say(f"{len(self._plan.ranks)} of {len(self._plan.ranks)} ranks started")
        elif not self._late and self.seconds() - self.first_started_s > LATE_S:
            self._late = True
            self._say(_describe_missing_ranks(self._plan, started))

    def joined(self, world: World | None) -> None:
        """Take note of the world that all planned ranks are in, once they are."""
        count = len(self._plan.ranks)
        if world and not self._joined and count > 1:
            self._joined = True
            self._say(f"{count} of {count} ranks joined in one {world}")

    def line(self, source: str, line: str) -> bool:
        """Take a line that a rank printed; whether it is the line of a step."""
        step = parse_step_line(line)
        self._doing, self._heard_at = "", time.monotonic()
        if step or not self._not_met:
            self._stall = ""
        if step is None:
            return False
        if self.first_step_s is None:
            self.first_step_s = self.seconds()
            self._meters[source] = self._meter
            self._say(f"first step after {self.first_step_s:g} s")
        meter = self._meters.setdefault(source, StepMeter(self._total))
        meter.take(step, time.monotonic())
        if meter is not self._meter and self._stands_still(meter):
            self._meter = meter
        return True

    def _stands_still(self, other: StepMeter) -> bool:
        """Whether another rank made steps while the one that is followed made none."""
        last_s, own_s = other.stepped_at, self._meter.stepped_at
        wait_s = usual_wait_s(self._meter.recent_steps_per_s, self._meter.line_every_s)
        return last_s is not None and (own_s is None or last_s - own_s > wait_s)

    @property
    def is_quiet(self) -> bool:
        """Whether no rank has printed anything for a moment, and the next step should be there."""
        figures = self._figures
        since_s, pace = figures.since_step_s, figures.steps_per_s
        usual_s = max(DUE_STEPS / pace, figures.line_every_s or 0.0) if pace else 0.0
        is_due = since_s is None or since_s > usual_s
        return is_due and time.monotonic() - self._heard_at > QUIET_S

    def observed(self, kind: StallKind, text: str) -> None:
        """Take note of what ranks do that print nothing, until one does.

        Where ranks have not met, only a step shows that they have.
        """
        if kind is StallKind.STARTING:
            self._doing = text
            return
        self._stall, self._stall_s = "" if kind is StallKind.WELL else text, self.seconds()
        self._not_met = kind is StallKind.APART

    def describe(self) -> str:
        """The newest step, loss, pace and the time left, as `status` says them; else empty."""
        return describe_progress(self._figures)

    @property
    def has_pace(self) -> bool:
        """Whether steps were seen for long enough that their pace means something."""
        return self._meter.span_s > PACE_S

    @property
    def shows_bar(self) -> bool:
        """Whether the rank that is followed shows its steps, pace and time left itself."""
        return self._meter.is_bar

    def counts_bar(self, line: str) -> bool:
        """Whether the line is a bar of the steps that `describe` counts, or clears one."""
        if not self.shows_bar:
            return False
        step = parse_step_line(line)
        return bool(step and step.bar and step.total == self._meter.total) or not line.strip()

    @property
    def _figures(self) -> StepFigures:
        meter = self._meter
        stepped_at, left_s = meter.stepped_at, meter.left_s
        since_s = None if stepped_at is None else time.monotonic() - stepped_at
        pace = meter.recent_steps_per_s
        every_s = meter.line_every_s
        left_s = time_left_s(left_s, since_s, every_s)
        return StepFigures(
            **self._step_figures,
            steps_per_s=pace,
            left_s=left_s,
            since_step_s=since_s,
            line_every_s=every_s,
        )

    @property
    def stragglers(self) -> str:
        """Who keeps the others waiting, or that nobody does; nothing once the steps have stopped.

        Then it is of the time before: who is waited for now has not entered any collective since.
        """
        return "" if self._figures.is_late else self._stragglers

    @stragglers.setter
    def stragglers(self, text: str) -> None:
        self._stragglers = text

    @property
    def steps_per_s(self) -> float | None:
        """From the first numbered step to the last, of the rank that is followed."""
        return self._meter.steps_per_s

    @property
    def run_figures(self) -> dict[str, Any]:
        """The figures that the record keeps."""
        return {
            "seconds": self.seconds(),
            "joined_s": self.joined_s,
            "first_step_s": self.first_step_s,
            "steps_per_s": self.steps_per_s,
            **self._step_figures,
        }

    @property
    def _step_figures(self) -> dict[str, Any]:
        """The newest step; `steps` is None where the total is not known to be the whole run's."""
        meter = self._meter
        loss = meter.loss if meter.loss is None or math.isfinite(meter.loss) else str(meter.loss)
        return {
            "step": meter.number,
            "steps": meter.total if meter.whole else None,
            "loss": loss,
            "loss_rank": self._loss_rank,
        }

    @property
    def _loss_rank(self) -> int | None:
        """Whose loss that is, where another rank prints its own."""
        with_loss = [source for source, meter in self._meters.items() if meter.loss is not None]
        own = next((source for source in with_loss if self._meters[source] is self._meter), "")
        return int(own.removeprefix("rank")) if own and len(with_loss) > 1 else None

    def figures_to_record(self) -> dict[str, Any] | None:
        """What `status` shows of a run under way; None where nothing new is to be recorded yet."""
        now, meter = time.monotonic(), self._meter
        stepped_s = None if meter.stepped_at is None else round(meter.stepped_at - self._began, 1)
        figures = {
            **self._step_figures,
            "steps_per_s": meter.recent_steps_per_s,
            "left_s": meter.left_s,
            "stepped_s": stepped_s,
            "line_every_s": meter.line_every_s,
            "joined": self._started_count,
            "doing": self._doing,
            "stall": self._stall,
            "stall_s": self._stall_s if self._stall else None,
            "stragglers": self.stragglers,
        }
        wait_s = HEARTBEAT_S if figures == self._recorded else RECORD_EVERY_S
        if now - self._recorded_at < wait_s:
            return None
        self._recorded, self._recorded_at = figures, now
        return {**figures, "seconds": self.seconds(), "at": time.time()}


def _describe_missing_ranks(plan: Plan, started: Collection[int]) -> str:
    """How many ranks have started, and which have not, by node."""
    missing = {
        node.name: [rank for rank in plan.ranks_of(node.name) if rank not in started]
        for node in plan.nodes
    }
    nodes = [f"{name_ranks(ranks)} on {name}" for name, ranks in missing.items() if ranks]
    count = f"{len(started)} of {len(plan.ranks)} ranks started"
    return f"{count}; missing: {', '.join(nodes)}"
