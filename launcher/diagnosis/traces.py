"""Python tracebacks, put together again where the lines of several ranks are mixed.

Eight ranks that fail at once write eight tracebacks into one log, line by line among each other.
Each line has a place, its rank or node as far as its prefix says, and each place has one traceback
open at most, which takes the lines of its place alone. A traceback ends by its own form: indented
frames, then one line `SomeError: …` at the margin, then perhaps a chained one ("During handling of
the above"). A line at the margin that is no error is another writer's and is passed over; after
400 of them the rest will not come, and the traceback is closed as it is.

Of a rank the last traceback counts, as one that was caught may stand before it; where lines have no
rank the first, as the last is often an echo of another rank's failure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from launcher.diagnosis.log_lines import Line, Place

KEPT_HEAD, KEPT_TAIL = 20, 40
LINES_AFTER_ERROR = 12
MAX_FOREIGN_LINES = 400
MAX_PLACES = 512
_ERROR = re.compile(
    r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*"
    r"(?:Error|Exception|Exit|Interrupt|Warning|Timeout|Aborted|Failure|NotFound)\b(?=:|\s*$)"
)
_ANY_ERROR = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?=:|\s*$)")
_CHAIN = ("During handling of the above", "The above exception was the direct")
_FRAME = re.compile(r'^\s+File "(?P<path>[^"]+)", line \d+')


@dataclass
class Trace:
    """One traceback with what was chained to it: where it began, and its lines, bounded."""

    first: Line
    lines: list[str] = field(default_factory=list)
    error: str = ""
    at: Line | None = None
    frames: set[str] = field(default_factory=set)
    explained: bool = False
    _after: int = 0
    _waited: int = 0

    def take(self, text: str) -> None:
        """One more line of its rank."""
        if found := _FRAME.match(text):
            self.frames.add(found["path"])
        self.lines.append(text[:400])
        if len(self.lines) > KEPT_HEAD + KEPT_TAIL:
            del self.lines[KEPT_HEAD]

    def goes_on(self, line: Line) -> bool:
        """Takes a line of its rank; returns whether more of it may follow."""
        text = line.text
        chained = text.startswith(_CHAIN)
        if self.error and not chained:
            self._after += 1
            if text.startswith((" ", "-")) and self._after < 4:
                self.take(text)
            return self._after < LINES_AFTER_ERROR
        indented = bool(self.lines) and self.lines[-1].startswith(" ")
        if chained:
            self.error, self._after = "", 0
        elif _ERROR.match(text) or (indented and _ANY_ERROR.match(text)):
            self.error, self.at = text[:1000], line
        elif text.strip() and not text.startswith((" ", "Traceback ")):
            return self.waited()
        self.take(text)
        return True

    def waited(self) -> bool:
        """Counts a line that is not its own; false once there were too many."""
        self._waited += 1
        return self._waited < MAX_FOREIGN_LINES


class Traces:
    """The first and the last traceback of each place, and those that are not whole yet."""

    def __init__(self) -> None:
        self.first: dict[Place, Trace] = {}
        self.last: dict[Place, Trace] = {}
        self._open: dict[Place, Trace] = {}

    @property
    def open(self) -> bool:
        """Whether the next lines may belong to one."""
        return bool(self._open)

    def at(self, place: Place) -> Trace | None:
        """The one that the place is in the middle of, or has just ended."""
        return self._open.get(place)

    def feed(self, line: Line) -> None:
        """One line, in the order of the log."""
        current = self._open.get(line.place)
        begins = line.text.startswith("Traceback (most recent call last)")
        if begins and (current is None or current.error):
            self._begin(line)
        elif current and not current.goes_on(line):
            del self._open[line.place]
        for place, other in list(self._open.items()):
            if place != line.place and not other.waited():
                del self._open[place]

    def _begin(self, line: Line) -> None:
        if line.place not in self.last and len(self.last) >= MAX_PLACES:
            return
        trace = Trace(line, [line.text])
        self._open[line.place] = self.last[line.place] = trace
        self.first.setdefault(line.place, trace)

    def unexplained_traces(self) -> list[Trace]:
        """Of each place the one that counts: a rank's last, the first where ranks are mixed."""
        one_of_each = (
            self.last[place] if place.rank is not None else trace
            for place, trace in self.first.items()
        )
        return [trace for trace in one_of_each if not trace.explained]
