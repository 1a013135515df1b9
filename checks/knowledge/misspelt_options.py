"""Options that a program does not know, and those of its own that are spelt most like them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

LIKENESS = 0.8
_OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")
_WORD = re.compile(r"[^\s'\",\[\]]+")


def correct_options(typed: str, usage: str) -> str:
    """`--learning-rate for --leraning-rate`, for each option that has one; else empty.

    `typed` is what was not known, options and their values; `usage` a text that names the known.
    """
    known = {_normal(option): option for option in _OPTION.findall(usage)}
    found = {
        option: known[nearest[0]]
        for option in dict.fromkeys(_OPTION.findall(typed))
        if (nearest := difflib.get_close_matches(_normal(option), known, 1, LIKENESS))
    }
    return ", ".join(f"{correct} for {option}" for option, correct in found.items())


def correct_words(words: Sequence[str], refused: str, usage: str) -> tuple[str, ...]:
    """The words of a command with the options that were refused corrected from the usage text; one
    that is most like none is left out, with those of its values that were refused too.

    Empty where none of the words was refused.
    """
    options, values = set(_OPTION.findall(refused)), set(_WORD.findall(refused))
    taken = {_normal(word.partition("=")[0]) for word in words if word.startswith("-")}
    known = [each for each in _OPTION.findall(usage) if _normal(each) not in taken]
    corrected: list[str] = []
    is_left_out = was_refused = False
    for word in words:
        name, equals, value = word.partition("=")
        if name in options:
            was_refused = True
            nearest = correct_options(name, " ".join(known)).partition(" for ")[0]
            is_left_out = not nearest
            corrected += [f"{nearest}{equals}{value}"] if nearest else []
        elif not (is_left_out and word in values):
            is_left_out = False
            corrected.append(word)
    return tuple(corrected) if was_refused else ()


def _normal(option: str) -> str:
    """Dashes and underscores are alike, and how many begin it."""
    return option.lstrip("-").replace("_", "-").lower()
