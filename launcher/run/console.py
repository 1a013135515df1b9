"""A run at the terminal: the launcher's own lines, and those of the ranks with their node."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Sequence

DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)
_ERASE_LINE = "\r\033[K"


class Console:
    """Standard output. Once its reader is gone it prints nothing more; training goes on."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self.is_terminal = sys.stdout.isatty()
        self._order = {node: at for at, node in enumerate(nodes)}
        self._width = max((len(node) for node in nodes), default=0)
        self._closed = False
        self._status = ""

    def line(self, node: str, source: str, text: str) -> None:
        """One line that a node printed."""
        rank = source.removeprefix("rank") if source.startswith("rank") else source
        label = f"{node:<{self._width}} {rank}:"
        if self.is_terminal:
            label = f"\033[{_COLOURS[self._order.get(node, 0) % len(_COLOURS)]}m{label}\033[0m"
        self.say(f"{label} {text}")

    def say(self, text: str) -> None:
        """A line of the launcher's own; lost where it goes to a file and the disk is full."""
        erase = _ERASE_LINE if self._status else ""
        self._print(f"{erase}{text}\n{self._status}")

    def set_status(self, text: str) -> None:
        """On a terminal, a line that stays below all others until it is set to nothing."""
        if self.is_terminal and (text or self._status):
            room = shutil.get_terminal_size().columns - 1
            self._status = text if len(text) <= room else f"{text[: room - 1]}…"
            self._print(f"{_ERASE_LINE}{self._status}")

    def _print(self, text: str) -> None:
        if self._closed:
            return
        try:
            print(text, end="", flush=True)
        except UnicodeEncodeError:
            print(text.encode("ascii", "backslashreplace").decode(), end="", flush=True)
        except OSError as error:
            self._closed = error.errno not in DISK_FULL_ERRNOS
