"""How long nothing was printed before a line, and what the one that it waited for did meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from checks.units import format_duration
from launcher.diagnosis.log_lines import clean_text, parse_time
from launcher.diagnosis.scan import RawLine

SILENCE = 1200
"""Seconds without a line that are no step's or checkpoint's."""
OF_STANDSTILL = (
    "find what it waited for, which uses up more time as well: `py-spy dump --pid PID` on each "
    "rank while it stands still, TORCH_FR_BUFFER_SIZE=20000 TORCH_NCCL_DUMP_ON_TIMEOUT=1 in [env] "
    "for collectives; resume from the last checkpoint"
)
"""What to do about a run that reached its time limit while nothing went on."""
MAX_BARS = 40
_BAR = re.compile(r"\| \d+/\d+ \[(?:(\d+):)?(\d+):(\d\d)<")
UNITS = (3600, 60, 1)
PREFIX_LENGTH = 80
"""How far into a line its writer's name may stand."""


def silence_before(raw: RawLine) -> float:
    """Seconds between the line before and this one, where both have a time; else 0.

    Bars between them count by the time that they say they took.
    """
    now, took = parse_time(clean_text(raw.data)), 0.0
    for _, data in islice(raw.lines_before(), MAX_BARS):
        text = clean_text(data).strip()
        if text and not (bar := _BAR.search(text)):
            earlier = parse_time(text)
            return max(0.0, now - earlier - took) if earlier and now else 0.0
        if text and bar:
            took += sum(
                float(part or 0) * unit for part, unit in zip(bar.groups(), UNITS, strict=True)
            )
    return 0.0


def silence_note(seconds: float) -> Iterator[str]:
    """That a run which was ended stood still: more time would not have helped."""
    if seconds >= SILENCE:
        yield (
            f"nothing was printed for {format_duration(seconds)} before that: the run stood still, "
            "for which more time is no help, and why is not in this log; look at its last line, "
            "and where the ranks are next time"
        )


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
