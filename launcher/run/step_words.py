"""How far a run is, in words: the same at its terminal, in `status` and in `attach`."""

from __future__ import annotations

from checks.quick_dataclass import dataclass
from checks.units import format_duration
from launcher.run.step_meter import late_after_s, usual_wait_s


@dataclass(frozen=True)
class StepFigures:
    """The newest step of a run; None is what is not known.

    `left_s`: until its last step, as `steps_per_s` goes on. `since_step_s`: since its newest step.
    `line_every_s`: the longest time between two lines with a step lately.
    """

    step: int | None
    steps: int | None
    loss: float | str | None
    steps_per_s: float | None
    left_s: float | None
    since_step_s: float | None
    line_every_s: float | None
    loss_rank: int | None
    """Whose the loss is, where several ranks print one."""

    @property
    def stands_still(self) -> bool:
        """Whether its newest step was longer ago than a step takes at its pace."""
        since_s = self.since_step_s
        return since_s is not None and since_s > usual_wait_s(self.steps_per_s, self.line_every_s)

    @property
    def is_late(self) -> bool:
        """Whether the pace so far says nothing of the next step any more: it should be there."""
        since_s = self.since_step_s
        return since_s is not None and since_s > late_after_s(self.steps_per_s, self.line_every_s)


def describe_step(figures: StepFigures) -> str:
    """`step 12 of 200`; empty without one."""
    if figures.step is None:
        return ""
    return f"step {figures.step} of {figures.steps}" if figures.steps else f"step {figures.step}"


def describe_progress(figures: StepFigures, look: str = "") -> str:
    """`step 12 of 200, loss 2.5, 3.4 steps per second, about 55 s left`.

    What is late has no pace and no time left, what stands still the line `look` to type.
    """
    whose = "" if figures.loss_rank is None else f" of rank {figures.loss_rank}"
    loss = f"loss {figures.loss}{whose}" if figures.loss is not None else ""
    parts = [describe_step(figures), loss]
    if figures.is_late:
        wait = describe_wait(figures)
        parts.append(f"{wait}; look: {look}" if look and figures.stands_still else wait)
    else:
        parts += [_pace_text(figures.steps_per_s), _left_text(figures)]
    return ", ".join(part for part in parts if part)


def time_left_s(
    left_s: float | None, since_step_s: float | None, line_every_s: float | None
) -> float | None:
    """Of what was left at the newest step; it goes down until the next line should be there."""
    if left_s is None:
        return None
    return max(left_s - min(since_step_s or 0.0, line_every_s or 0.0), 0.0)


def describe_wait(figures: StepFigures) -> str:
    """`no step for 10 minutes`."""
    return f"no step for {format_duration(figures.since_step_s or 0.0)}"


def _pace_text(steps_per_s: float | None) -> str:
    return f"{steps_per_s:g} steps per second" if steps_per_s else ""


def _left_text(figures: StepFigures) -> str:
    """Nothing is said of a run whose last step is done."""
    if figures.left_s is None or figures.step == figures.steps:
        return ""
    return f"about {format_duration(max(figures.left_s, 1.0))} left"
