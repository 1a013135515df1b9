"""Text that others wrote, as it may be shown: it moves no cursor, sets no title, hides nothing."""

from __future__ import annotations

import re

_CONTROL = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""C0, C1, what turns the direction of text or ends a line, and halves of surrogate pairs."""
_UNSAFE_IN_OUTPUT = re.compile(rf"\x1b\[[0-9;]*m|\t|([{_CONTROL}])")
LONGEST_LINE = 1000
LONGEST_MESSAGE = 8000
_OVERLONG_WORD = re.compile(r"\S{401,}")


def escape_text(text: str) -> str:
    """`text` safe to print: control characters and lone surrogates escaped, newlines kept."""
    if text.isprintable():
        return text
    return "".join(
        letter
        if letter == "\n" or letter.isprintable()
        else letter.encode("unicode_escape").decode()
        for letter in text
    )


def escape_line(text: str) -> str:
    """The same in one line, of at most LONGEST_LINE characters."""
    line = escape_text(text).replace("\n", "\\n")
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def shorten_message(text: str) -> str:
    """A message without the middle of overlong words, such as values that are repeated in it."""
    short = _OVERLONG_WORD.sub(lambda word: f"{word[0][:100]}…{word[0][-20:]}", text)
    return short if len(short) <= LONGEST_MESSAGE else f"{short[: LONGEST_MESSAGE - 1]}…"


def escape_output(text: str, instead: str = "") -> str:
    """What a program printed, with its tabs and colours; `instead` stands for all other control
    characters, or their escapes where that is empty.
    """
    if text.isprintable():
        return text
    return _UNSAFE_IN_OUTPUT.sub(
        lambda found: (
            (instead or found[1].encode("unicode_escape").decode()) if found[1] else found[0]
        ),
        text,
    )
