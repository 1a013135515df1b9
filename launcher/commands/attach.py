"""`launcher attach`: what a run printed so far, and on from there; Ctrl-C only leaves it."""

from __future__ import annotations

import os
import time
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from launcher.commands.logs import LogReader
from launcher.commands.run_summary import summarise_run
from launcher.commands.run_text import LOST, line_for_run, progress_text, status_lines
from launcher.exit_codes import ExitCode
from launcher.rank_output import LineSplitter, is_training_bar
from launcher.record import OUTPUT, RecordedRun, all_runs, find_run
from launcher.run.console import Console

EARLIER_LINES, EARLIER_BYTES = 200, 200_000
RANKS_EARLIER_LINES = 20
POLL_S = 0.3


def attach_run(args: Namespace) -> ExitCode:
    """Show a run until it ends, with what it printed before, and the attempts that follow it.

    Returns the exit code that its `start` ends with; 130 where Ctrl-C ended the showing.
    """
    console = Console([])
    following: RecordedRun | None = find_run(args.runs, args.which)
    while following:
        run = following
        console.say("\n".join(status_lines(summarise_run(run))))
        try:
            following = _show_until_end(run, args.runs, console)
        except KeyboardInterrupt:
            console.set_status("")
            console.say(_leaving_notice(run, args.runs))
            return ExitCode.INTERRUPTED
    if run.state == "lost":
        console.say(f"{run.name}: lost: {LOST}")
        return ExitCode.FAILED
    return ExitCode(run.exit_code)


def _leaving_notice(run: RecordedRun, base: Path) -> str:
    if run.ended:
        return f"{run.name} has ended: {run.state}"
    return f"{run.name} runs on; to end it: {line_for_run('stop', run.name, base)}"


def _show_until_end(run: RecordedRun, base: Path, console: Console) -> RecordedRun | None:
    """Show what is printed until there is no more. Returns the attempt that follows, if any."""
    source = _DetachedOutput(run) if (run.path / OUTPUT).is_file() else _RanksOutput(run)
    with closing(source):
        while True:
            following = _next_attempt(run, base)
            ended = following or run.ended
            summary = summarise_run(run)
            counted = console.is_terminal and summary.step is not None
            for line in source.new_lines():
                if not (counted and is_training_bar(line)):
                    console.say(line)
            console.set_status(progress_text(summary) if summary.state == "running" else "")
            if ended:
                return following
            if not console.has_reader:
                raise BrokenPipeError
            time.sleep(POLL_S)


def _next_attempt(run: RecordedRun, base: Path) -> RecordedRun | None:
    if not run.read("result.json") or not run.read("attempt.json"):
        return None
    after = str(run.path.resolve())
    return next(
        (other for other in all_runs(base) if other.read("attempt.json").get("after") == after),
        None,
    )


class _DetachedOutput:
    """What the launcher of a detached run prints."""

    def __init__(self, run: RecordedRun) -> None:
        self._file = (run.path / OUTPUT).open("rb")
        self._splitter = LineSplitter()
        size = os.fstat(self._file.fileno()).st_size
        self._cut = self._file.seek(max(size - EARLIER_BYTES, 0)) > 0
        self._first = True

    def new_lines(self) -> list[str]:
        """The lines that it has more; at first no more than the last ones."""
        lines = self._splitter.feed(self._file.read())
        if self._first and (self._cut or len(lines) > EARLIER_LINES):
            lines = [f"… what is before this: {self._file.name}", *lines[-EARLIER_LINES:]]
        self._first = False
        return lines

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _RanksOutput:
    """What the ranks print, where the launcher's own lines go to its terminal alone."""

    def __init__(self, run: RecordedRun) -> None:
        nodes = run.read("plan.json").get("nodes", {})
        self._reader = LogReader(run, nodes, tail=RANKS_EARLIER_LINES)

    def new_lines(self) -> list[str]:
        """The lines that there are more."""
        return [line.rstrip("\n") for line in self._reader.new_lines()]

    def close(self) -> None:
        """Close the logs."""
        self._reader.close()
