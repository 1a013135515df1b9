"""Shows what the ranks do before the first step: in place on a terminal, else a line at times."""

from __future__ import annotations

import time
from collections.abc import Callable

from launcher.run.console import Console

CHANGED_S = 30.0
UNCHANGED_S = 60.0
"""Between two lines where the output is no terminal."""
REDRAW_S = 1.0


class StartDisplay:
    """Shows the text of `show` with the seconds since the start, until `clear`."""

    def __init__(self, console: Console, seconds: Callable[[], float]) -> None:
        self._console, self._seconds = console, seconds
        self._text = self._printed = ""
        self._printed_at = self._drawn_at = float("-inf")

    def show(self, text: str) -> None:
        """What the ranks do now."""
        self._text = text
        if self._console.is_terminal:
            self.redraw()
            return
        now = time.monotonic()
        wait_s = UNCHANGED_S if text == self._printed else CHANGED_S
        if now - self._printed_at >= wait_s:
            self._printed, self._printed_at = text, now
            self._console.say(self._line())

    def redraw(self) -> None:
        """Count the seconds on; does nothing where that is not due."""
        now = time.monotonic()
        if self._text and now - self._drawn_at >= REDRAW_S:
            self._drawn_at = now
            self._console.set_status(self._line())

    def clear(self) -> None:
        """A rank printed something, or the run ends: what was seen is no longer true."""
        self._text, self._drawn_at = "", float("-inf")
        self._console.set_status("")

    def _line(self) -> str:
        return f"no step yet after {self._seconds():.0f} s: {self._text}"
