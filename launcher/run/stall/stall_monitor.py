"""Notices a run without progress, has its ranks observed, and reports what is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from launcher.plan.plan import Plan
from launcher.run.stall.backoff import Backoff
from launcher.run.stall.judge import RendezvousPlan, Stall, StallKind, judge_rendezvous, judge_stall
from launcher.run.stall.observation import NodeObservation, observation_of

RENDEZVOUS_WAIT_S = 20.0
"""After the last start: when all ranks should have come to the rendezvous; a look takes < 10 s."""
ANSWER_S = 15.0
STUCK_AFTER_S = 300.0


@dataclass
class _PendingLook:
    """One look under way."""

    header: str
    judge: Callable[[RendezvousPlan, Mapping[str, NodeObservation]], Stall]
    deadline: float
    sights: dict[str, NodeObservation]


class StallMonitor:
    """Is given starts, lines and steps with their time; `check_progress` observes where it is due.

    `ask` requests an observation of every supervisor; `tell` gets the text for a person, and what
    is to be recorded.
    """

    def __init__(
        self,
        plan: Plan,
        stuck_after_s: float,
        ask: Callable[[], None],
        tell: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self._meeting = RendezvousPlan(plan.ranks, plan.master_address, plan.master_port)
        self._ask, self._tell = ask, tell
        self._starts = Backoff(min(RENDEZVOUS_WAIT_S, stuck_after_s))
        self._silence = Backoff(stuck_after_s)
        self._quiet_since = float("inf")
        self._stepped = False
        self._look: _PendingLook | None = None
        self._said = ""

    def started(self, now: float) -> None:
        """A node's launcher or a rank started."""
        self._starts.restart(now)
        self.progress(now)

    def progress(self, now: float, *, step: bool = False) -> None:
        """A rank printed a line, perhaps a step's."""
        self._silence.restart(now)
        self._quiet_since = now
        self._stepped = self._stepped or step

    def check_progress(self, now: float) -> None:
        """Begin a look where one is due, end one whose answers are there or overdue."""
        if self._look:
            if len(self._look.sights) == len(self._meeting.nodes) or now > self._look.deadline:
                self._conclude_look(self._look)
        elif self._silence.due(now):
            header = f"no output for {now - self._quiet_since:.0f} s"
            self._begin(_PendingLook(header, judge_stall, now + ANSWER_S, {}))
        elif not self._stepped and self._starts.due(now):
            header = "no step yet"
            self._begin(_PendingLook(header, judge_rendezvous, now + ANSWER_S, {}))

    def take_observation(self, node: str, seen: NodeObservation) -> None:
        """Take what one supervisor saw; one that nobody waits for is dropped."""
        if self._look:
            self._look.sights[node] = observation_of(node, seen)

    def _begin(self, look: _PendingLook) -> None:
        self._look = look
        self._ask()

    def _conclude_look(self, look: _PendingLook) -> None:
        self._look = None
        for node in self._meeting.nodes:
            look.sights.setdefault(
                node, NodeObservation(node, error="its supervisor did not answer")
            )
        stall = look.judge(self._meeting, look.sights)
        text = "\n".join([f"{look.header}; {stall.lines[0]}", *_indent_lines(stall)])
        unheard = look.judge is judge_stall or text != self._said
        self._said = text
        seen = [dataclasses.asdict(sight) for sight in look.sights.values()]
        record = {"kind": stall.kind.value, "said": text, "odd": stall.odd, "nodes": seen}
        self._tell(text if unheard and stall.kind is not StallKind.WELL else "", record)


def _indent_lines(stall: Stall) -> list[str]:
    return [f"  {line}" for line in stall.lines[1:]]
