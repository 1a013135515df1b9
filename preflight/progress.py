"""Where a preflight is while the nodes are asked: one line rewritten, or one line a stage."""

from __future__ import annotations

import threading
import time

import pytest


class Progress:
    """Told of each stage's counts from any thread; says nothing with -q."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter
        self._live = reporter.isatty() and reporter.verbosity >= 0
        self._lock = threading.Lock()
        self._stage, self._began, self._counts = "", time.monotonic(), ""

    def stage(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` nodes have answered in `stage`."""
        with self._lock:
            if stage != self._stage:
                self._end()
                self._stage = stage
            self._counts = f"{done}/{total}"
            if self._live:
                self._reporter.rewrite(f"{stage:<10} {self._counts} nodes", erase=True)

    def finish(self) -> None:
        """The last stage is done: a terminal's line is cleared."""
        with self._lock:
            self._end()
            if self._live:
                self._reporter.rewrite("", erase=True)
                self._reporter.write("\r")

    def _end(self) -> None:
        """Without a terminal each stage leaves one line."""
        if self._stage and not self._live and self._reporter.verbosity >= 0:
            took = time.monotonic() - self._began
            self._reporter.write_line(f"{self._stage:<10} {self._counts} nodes  {took:.1f} s")
        self._stage, self._began = "", time.monotonic()
