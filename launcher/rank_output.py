"""The output of ranks as lines: whatever the bytes, and however they come."""

from __future__ import annotations

import re
from collections import deque

LINE_LIMIT = 8192
KEPT_LINES = 20
_END = re.compile(rb"\r?\n|\r(?!\n|\Z)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]|\x1b(?!\[[0-9;]*m)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_STEP = re.compile(
    r"\b(?:global_)?(?:step|iter|iteration)\b\W{0,4}\d"
    r"|\bloss\b['\"]?\W{1,3}\d"
    r"|\d+/\d+ \[.*it",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b(?:global_)?(?:step|iter|iteration)\b\W{0,4}(\d+)|(\d+)/\d+ \[.*it", re.IGNORECASE
)


class LineSplitter:
    """One stream, cut at newlines and carriage returns, and where a line has no end."""

    def __init__(self) -> None:
        self._rest = b""
        self.last: deque[str] = deque(maxlen=KEPT_LINES)

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes, as text without control characters but colours."""
        *whole, self._rest = _END.split(self._rest + data)
        while len(self._rest) > LINE_LIMIT:
            whole.append(self._rest[:LINE_LIMIT])
            self._rest = self._rest[LINE_LIMIT:]
        return self._decode_lines(whole)

    def finish(self) -> list[str]:
        """The last line, where it has no newline."""
        rest, self._rest = self._rest, b""
        return self._decode_lines([rest] if rest.strip() else [])

    def _decode_lines(self, raw: list[bytes]) -> list[str]:
        lines = [_CONTROL.sub("�", line.decode("utf-8", "replace")) for line in raw]
        self.last.extend(_COLOUR.sub("", line) for line in lines if line.strip())
        return lines


def is_step_line(line: str) -> bool:
    """Whether the line looks like a training step's: a step's number, a loss, a progress bar."""
    return bool(_STEP.search(line))


def step_number(line: str) -> int | None:
    """The number of the step in the line; None without one."""
    found = _NUMBER.search(line)
    return int(found[1] or found[2]) if found else None
