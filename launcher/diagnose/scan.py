"""The few lines of a large log that may mean something, found without looking at each line.

One compiled alternation runs over megabytes at a time. It is fast because each literal of the table
is sought from its rarest letter on, which training logs seldom have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from checks.failures import LITERALS

TRACEBACK = "Traceback (most recent call last)"
ROOT_CAUSE = "Root Cause (first observed failure)"
LINE_LIMIT = 4096
BEFORE = 2048
SHORTEST = 6
_COMMON = "etaoinsrhldcumfpgwybv ETAOINSRLD.,:_-()[]'\"=/0123456789kxjqzCMFPGWUHKBVYXJQZ"
"""Characters from the most common in a training log to the rarest."""


@dataclass(frozen=True)
class Raw:
    """A line as it stands in a log: its number from 1, its bytes, and some bytes before it."""

    number: int
    data: bytes
    before: bytes


def anchor(literal: str) -> str:
    """The end of the literal from its rarest letter on, at least SHORTEST long."""
    starts = range(max(1, len(literal) - SHORTEST + 1))
    return literal[max(starts, key=lambda at: _COMMON.find(literal[at])) :]


def _alternation(words: Iterable[str]) -> str:
    """A pattern for any of the words; what begins alike is tried once."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words):
        by_first.setdefault(word[:1], []).append(word[1:])
    if "" in by_first:
        return ""
    parts = [re.escape(first) + _alternation(rest) for first, rest in by_first.items()]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


ANCHORS = frozenset(anchor(word) for word in (TRACEBACK, ROOT_CAUSE, *(one[0] for one in LITERALS)))
_ANY = re.compile(_alternation(ANCHORS).encode())


def lines(blocks: Iterable[bytes], following: Callable[[], bool]) -> Iterator[Raw]:
    """Every line with an anchor, and each next line as long as `following()`.

    Blocks end with a whole line. A carriage return ends a line too, but does not count as one.
    """
    number = 1
    for block in blocks:
        at = counted = 0
        while at < len(block):
            if not following():
                hit = _ANY.search(block, at)
                if hit is None:
                    break
                at = _start(block, hit.start(), at)
            end = _end(block, at)
            number += block.count(b"\n", counted, at)
            counted = at
            yield Raw(
                number, block[at : min(end, at + LINE_LIMIT)], block[max(0, at - BEFORE) : at]
            )
            at = end + 1
        number += block.count(b"\n", counted)


def _start(block: bytes, hit: int, least: int) -> int:
    """Where the line of a hit begins; of a very long one, a little before the hit."""
    least = max(least, hit - LINE_LIMIT // 2)
    start = block.rfind(b"\n", least, hit) + 1 or least
    return block.rfind(b"\r", start, hit) + 1 or start


def _end(block: bytes, start: int) -> int:
    end = block.find(b"\n", start)
    end = len(block) if end < 0 else end
    early = block.find(b"\r", start, end)
    return end if early < 0 else early
