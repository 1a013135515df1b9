"""What the ranks of a run do, as it was seen: without progress, for whoever asks, before an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from checks.model import Job
from launcher.plan.plan import Plan
from launcher.record import RunRecord
from launcher.run.console import Console
from launcher.run.messages import ObserveRanks
from launcher.run.progress import Progress
from launcher.run.run_display import RunDisplay
from launcher.run.run_notices import RunNotices
from launcher.run.stall.judge import StallKind
from launcher.run.stall.last_look import LAST_SPAN_S, observe_last
from launcher.run.stall.stall_monitor import StallMonitor
from launcher.run.xray_requests import take_questions, write_answer

FRESH_S = 15.0
"""What was seen so long ago need not be looked at again before an end."""


class RunObserver:
    """Has ranks observed when it is due, and keeps, shows and reports what was seen of them.

    `request` sends a message to every node.
    """

    def __init__(
        self,
        job: Job,
        plan: Plan,
        record: RunRecord,
        console: Console,
        progress: Progress,
        display: RunDisplay,
        notices: RunNotices,
        request: Callable[[ObserveRanks], None],
        stuck_after_s: float,
    ) -> None:
        self._record, self._console = record, console
        self._progress, self._notices = progress, notices
        self._request = request
        self.hang = ""
        """What was last said of the run without progress; empty again once there was a step."""
        self.seen_waiting = ""
        """The same, or what ranks did before the first step or when somebody asked, if later."""
        self._seen_at_s = 0.0
        """When that was, in seconds since the start."""
        self._questions: list[str] = []
        self._is_last = False
        self.monitor = StallMonitor(
            plan,
            stuck_after_s,
            self._request_observations,
            self._record_observation,
            display.show,
            job.stuck_kill_s,
        )

    def check(self) -> None:
        """Observe the ranks where that is due, or where an `xray` asks."""
        if questions := take_questions(self._record.path):
            self._questions += questions
            self.monitor.observe_for(self._answer_questions)
        self.monitor.check_progress(time.monotonic())

    def stepped(self) -> None:
        """There was a step: what was seen before it is no longer true."""
        self.hang = self.seen_waiting = ""

    def observe_last(self, receive: Callable[[float], None], goes_on: Callable[[], bool]) -> None:
        """Where nothing is known of a run that shows no progress: what its ranks do, once.

        As long as it `goes_on`; `receive` takes messages for some seconds.
        """
        if self.seen_waiting and self._progress.seconds() < self._seen_at_s + FRESH_S:
            return
        if not self._progress.is_quiet:
            return
        self._is_last = True
        observe_last(self.monitor, self._keep_last_observation, receive, goes_on)

    def conclude(self) -> str:
        """What was seen last, which stays in the record; it is said, where it was not yet."""
        if self.seen_waiting and self.seen_waiting != self.hang:
            self._console.say(self.seen_waiting)
        self.hang = self.seen_waiting or self.hang
        return self.hang

    def _request_observations(self) -> None:
        self._request(ObserveRanks(LAST_SPAN_S) if self._is_last else ObserveRanks())

    def _answer_questions(self, seen: dict[str, Any]) -> None:
        """To every `xray` that has asked so far."""
        self.seen_waiting = self.hang or self._with_time(seen["said"])
        for name in self._questions:
            write_answer(self._record, name, {"after_s": self._progress.seconds(), **seen})
        self._questions.clear()

    def _record_observation(self, text: str, seen: dict[str, Any]) -> None:
        self._record.log_observation({"after_s": self._progress.seconds(), **seen})
        self._progress.observed(StallKind(seen["kind"]), seen["said"])
        if seen["kind"] == StallKind.STARTING.value and seen["said"]:
            self.seen_waiting = self._with_time(f"no step yet: {seen['said']}")
        if text:
            self._console.say(text)
            self.hang = self.seen_waiting = self._with_time(text)
        if text and seen["kind"] != StallKind.SLOW.value:
            self._notices.stalled(self._progress.run_figures, text)

    def _keep_last_observation(self, seen: dict[str, Any]) -> None:
        """What ranks did where nothing was seen to advance."""
        self._record.log_observation({"after_s": self._progress.seconds(), **seen})
        if StallKind(seen["kind"]) is not StallKind.SLOW:
            self.seen_waiting = self._with_time(seen["said"])

    def _with_time(self, seen: str) -> str:
        self._seen_at_s = self._progress.seconds()
        return f"{self._seen_at_s:.0f} s after the start: {seen}"
