"""A way to find any of many literals in megabytes: alternations that begin with few characters.

A regular expression skips fast, as memchr does, over characters that no alternative begins with;
with a thousand literals that begin with every letter it skips nothing. So each literal is searched
for by a piece of it, its anchor, that begins with one of a few heads. Two alternations share the
work, which is faster than one by half:

- Most literals contain a character that is rare in any text: a capital, a digit, a sign. Their
  anchors begin with these: `CUDA out of memory` itself, `cannot import name 'x'` by `'x'`.
- Of the others, in small letters alone, heads are a set cover, weighted by rarity in English and
  solved greedily: take the character that most literals still without a head contain, for its
  frequency, until each has one.

A head that only few literals need would cost more than to look for each of these by itself: they
are lone (`split_lone`).

An anchor begins at the first such place, as the longest says the most. A line that has a literal
has its anchor, so no line is missed; a line that has only the anchor is seen by the full patterns
and dropped there.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

MIN_ANCHOR_LENGTH = 4
MAX_ANCHOR_LENGTH = 16
MAX_LONE = 6
_RARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ_'(:=*>/`{}\"[]0123456789jqxz")
_BY_RARITY = (
    " etaoinsrhldcumfpgwyb,.v0123456789'-k:()xjqz/_=\"[]{}`<>|+*&%$#@!?;\\~^TSAICMDRPEBFNLHWOGUVYJ"
    "KXQZ"
)
"""Characters from the most common in English with some code in it to the rarest."""


def split_lone(literals: Iterable[str]) -> tuple[list[str], list[str]]:
    """Those to be found by anchors, and the few that would make these begin with one more common
    character."""
    whole = list(dict.fromkeys(literals))
    plain = [literal for literal in whole if not _RARE & set(_head_room(literal))]
    heads, lone = "", plain
    while len(lone) > MAX_LONE:
        heads += _best_head(lone)
        lone = [literal for literal in lone if heads[-1] not in _head_room(literal)]
    return [literal for literal in whole if literal not in lone], lone


def choose_anchors(literals: Iterable[str]) -> Sequence[Mapping[str, Sequence[str]]]:
    """By anchor the literals that have it: first those with a rare character, then the others."""
    whole = list(dict.fromkeys(literals))
    with_rare = [literal for literal in whole if _RARE & set(_head_room(literal))]
    others = [literal for literal in whole if not _RARE & set(_head_room(literal))]
    groups = ((with_rare, _RARE), (others, frozenset(_cover_heads(others))))
    return [_by_anchor(group, heads) for group, heads in groups if group]


def _by_anchor(literals: Iterable[str], heads: frozenset[str]) -> Mapping[str, Sequence[str]]:
    """The literals by their pieces from the first head on, or by shorter ones that begin them."""
    pieces = {literal: _from_head(literal, heads) for literal in literals}
    whole = set(pieces.values())
    found: dict[str, list[str]] = {}
    for literal, piece in pieces.items():
        shortest = next(piece[:end] for end in range(1, len(piece) + 1) if piece[:end] in whole)
        found.setdefault(shortest, []).append(literal)
    return found


def _from_head(literal: str, heads: frozenset[str]) -> str:
    start = next(at for at, character in enumerate(literal) if character in heads)
    return literal[start : start + MAX_ANCHOR_LENGTH]


def _cover_heads(literals: Sequence[str]) -> str:
    """A few rare characters of which each literal has one where an anchor can begin."""
    heads = ""
    while literals:
        heads += _best_head(literals)
        literals = [literal for literal in literals if heads[-1] not in _head_room(literal)]
    return heads


def _best_head(literals: Sequence[str]) -> str:
    """The character that most of them contain where an anchor can begin, for its frequency."""
    gain = Counter(itertools.chain.from_iterable(set(_head_room(each)) for each in literals))
    return max(sorted(gain), key=lambda head: gain[head] / _relative_frequency(head))


def _head_room(literal: str) -> str:
    """The part of a literal in which an anchor can begin."""
    return literal[: max(1, len(literal) - MIN_ANCHOR_LENGTH + 1)]


def _relative_frequency(character: str) -> float:
    return 0.93 ** _BY_RARITY.find(character)


def alternation_pattern(words: Iterable[str]) -> str:
    """A pattern for any of the words; what begins alike is tried once."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words):
        by_first.setdefault(word[:1], []).append(word[1:])
    if "" in by_first:
        return ""
    parts = [re.escape(first) + alternation_pattern(rest) for first, rest in by_first.items()]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
