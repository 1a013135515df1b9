"""Where a preflight is while the nodes are asked: lines redrawn, or one line a stage."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Sequence

import pytest

CURSOR_UP, CLEAR_BELOW = "\x1b[{}A", "\x1b[J"


class Progress:
    """Told of each stage's counts from any thread; says nothing with -q."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter
        self._live = reporter.isatty() and reporter.verbosity >= 0
        self._lock = threading.Lock()
        self._stage, self._began, self._counts = "", time.monotonic(), ""
        self._below = 0

    def stage(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` nodes have answered in `stage`."""
        with self._lock:
            if stage != self._stage:
                self._end()
                self._stage = stage
            self._counts = f"{done}/{total}"
            self._draw([f"{stage:<10} {self._counts} nodes"])

    def show(self, lines: Sequence[str]) -> None:
        """What a long stage has to show, redrawn on a terminal that has room for it."""
        with self._lock:
            self._draw(lines if self._live and _fits_terminal(lines) else lines[:1])

    def finish(self) -> None:
        """The last stage is done: what was drawn on a terminal is cleared."""
        with self._lock:
            self._end()
            self._draw([""])
            if self._live:
                self._reporter.write("\r")

    def _draw(self, lines: Sequence[str]) -> None:
        if not self._live:
            return
        if self._below:
            self._reporter.write(f"\r{CURSOR_UP.format(self._below)}{CLEAR_BELOW}")
        width = shutil.get_terminal_size().columns - 1
        self._reporter.rewrite(lines[0][:width], erase=True)
        for line in lines[1:]:
            self._reporter.write(f"\n{line}")
        self._reporter.flush()
        self._below = len(lines) - 1

    def _end(self) -> None:
        """Without a terminal each stage leaves one line."""
        if self._stage and not self._live and self._reporter.verbosity >= 0:
            took = time.monotonic() - self._began
            self._reporter.write_line(f"{self._stage:<10} {self._counts} nodes  {took:.1f} s")
        self._stage, self._began = "", time.monotonic()


def _fits_terminal(lines: Sequence[str]) -> bool:
    """Whether a terminal that can be drawn on is as wide and as high."""
    size = shutil.get_terminal_size()
    able = os.environ.get("TERM", "dumb") != "dumb"
    return able and len(lines) < size.lines and max(map(len, lines)) < size.columns
