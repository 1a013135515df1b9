"""Where a preflight is while the nodes are asked: redrawn on a terminal, else one line a stage."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, cast

import pytest

from checks.escaped_streams import unescaped
from checks.printable import escape_line

if TYPE_CHECKING:
    from rich.live import Live


class Progress:
    """Called with each stage's counts from any thread; prints nothing with -q."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter
        self._quiet = reporter.verbosity < 0
        self._live = None if self._quiet or not reporter.isatty() else _live_display(reporter)
        self._lock = threading.Lock()
        self._stage, self._began, self._counts = "", time.monotonic(), ""

    def stage(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` nodes have answered in `stage`."""
        with self._lock:
            if stage != self._stage:
                self._end_stage()
                self._stage = stage
            self._counts = f"{done}/{total}"
        self.show([f"{stage:<14} {self._counts} nodes"])

    def show(self, lines: Sequence[str]) -> None:
        """What a long stage has to show; a terminal without room for it shows its beginning."""
        from rich.text import Text

        if self._live:
            shown = "\n".join(map(escape_line, lines))
            self._live.update(Text(shown, no_wrap=True, overflow="crop"), refresh=True)

    def finish(self) -> None:
        """The last stage is done: what was drawn on a terminal is cleared."""
        with self._lock:
            self._end_stage()
        if self._live:
            self._live.stop()

    def _end_stage(self) -> None:
        """Without a terminal each stage leaves one line."""
        if self._stage and not self._live and not self._quiet:
            took = time.monotonic() - self._began
            self._reporter.write_line(f"{self._stage:<14} {self._counts} nodes  {took:.1f} s")
        self._stage, self._began = "", time.monotonic()


class _ReporterStream(io.TextIOBase):
    """pytest's terminal as a stream that takes redrawing; its capturing takes no other."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._stream = unescaped(reporter._tw._file)

    def write(self, text: str) -> int:
        self._stream.write(text)
        self._stream.flush()
        return len(text)


def _live_display(reporter: pytest.TerminalReporter) -> Live | None:
    """A part of the terminal that is redrawn; None where the cursor cannot be moved."""
    from rich.console import Console
    from rich.live import Live

    console = Console(file=cast("IO[str]", _ReporterStream(reporter)), force_terminal=True)
    if console.is_dumb_terminal:
        return None
    live = Live(
        console=console,
        auto_refresh=False,
        transient=True,
        vertical_overflow="crop",
        redirect_stdout=False,
        redirect_stderr=False,
    )
    live.start()
    return live
