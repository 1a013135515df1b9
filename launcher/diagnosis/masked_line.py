"""A line of a log as it is shown: without the secrets that it seems to contain."""

from __future__ import annotations

import re

from checks.masking import MASK, is_secret, mask_urls

_ASSIGNED = re.compile(
    r"(?P<name>[\w-]+)=(?P<value>\"[^\"]*\"|'[^']*'|\S+?(?=[)\]}>\"'`,;:.]*(?:\s|$)))"
)
_NO_SECRET = re.compile(
    r"(?i:yes|no|none|null|true|false|auto|on|off|ask)|[\[<{][A-Za-z_ -]*|\$\{?[A-Z_]+|\.+"
)
"""What says whether there is a secret, or stands in its place; its end may be cut off."""
_OF_TOKENS = re.compile(r"tokens|token_", re.IGNORECASE)
"""In a name of what counts tokens, which is a number and no secret."""
_TOKEN = re.compile(r"\b(?:hf_[A-Za-z0-9]{16,}|(?:sk-|ghp_)[A-Za-z0-9_-]{12,})")


MAX_LENGTH = 400
_HEAD = 60
"""Of a line that is cut so much of its beginning stays before what matters."""


def masked_line(text: str) -> str:
    """A line of a log without the secrets that it seems to contain."""
    return masked(text)[:MAX_LENGTH]


def masked(text: str) -> str:
    """The same, however long."""
    return mask_urls(_TOKEN.sub(MASK, _ASSIGNED.sub(_masked_value, text)))


def cut_around(text: str, found: re.Match[str] | None, length: int = MAX_LENGTH) -> str:
    """At most so many characters of a line; where what was found in it would be cut off, that and
    the line's beginning."""
    if len(text) <= length:
        return text
    if not found or found.end() < length or found.start() <= _HEAD:
        return f"{text[: length - 1]}…"
    room = length - _HEAD - 2
    start = min(found.start(), max(found.end(), found.start() + room) - room)
    end = "…" if start + room < len(text) else ""
    return f"{text[:_HEAD]}…{text[start : start + room]}{end}"


def _masked_value(found: re.Match[str]) -> str:
    """`name=value`, the value masked where it is a secret; what closes behind it stays."""
    name, value = found["name"], found["value"]
    word = value.strip("\"'")
    is_count = bool(_OF_TOKENS.search(name)) and word.replace(".", "").isdigit()
    if not is_secret(name) or is_count or _NO_SECRET.fullmatch(word.rstrip(")]}>,")):
        return found[0]
    return f"{name}={MASK}"
