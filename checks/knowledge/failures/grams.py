"""Which of thousands of literals a short text contains, without a pattern that has them all.

To compile an alternation of them takes a tenth of a second, more than most logs do to read. Here a
literal is looked up by six characters of it, its gram, that few others share: of a text all grams
are taken, and only the literals of those that are known are looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import AnyStr, Generic

GRAM = 6
"""No literal is shorter."""


class LiteralSet(Generic[AnyStr]):
    """Literals, all str or all bytes."""

    def __init__(self, literals: Iterable[AnyStr]) -> None:
        grams = {literal: _grams_in(literal) for literal in literals}
        common = Counter(gram for found in grams.values() for gram in found)
        self._by_gram: dict[AnyStr, list[AnyStr]] = {}
        for literal, found in grams.items():
            self._by_gram.setdefault(min(found, key=common.__getitem__), []).append(literal)

    def within(self, text: AnyStr) -> Sequence[AnyStr]:
        """Those that the text contains."""
        known = self._by_gram.keys() & _grams_in(text)
        return [literal for gram in known for literal in self._by_gram[gram] if literal in text]


def _grams_in(text: AnyStr) -> set[AnyStr]:
    return {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}
