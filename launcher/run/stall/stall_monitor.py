"""Notices a run without progress, has its ranks observed, and reports what is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field
from typing import Any

from checks.quick_dataclass import dataclass
from launcher.plan.plan import Plan
from launcher.run.stall.backoff import Backoff
from launcher.run.stall.current_state import judge_now
from launcher.run.stall.judge import (
    Stall,
    StallKind,
    advances_slowly,
    judge_rendezvous,
    judge_stall,
)
from launcher.run.stall.observation import (
    NodeObservation,
    Observations,
    RendezvousPlan,
    observation_of,
)
from launcher.run.stall.ras_evidence import with_ras
from launcher.run.stall.start_line import judge_start
from launcher.run.stall.stuck_proof import StuckProof

RENDEZVOUS_WAIT_S = 20.0
"""After the last start: when all ranks should have reached the rendezvous."""
FIRST_LOOK_S, LOOK_GROWTH = 10.0, 1.15
"""Of silence before the first step, until the ranks are observed, and how much longer each time."""
ANSWER_S = 15.0
STUCK_AFTER_S = 300.0


@dataclass
class _PendingObservation:
    """An observation that has been requested."""

    header: str
    judge: Callable[[RendezvousPlan, Observations], Stall]
    began: float
    nodes: dict[str, NodeObservation] = field(default_factory=dict)


class StallMonitor:
    """Is given starts, lines and steps with their time; `check_progress` observes where it is due.

    `request` has every supervisor observe its ranks; `report` gets the text for a person, and what
    is to be recorded; `show_start` gets what the ranks do before the first step. With `kill_s` a
    run that was stuck for so many seconds is `proved_stuck`.
    """

    def __init__(
        self,
        plan: Plan,
        stuck_after_s: float,
        request: Callable[[], None],
        report: Callable[[str, dict[str, Any]], None],
        show_start: Callable[[str], None],
        kill_s: float | None = None,
    ) -> None:
        self._plan = RendezvousPlan(plan.ranks, plan.master_address, plan.master_port)
        self._request, self._report, self._show_start = request, report, show_start
        self._starts = Backoff(min(RENDEZVOUS_WAIT_S, stuck_after_s))
        self._silence = Backoff(stuck_after_s)
        self._proof = StuckProof(kill_s or float("inf"))
        self._said_after_s = stuck_after_s
        if kill_s:
            self._silence = Backoff(min(stuck_after_s, kill_s / 2), growth=1.0)
        self.proved_stuck: Stall | None = None
        """What was seen last of a run that was stuck for `kill_s`."""
        self._start = Backoff(FIRST_LOOK_S, LOOK_GROWTH)
        self._quiet_since = self._advanced_at = float("inf")
        self._stepped = False
        self._pending: _PendingObservation | None = None
        self._asked: Callable[[dict[str, Any]], None] | None = None
        self._last_text = self._last_start = ""
        self._last: Stall | None = None

    def started(self, now: float) -> None:
        """Take note that a node's launcher or a rank started."""
        self._starts.restart(now)
        self._advanced_at = now
        self.progress(now)

    def progress(self, now: float, *, step: bool = False) -> None:
        """Take note that a rank printed a line, perhaps of a step."""
        self._silence.restart(now)
        self._start.restart(now)
        self._proof.restart()
        self._last = None
        self._quiet_since = now
        if step and not self._stepped:
            self._stepped, self._advanced_at = True, now

    def observe_for(self, answer: Callable[[dict[str, Any]], None]) -> None:
        """Have `answer` called with what the ranks do, once that was observed."""
        self._asked = answer

    @property
    def is_observing(self) -> bool:
        """Whether answers of an observation are awaited."""
        return self._pending is not None

    def observe_now(self, answer: Callable[[dict[str, Any]], None], now: float) -> None:
        """Observe the ranks whatever is due, or wait for what is under way.

        Before the first step what they do is reported; after it `answer` is called.
        """
        if self._pending:
            return
        if self._stepped:
            self._asked = answer
        self._begin("no step yet", judge_now if self._stepped else judge_start, now)

    def conclude_early(self, now: float) -> None:
        """Judge what came of an observation so far; nothing where nobody has answered."""
        if self._pending and self._pending.nodes:
            self._conclude(self._pending, now)

    def check_progress(self, now: float) -> None:
        """Request an observation where one is due; judge it once all answered or time is up."""
        if self._pending:
            answered = len(self._pending.nodes) == len(self._plan.nodes)
            if answered or now > self._pending.began + ANSWER_S:
                self._conclude(self._pending, now)
        elif self._asked:
            self._begin("", judge_now, now)
        elif self._silence.due(now):
            self._begin(f"no output for {now - self._quiet_since:.0f} s", judge_stall, now)
        elif not self._stepped and self._starts.due(now):
            self._begin("no step yet", judge_rendezvous, now)
        elif not self._stepped and self._start.due(now):
            self._begin("no step yet", judge_start, now)

    def take_observation(self, node: str, seen: NodeObservation) -> None:
        """Take what one supervisor saw; an answer that is too late is dropped."""
        if self._pending:
            self._pending.nodes[node] = observation_of(node, seen)

    def _begin(
        self, header: str, judge: Callable[[RendezvousPlan, Observations], Stall], now: float
    ) -> None:
        self._pending = _PendingObservation(header, judge, now)
        self._request()

    def _conclude(self, pending: _PendingObservation, now: float) -> None:
        """Report what was seen; nothing where that has changed meanwhile."""
        self._pending = None
        if self._is_overtaken(pending):
            return
        for name in self._plan.nodes:
            silent = NodeObservation(name, error="its supervisor did not answer")
            pending.nodes.setdefault(name, silent)
        stall = pending.judge(self._plan, with_ras(self._plan, pending.nodes))
        nodes = [dataclasses.asdict(node) for node in pending.nodes.values()]
        record = {"kind": stall.kind.value, "odd": stall.odd, "nodes": nodes}
        if self._asked and pending.judge is judge_now:
            self._asked({**record, "said": "\n  ".join(stall.lines)})
            self._asked = None
            return
        if stall.kind is StallKind.STARTING:
            self._conclude_start(stall.lines[0], record)
            return
        if pending.judge is judge_stall:
            stall = self._held_against_last(stall, pending.nodes)
            record["kind"] = stall.kind.value
        if pending.judge is judge_stall and self._proof.is_complete(stall, self._quiet_since, now):
            self.proved_stuck = stall
        first, *rest = stall.lines
        text = "\n  ".join([f"{pending.header}; {first}", *rest])
        is_news = pending.judge is judge_stall or text != self._last_text
        self._last_text = text
        is_said = is_news and stall.kind is not StallKind.WELL and not self._is_early(pending)
        self._report(text if is_said else "", {**record, "said": text})

    def _is_overtaken(self, pending: _PendingObservation) -> bool:
        """Whether a silence has ended since, or of a start a rank has started or made a step."""
        since = self._quiet_since if pending.judge is judge_stall else self._advanced_at
        return pending.judge is not judge_now and since > pending.began

    def _is_early(self, pending: _PendingObservation) -> bool:
        """Whether it was looked for a proof alone: a start may well be silent for so long."""
        silence = pending.began - self._quiet_since
        return (
            pending.judge is judge_stall
            and silence < self._said_after_s
            and self.proved_stuck is None
        )

    def _held_against_last(self, stall: Stall, nodes: Observations) -> Stall:
        """The same as slow where its records have moved on since the last look at this silence."""
        before, self._last = self._last, stall
        if not advances_slowly(stall, before, nodes):
            return stall
        first, *rest = stall.lines
        use = first.partition(": ")[2]
        slow = f"{StallKind.SLOW.value}: {use}; collectives were entered since it was last looked"
        return dataclasses.replace(stall, kind=StallKind.SLOW, lines=(slow, *rest))

    def _conclude_start(self, text: str, record: dict[str, Any]) -> None:
        """Record what the ranks do where that has changed, then show it."""
        if text != self._last_start:
            self._report("", {**record, "said": text})
        if text:
            self._show_start(text)
        self._last_start = text
