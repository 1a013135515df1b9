"""Trying again after a failure: how often, how long between, and what ends it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from launcher.exit_codes import ExitCode
from launcher.gate import GateResult, Say

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0


@dataclass(frozen=True)
class Attempt:
    """One try of some; `after` is the directory of the run that failed before, or None."""

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
        """Before this try: 5, 10, 20, 40, 60, 60 … seconds."""
        return min(FIRST_PAUSE_S * 2.0 ** (self.number - 2), LONGEST_PAUSE_S)

    def __str__(self) -> str:
        after = f", after {self.after}" if self.after else ""
        return f"attempt {self.number} of {self.of}{after}"


RunAttempt = Callable[[Attempt, GateResult], tuple[ExitCode, Path]]
"""Runs one try on what the gate found; gives its exit code and its run's directory."""


def run_attempts(
    restarts: int, found: GateResult, run: RunAttempt, check: Callable[[], GateResult], say: Say
) -> ExitCode:
    """Run until a try does not fail, or `restarts` more have; the exit code of `start`.

    Before each further try it waits and checks the nodes anew; a stop of that check is the end.
    Ctrl-C and `stop` end it, whatever it does; nothing runs on any node then.
    """
    attempt = Attempt(1, restarts + 1)
    try:
        with interrupt_on_signals():
            while True:
                code, path = run(attempt, found)
                if code != ExitCode.FAILED or attempt.last:
                    return code
                attempt = attempt.next_attempt(path)
                say(f"{attempt} in {attempt.pause_s:g} s; ctrl-C ends it")
                time.sleep(attempt.pause_s)
                say("checking the nodes before it is started again")
                found = check()
                if not found.go:
                    say(f"not started again: the nodes are not fit any more; {path} tells the rest")
                    return ExitCode.STOPPED_BY_GATE
    except KeyboardInterrupt:
        if attempt.after is None:
            raise
        say("interrupted; not started again")
        return ExitCode.INTERRUPTED


@contextmanager
def interrupt_on_signals() -> Iterator[None]:
    """`stop` and a closed terminal end what is done here as ctrl-C does."""

    def end(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    wanted = [signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, end) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
