"""How long nothing was printed before a line, and what the one that it waited for did meanwhile."""

from __future__ import annotations

import re

from launcher.diagnosis.log_lines import clean_text, parse_time
from launcher.diagnosis.scan import RawLine

PREFIX_LENGTH = 80
"""How far into a line its writer's name may stand."""


def silence_before(raw: RawLine) -> float:
    """Seconds between the line before and this one, where both have a time; else 0."""
    before = next(
        (text for _, data in raw.lines_before() if (text := clean_text(data)).strip()), ""
    )
    earlier, now = parse_time(before), parse_time(clean_text(raw.data))
    return max(0.0, now - earlier) if earlier and now else 0.0


def last_words_of(name: str, raw: RawLine) -> tuple[int, str]:
    """The number and the text of the last line before that a node or pod of this name wrote, as its
    prefix shows; 0 and nothing where the log has none near."""
    if not re.search("[A-Za-z]", name):
        return 0, ""
    written_by = rf"(?:^|[\s\[(]|\bpod/){re.escape(name)}\b[\w./-]*\s*[\]:|)]"
    prefix = re.compile(rf".{{0,{PREFIX_LENGTH}}}?{written_by}")
    for number, data in raw.lines_before():
        text = clean_text(data)
        if prefix.match(text):
            return number, text
    return 0, ""
