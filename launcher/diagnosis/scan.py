"""The few lines of a large log that may mean something, found without looking at each line.

One compiled alternation of the anchors of all known literals (knowledge/failures/anchors.py) runs
over a block of megabytes. At a hit the line round it is cut out, by searching back and forth for
its ends, and the search goes on behind it: Python touches only lines that have an anchor, one in
thousands. Line numbers are counted by newlines between two hits, so that no line is split for it.
While a traceback is open (`following`) each next line is given out as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from checks.knowledge.failures import LITERALS
from checks.knowledge.failures.anchors import alternation_pattern, choose_anchors
from checks.knowledge.failures.known import VERSION_LINES

TRACEBACK = "Traceback (most recent call last)"
ROOT_CAUSE = "Root Cause (first observed failure)"
LINE_LIMIT = 4096
WINDOW = 16 << 10


@dataclass(frozen=True)
class RawLine:
    """A line as it stands in a log: its number from 1, its bytes, and where it is in `text`."""

    number: int
    data: bytes
    text: bytes
    start: int
    end: int

    @property
    def before(self) -> bytes:
        """What stands before it, at least WINDOW bytes where there are as many."""
        return self.text[max(0, self.start - WINDOW) : self.start]

    @property
    def after(self) -> bytes:
        """What stands behind it, likewise."""
        return self.text[self.end + 1 : self.end + 1 + WINDOW]


_WORDS = [
    TRACEBACK,
    ROOT_CAUSE,
    *(literal for literal, _ in VERSION_LINES.values()),
    *(literal for literal, _ in LITERALS),
]
_ANY_ANCHOR = re.compile(alternation_pattern(choose_anchors(_WORDS)).encode())


def matching_lines(blocks: Iterable[bytes], following: Callable[[], bool]) -> Iterator[RawLine]:
    """Every line with an anchor, and each next line as long as `following()`.

    A carriage return ends a line too, but does not count as one. Each block is searched but for its
    last WINDOW bytes, which are searched with the next: so every line has what stands around it.
    """
    number, at, text = 1, 0, b""
    for block, is_last in _with_last(blocks):
        text += block
        limit = len(text) if is_last else _last_line_end(text, len(text) - WINDOW)
        counted = at
        while at < limit:
            if not following():
                hit = _ANY_ANCHOR.search(text, at, limit)
                if hit is None:
                    at = limit
                    break
                at = _line_start(text, hit.start(), at)
            end = _line_end(text, at)
            number += text.count(b"\n", counted, at)
            counted = at
            yield RawLine(number, text[at : min(end, at + LINE_LIMIT)], text, at, end)
            at = end + 1
        number += text.count(b"\n", counted, at)
        behind = max(0, at - WINDOW)
        text, at = text[behind:], at - behind


def _with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    previous = None
    for block in blocks:
        if previous is not None:
            yield previous, False
        previous = block
    if previous is not None:
        yield previous, True


def _last_line_end(text: bytes, limit: int) -> int:
    """Behind the last end of a line before the limit; the limit itself in one very long line."""
    limit = max(limit, 0)
    return max(text.rfind(b"\n", 0, limit), text.rfind(b"\r", 0, limit)) + 1 or limit


def _line_start(block: bytes, hit: int, least: int) -> int:
    """Where the line of a hit begins; of a very long one, a little before the hit."""
    least = max(least, hit - LINE_LIMIT // 2)
    start = block.rfind(b"\n", least, hit) + 1 or least
    return block.rfind(b"\r", start, hit) + 1 or start


def _line_end(block: bytes, start: int) -> int:
    end = block.find(b"\n", start)
    end = len(block) if end < 0 else end
    early = block.find(b"\r", start, end)
    return end if early < 0 else early
