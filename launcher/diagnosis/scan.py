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

TRACEBACK = "Traceback (most recent call last)"
ROOT_CAUSE = "Root Cause (first observed failure)"
LINE_LIMIT = 4096
CONTEXT_SIZE = 2048


@dataclass(frozen=True)
class RawLine:
    """A line as it stands in a log: its number from 1, its bytes, and some bytes before it."""

    number: int
    data: bytes
    before: bytes


_WORDS = [TRACEBACK, ROOT_CAUSE, *(literal for literal, _ in LITERALS)]
_ANY_ANCHOR = re.compile(alternation_pattern(choose_anchors(_WORDS)).encode())


def matching_lines(blocks: Iterable[bytes], following: Callable[[], bool]) -> Iterator[RawLine]:
    """Every line with an anchor, and each next line as long as `following()`.

    Blocks end with a whole line. A carriage return ends a line too, but does not count as one.
    """
    number = 1
    for block in blocks:
        at = counted = 0
        while at < len(block):
            if not following():
                hit = _ANY_ANCHOR.search(block, at)
                if hit is None:
                    break
                at = _line_start(block, hit.start(), at)
            end = _line_end(block, at)
            number += block.count(b"\n", counted, at)
            counted = at
            yield RawLine(
                number, block[at : min(end, at + LINE_LIMIT)], block[max(0, at - CONTEXT_SIZE) : at]
            )
            at = end + 1
        number += block.count(b"\n", counted)


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
