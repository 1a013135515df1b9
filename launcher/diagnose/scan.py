"""The few lines of a large log that may mean something, found without looking at each line.

One compiled alternation runs over megabytes at a time. It is fast because each literal of the table
is sought by a piece that begins with one of a few letters that training logs seldom have.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from checks.failures import LITERALS

TRACEBACK = "Traceback (most recent call last)"
ROOT_CAUSE = "Root Cause (first observed failure)"
LINE_LIMIT = 4096
BEFORE = 2048
SHORTEST = 6
LONGEST = 12
_BY_RARITY = " 0123456789:.,'[]-_/=|\"eosnratlgpmdihkcuyfv(){}`><NCOIRFGLPMAEDSTBUbwWKHVYzjXqxJQZ"
"""Characters from the most common in a training log to the rarest, as counted in some."""


@dataclass(frozen=True)
class Raw:
    """A line as it stands in a log: its number from 1, its bytes, and some bytes before it."""

    number: int
    data: bytes
    before: bytes


def _heads(literals: Iterable[str]) -> str:
    """A few rare characters of which each literal has one where an anchor can begin."""
    left = [set(_room(literal)) for literal in literals]
    heads = ""
    while left:
        gain = Counter(itertools.chain.from_iterable(left))
        heads += max(sorted(gain), key=lambda head: gain[head] / _share(head))
        left = [heads_of for heads_of in left if heads[-1] not in heads_of]
    return heads


def _room(literal: str) -> str:
    """The part of a literal in which an anchor can begin."""
    return literal[: max(1, len(literal) - SHORTEST + 1)]


def _share(character: str) -> float:
    return 0.93 ** _BY_RARITY.find(character)


def anchors(literals: Sequence[str]) -> frozenset[str]:
    """A piece of each literal, such that all begin with a few rare characters."""
    heads = set(_heads(literals))
    pieces = {_anchor(literal, heads) for literal in literals}
    return frozenset(
        one for one in pieces if not any(one != other and one.startswith(other) for other in pieces)
    )


def _anchor(literal: str, heads: set[str]) -> str:
    starts = [at for at, character in enumerate(_room(literal)) if character in heads]
    start = max(starts, key=lambda at: _BY_RARITY.find(literal[at]))
    return literal[start : start + LONGEST]


def _alternation(words: Iterable[str]) -> str:
    """A pattern for any of the words; what begins alike is tried once."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words):
        by_first.setdefault(word[:1], []).append(word[1:])
    if "" in by_first:
        return ""
    parts = [re.escape(first) + _alternation(rest) for first, rest in by_first.items()]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


ANCHORS = anchors([TRACEBACK, ROOT_CAUSE, *(literal for literal, _ in LITERALS)])
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
