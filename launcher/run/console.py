"""A run at the terminal: the launcher's own lines, and those of the ranks with their node."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from checks.escaped_streams import escape_lines, unescaped
from checks.printable import escape_output
from launcher.run.folded_lines import LineFolder

DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)
_ERASE_LINE, _ERASE_ABOVE = "\r\033[K", "\033[A\033[K"
STATUS_LINES = 4
"""The most that stay below all others."""
SCREEN_LINES = 40


class Console:
    """Standard output. Once its reader is gone it prints nothing more; training goes on."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self.is_terminal = sys.stdout.isatty()
        self.has_reader = True
        self._order = {node: at for at, node in enumerate(nodes)}
        self._width = max((len(node) for node in nodes), default=0)
        self._status = ""
        self._held: list[str] | None = None
        self._folder = LineFolder(self._print_node_line, self._print_own_line)

    @contextmanager
    def printed_at_once(self) -> Iterator[None]:
        """What is printed meanwhile is written together at the end, in its order."""
        self._held = []
        try:
            yield
        finally:
            text, self._held = "".join(self._held), None
            if text:
                self._print(text)

    def line(self, node: str, source: str, text: str) -> None:
        """One line that a node printed; what several ranks print alike is shown once."""
        self._folder.take(node, source, text)

    def report_unwritten(self, text: str) -> None:
        """That the logs do not have all from now on, so that each line is shown of each rank."""
        self._folder.folds = False
        self.say(text)

    def settle(self, *, at_end: bool = False) -> None:
        """Show what is due of lines that were held or folded; all of it `at_end`."""
        self._folder.settle(at_end=at_end)

    def stands_above(self, node: str, source: str) -> bool:
        """Whether what it printed last is still on a screen."""
        return self._folder.stands_above(node, source, SCREEN_LINES)

    def say(self, text: str) -> None:
        """A line of the launcher's own; lost where it goes to a file and the disk is full."""
        self._folder.take_own(text)

    def _print_node_line(self, node: str, source: str, text: str) -> None:
        rank = source.removeprefix("rank") if source.startswith("rank") else source
        label = f"{node:<{self._width}} {rank}:"
        if self.is_terminal:
            label = f"\033[{_COLOURS[self._order.get(node, 0) % len(_COLOURS)]}m{label}\033[0m"
        self._print_own_line(f"{label} {text}")

    def _print_own_line(self, text: str) -> None:
        erase = self._erase if self._status else ""
        self._print(f"{erase}{escape_lines(text)}\n{self._status}")

    def set_status(self, text: str) -> None:
        """On a terminal, lines that stay below all others until they are set to nothing."""
        if self.is_terminal and (text or self._status):
            erase, before = self._erase, self._status
            room = shutil.get_terminal_size().columns - 1
            self._status = _wrap_status(escape_output(text), room)
            if self._status != before:
                self._print(f"{erase}{self._status}")

    @property
    def _erase(self) -> str:
        """What takes the status away, line by line from below."""
        return _ERASE_LINE + _ERASE_ABOVE * self._status.count("\n")

    def _print(self, text: str) -> None:
        if self._held is not None:
            self._held.append(text)
            return
        self.has_reader &= print_line(text, unescaped(sys.stdout), end="")


def _wrap_status(text: str, room: int) -> str:
    """The text in lines of that width; what does not fit into so many is left out."""
    return "\n".join(
        textwrap.wrap(
            text, max(room, 10), max_lines=STATUS_LINES, placeholder=" …", break_on_hyphens=False
        )
    )


def print_line(text: str, stream: TextIO | None = None, end: str = "\n") -> bool:
    """Print to standard output, or to `stream`; what a full disk does not take is lost.

    Returns false where the reader is gone: all that is printed from then on is dropped.
    """
    stream = stream or sys.stdout
    try:
        print(text, file=stream, end=end, flush=True)
    except UnicodeEncodeError:
        print(text.encode("ascii", "backslashreplace").decode(), file=stream, end=end, flush=True)
    except OSError as error:
        if error.errno not in DISK_FULL_ERRNOS:
            discard_output(stream)
            return False
    return True


def flush_output(stream: TextIO) -> None:
    """Drop what a full disk does not take: it must not change the exit code."""
    try:
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError:
        discard_output(stream)


def discard_output(stream: TextIO) -> None:
    """Drop what is written to it from now on, and what it holds still."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
