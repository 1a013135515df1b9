"""Options that a program does not know, and those of its own that are spelt most like them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import NamedTuple

LIKENESS = 0.8
_OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")
_WORD = re.compile(r"[^\s'\",\[\]]+")


_AMOUNT = {"num", "number", "n", "nr", "of", "count", "total", "max", "size", "train", "training"}
"""Words that one script has in an option's name and another leaves out."""


class Corrected(NamedTuple):
    """The words of a command, and of those typed the ones that it does not have any more."""

    words: tuple[str, ...]
    left_out: tuple[str, ...]


def correct_options(typed: str, usage: str) -> str:
    """`--learning-rate for --leraning-rate`, for each option that has one; else empty.

    `typed` is what was not known, options and their values; `usage` a text that names the known.
    """
    known = _OPTION.findall(usage)
    found = {
        option: nearest
        for option in dict.fromkeys(_OPTION.findall(typed))
        if (nearest := _nearest_option(option, known))
    }
    return ", ".join(f"{correct} for {option}" for option, correct in found.items())


def correct_words(words: Sequence[str], refused: str, usage: str) -> Corrected:
    """The words of a command with the options that were refused corrected from the usage text; one
    that is most like none is left out, with those of its values that were refused too.

    No words where none of them was refused: of an option that the usage text has only the value is
    wrong, which nobody else can know.
    """
    options, values = set(_OPTION.findall(refused)), set(_WORD.findall(refused))
    options -= {*_OPTION.findall(usage)}
    taken = {_normal(word.partition("=")[0]) for word in words if word.startswith("-")}
    known = [each for each in _OPTION.findall(usage) if _normal(each) not in taken]
    corrected: list[str] = []
    left_out: list[str] = []
    is_left_out = was_refused = False
    for word in words:
        name, equals, value = word.partition("=")
        if name in options:
            was_refused = True
            nearest = _nearest_option(name, known)
            is_left_out = not nearest
            (corrected if nearest else left_out).append(f"{nearest or name}{equals}{value}")
        elif is_left_out and word in values:
            left_out.append(word)
        else:
            is_left_out = False
            corrected.append(word)
    return Corrected(tuple(corrected), tuple(left_out)) if was_refused else Corrected((), ())


def _nearest_option(option: str, known: Sequence[str]) -> str:
    """The option that says the same in other words, else that which is spelt most like it."""
    names = {_normal(each): each for each in known}
    same = {names[name] for name in names if _means_the_same(_normal(option), name)}
    if len(same) == 1:
        return same.pop()
    near = difflib.get_close_matches(_normal(option), names, 1, LIKENESS)
    return names[near[0]] if near else ""


def _means_the_same(one: str, other: str) -> bool:
    """`epoch-count` and `num-epochs`; `learning-rate` and `lr`."""
    pairs = ((one, other), (other, one))
    if any(len(short) > 1 and short == _initials(whole) for short, whole in pairs):
        return True
    return bool(_subject(one)) and _subject(one) == _subject(other)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split("-") if word)


def _subject(name: str) -> frozenset[str]:
    """What an option is about: its words in the singular, without those of an amount."""
    words = (re.sub(r"(?<=\w{3})s$", "", word) for word in name.split("-"))
    return frozenset(word for word in words if word and word not in _AMOUNT)


def _normal(option: str) -> str:
    """Dashes and underscores are alike, and how many begin it."""
    return option.lstrip("-").replace("_", "-").lower()
