"""Shows how far a run is: in place on a terminal, else a line at times."""

from __future__ import annotations

import time

from launcher.run.console import Console
from launcher.run.progress import Progress

CHANGED_S = 30.0
UNCHANGED_S = 60.0
"""Between two lines of what the ranks do before the first step, where there is no terminal."""
STEPS_S = 300.0
"""Between two lines of the steps there."""
REDRAW_S = 1.0


class RunDisplay:
    """Shows the text of `show` with the seconds since the start, and later the steps."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console, self._progress = console, progress
        self._text = self._printed = ""
        self._printed_at = self._drawn_at = self._stepped_at = float("-inf")

    def show(self, text: str) -> None:
        """What the ranks do now, before the first step."""
        self._text = text
        if self._console.is_terminal:
            self.redraw()
            return
        now = time.monotonic()
        wait_s = UNCHANGED_S if text == self._printed else CHANGED_S
        if now - self._printed_at >= wait_s:
            self._printed, self._printed_at = text, now
            self._console.say(self._line())

    def stepped(self) -> None:
        """There is a further step. Bars of the ranks themselves show how long it will take."""
        now, progress = time.monotonic(), self._progress
        is_wanted = progress.has_pace and not progress.shows_bar and not self._console.is_terminal
        if is_wanted and now - self._stepped_at >= STEPS_S:
            self._stepped_at = now
            self._console.say(progress.describe())

    def replaces(self, source: str, line: str) -> bool:
        """Whether what is shown in place says the same as a rank's line."""
        is_in_place = self._console.is_terminal and source.startswith("rank")
        return is_in_place and self._progress.counts_bar(line)

    def redraw(self) -> None:
        """Count the seconds and steps on; does nothing where that is not due."""
        now = time.monotonic()
        if now - self._drawn_at >= REDRAW_S:
            self._drawn_at = now
            self._console.set_status(self._line() if self._text else self._progress.describe())

    def printed(self) -> None:
        """A rank printed something: what was seen before is no longer true."""
        if self._text:
            self.clear()

    def clear(self) -> None:
        """The run ends."""
        self._text, self._drawn_at = "", float("-inf")
        self._console.set_status("")

    def _line(self) -> str:
        return f"no step yet after {self._progress.seconds():.0f} s: {self._text}"
