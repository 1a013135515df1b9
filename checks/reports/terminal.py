"""Text for a terminal: wrapped at its width, coloured where it takes colour. Drawn by rich."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from checks.reports.finding_text import FindingText

MAX_WIDTH, MIN_WIDTH = 120, 40
"""Columns of prose: longer lines are hard to read, shorter ones hold no path."""
_STYLES = {"√": "green", "‼": "yellow", "×": "red", "?": "magenta", "-": "dim"}
DETAIL = Text(" " * 6)
"""What stands before all that is said below a finding's message."""


def takes_colour(stream: TextIO) -> bool:
    """Whether the stream is a terminal that shows colour, and NO_COLOR is not set."""
    console = Console(file=stream)
    return console.color_system is not None and not console.no_color


def terminal_width() -> int:
    """Columns to write prose in."""
    return max(min(shutil.get_terminal_size((100, 24)).columns, MAX_WIDTH), MIN_WIDTH)


def mark_text(mark: str, text: str | None = None) -> Text:
    """A mark, or the text, in the mark's colour."""
    return Text.assemble((text or mark, _STYLES[mark]))


def wrap_text(head: Text, text: str, width: int, style: str = "") -> list[Text]:
    """`text` behind `head`, its further lines below itself; a longer word is never cut."""
    room, blank = width - head.cell_len, Text(" " * head.cell_len)
    pieces = [
        piece
        for line in text.split("\n")
        for piece in textwrap.wrap(line, room, break_long_words=False, break_on_hyphens=False)
        or [""]
    ]
    return [(blank if at else head) + Text(piece, style) for at, piece in enumerate(pieces)]


def finding_lines(text: FindingText, width: int) -> list[Text]:
    """The message behind its mark, below it the rest; commands are whole, so they can be copied."""
    lines = wrap_text(Text("  ") + mark_text(text.mark) + " ", text.message, width)
    lines += wrap_text(DETAIL, text.about, width, "dim")
    for detail in filter(None, (text.seen, text.fix)):
        lines += wrap_text(DETAIL, detail, width)
    commands = text.command.splitlines()
    return lines + [DETAIL + "  " + Text(line, "bold") for line in commands]


def render_lines(lines: Iterable[Text], *, colour: bool) -> list[str]:
    """The lines as they are written to a stream."""
    if not colour:
        return [line.plain for line in lines]
    console = Console(force_terminal=True, color_system="standard", highlight=False)
    with console.capture() as capture:
        for line in lines:
            console.print(line, soft_wrap=True)
    return capture.get().splitlines()
