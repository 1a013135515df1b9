"""Options that a program does not know, and those of its own that are spelt most like them."""

from __future__ import annotations

import difflib
import re

LIKENESS = 0.8
_OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")


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


def _normal(option: str) -> str:
    """Dashes and underscores are alike, and how many begin it."""
    return option.lstrip("-").replace("_", "-").lower()
