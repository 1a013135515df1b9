"""How far a run is: ranks joined, the first step, steps per second; each is reported once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

from launcher.plan.plan import Plan
from launcher.plan.ranks import name_ranks
from launcher.rank_output import is_step_line, step_number

LATE_S = 10.0
PACE_S = 10.0


class Progress:
    """Reports what is new. Seconds count from when it is made, at the start of the run."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self._plan, self._say = plan, say
        self._began = time.monotonic()
        self._late = False
        self._source = ""
        self._first: tuple[float, int] | None = None
        self._last: tuple[float, int] | None = None
        self._paced = False
        self.first_joined_s: float | None = None
        self.joined_s: float | None = None
        self.first_step_s: float | None = None

    def seconds(self) -> float:
        """Seconds since the run began."""
        return round(time.monotonic() - self._began, 1)

    def joined(self, joined: Collection[int]) -> None:
        """Take note of the ranks that have started so far."""
        if self.joined_s is not None or not joined:
            return
        if self.first_joined_s is None:
            self.first_joined_s = self.seconds()
        if len(joined) == len(self._plan.ranks):
            self.joined_s = self.seconds()
            self._say(f"{len(self._plan.ranks)} of {len(self._plan.ranks)} ranks joined")
        elif not self._late and self.seconds() - self.first_joined_s > LATE_S:
            self._late = True
            self._say(_describe_missing_ranks(self._plan, joined))

    def line(self, source: str, line: str) -> bool:
        """Take a line that a rank printed; whether it is the line of a step."""
        if not is_step_line(line):
            return False
        if self.first_step_s is None:
            self.first_step_s = self.seconds()
            self._source = source
            self._say(f"first step after {self.first_step_s:g} s")
        number = step_number(line)
        if source == self._source and number is not None:
            self._last = (time.monotonic(), number)
            self._first = self._first or self._last
            self._report_pace(self._last[0] - self._first[0])
        return True

    def _report_pace(self, span_s: float) -> None:
        if not self._paced and span_s > PACE_S and self.steps_per_s:
            self._paced = True
            self._say(f"{self.steps_per_s:g} steps per second")

    @property
    def steps_per_s(self) -> float | None:
        """From the first numbered step to the last, of the rank that printed the first."""
        if not self._first or not self._last or self._last[1] <= self._first[1]:
            return None
        (began, first), (ended, last) = self._first, self._last
        return float(f"{(last - first) / max(ended - began, 1e-3):.3g}")

    @property
    def run_figures(self) -> dict[str, Any]:
        """The figures that the record keeps."""
        return {
            "seconds": self.seconds(),
            "joined_s": self.joined_s,
            "first_step_s": self.first_step_s,
            "steps_per_s": self.steps_per_s,
        }


def _describe_missing_ranks(plan: Plan, joined: Collection[int]) -> str:
    """How many ranks have joined, and which have not, by node."""
    missing = {
        node.name: [rank for rank in plan.ranks_of(node.name) if rank not in joined]
        for node in plan.nodes
    }
    nodes = [f"{name_ranks(ranks)} on {name}" for name, ranks in missing.items() if ranks]
    count = f"{len(joined)} of {len(plan.ranks)} ranks joined"
    return f"{count}; missing: {', '.join(nodes)}"
