"""`--restart`: how often a failed run is started again, after how long, and what prevents it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from checks.quick_dataclass import dataclass
from launcher.exit_codes import ExitCode
from launcher.gate import GateResult, Say
from launcher.record import RecordedRun
from launcher.run.end_signals import on_end_signals

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0


@dataclass(frozen=True)
class Attempt:
    """One attempt of several; `after` is the directory of the run that failed before, or None."""

    number: int
    of: int
    after: Path | None = None

    @property
    def last(self) -> bool:
        """Whether none may follow."""
        return self.number >= self.of

    def next_attempt(self, run: Path) -> Attempt:
        """The one after this, whose run is recorded there."""
        return Attempt(self.number + 1, self.of, run)

    @property
    def pause_s(self) -> float:
        """Seconds before this attempt: 5, 10, 20, 40, 60, 60 …"""
        return min(FIRST_PAUSE_S * 2.0 ** (self.number - 2), LONGEST_PAUSE_S)

    def __str__(self) -> str:
        after = f", after {self.after}" if self.after else ""
        return f"attempt {self.number} of {self.of}{after}"


RunAttempt = Callable[[Attempt, GateResult], tuple[ExitCode, Path]]
"""Makes one attempt on what the gate found; returns its exit code and its run's directory."""


def run_attempts(
    restarts: int, found: GateResult, run: RunAttempt, check: Callable[[], GateResult], say: Say
) -> ExitCode:
    """Run until an attempt does not fail, or `restarts` more have; the exit code of `start`.

    Before each restart it waits and checks the nodes again; where they do not pass, it ends. Ctrl-C
    and `stop` end it at any moment; nothing runs on any node then.
    """
    attempt = Attempt(1, restarts + 1)
    try:
        with on_end_signals(_interrupt):
            while True:
                code, path = run(attempt, found)
                if code != ExitCode.FAILED or attempt.last or _would_be_the_same(path):
                    return code
                attempt = attempt.next_attempt(path)
                say(f"{attempt} in {attempt.pause_s:g} s; Ctrl-C cancels it")
                time.sleep(attempt.pause_s)
                say("checking the nodes before the restart")
                found = check()
                if not found.go:
                    say(f"not restarted: the nodes did not pass the checks; see {path}")
                    return ExitCode.STOPPED_BY_GATE
    except KeyboardInterrupt:
        if attempt.after is None:
            raise
        say("interrupted; not restarted")
        return ExitCode.INTERRUPTED


def _would_be_the_same(path: Path) -> bool:
    """Whether it failed as its ranks were not in one world: that is up to program and options."""
    return bool(RecordedRun(path).read("result.json").get("separation"))


def _interrupt(*_: object) -> NoReturn:
    """`stop` and a closed terminal interrupt as Ctrl-C does."""
    raise KeyboardInterrupt
