"""What a terminal obeys, or a viewer turns round: none of it may come raw from a node."""

from __future__ import annotations

import re

PAYLOADS = (
    "\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\x9d0;owned\x9c", "\u202eevil", "\u2066x", "\x00",
    "\x08\x08", "\r\x1b[K", "\u2028", "\x1bP1$r\x1b\\", "\ud800",
)  # fmt: skip
COLOURS = re.compile(r"\x1b\[[0-9;]*m|[\n\t]")


def raw_in(text: str) -> set[str]:
    """The characters in it that are escaped wherever a node's words are written."""
    return {letter for letter in COLOURS.sub("", text) if not letter.isprintable()}
