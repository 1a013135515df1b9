"""What a log shows: each known failure where it was first seen, by whom; tracebacks; first ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from checks.failures import Kind, Known, recognise
from launcher.diagnose.lines import Line, Place, clean, hosts_of, placed, time_of
from launcher.diagnose.scan import ROOT_CAUSE, lines
from launcher.diagnose.sources import Source
from launcher.diagnose.traces import Trace, Traces
from launcher.output import tells_step

SAMPLE = 1 << 16
PLACES = 256
_SUMMARY = re.compile(r"^\s+(?P<key>host|rank)\s+: (?P<value>\S+)")


@dataclass
class Sighting:
    """A known failure at one place: the line that showed it first, and how often it came."""

    known: Known
    line: Line
    groups: Mapping[str, str]
    trace: Trace | None = None
    count: int = 1

    def told(self, template: str) -> str:
        """A text of the table, with what this line says in its gaps."""
        return self.known.told(template, self.groups)


class Evidence:
    """All that was seen; read once, in bounded memory."""

    def __init__(self) -> None:
        self.sightings: dict[tuple[str, Place], Sighting] = {}
        self.traces = Traces()
        self.first_failed: Place | None = None
        """Whom a launcher named as the first that failed."""
        self.sources: list[Source] = []
        self._order = 0
        self._places: Counter[str] = Counter()
        self._hosts: frozenset[str] | None = None
        self._summary: dict[str, str] | None = None

    def read(self, source: Source) -> None:
        """Take in one log."""
        self.sources.append(source)
        self._hosts = None
        blocks = self._sampled(source)
        for raw in lines(blocks, lambda: self.traces.open or self._summary is not None):
            self.feed(source.place, raw.number, raw.data, raw.before)
        self._summary = None

    def _sampled(self, source: Source) -> Iterator[bytes]:
        for block in source.blocks():
            if self._hosts is None:
                self._hosts = hosts_of(block[:SAMPLE].decode("utf-8", "replace"))
            yield block

    def feed(self, place: Place, number: int, data: bytes, before: bytes) -> None:
        """One line that may mean something."""
        self._order += 1
        whole = clean(data)
        place, text = placed(whole, place, self._hosts or frozenset())
        line = Line(place, number, text, order=self._order)
        self._summarised(line)
        self.traces.feed(line)
        if found := recognise(text) or recognise(whole):
            self._saw(found[0], line, found[1].groupdict(), before)
        elif text.startswith("Traceback"):
            self._timed(line, before)

    def _timed(self, line: Line, before: bytes) -> None:
        trace = self.traces.at(line.place)
        if trace and trace.first is line:
            trace.first = dated(line, before)

    def _saw(self, known: Known, line: Line, groups: dict[str, str | None], before: bytes) -> None:
        trace = self.traces.at(line.place)
        if trace:
            if known.frame and trace.frames and not any(known.frame in f for f in trace.frames):
                return
            if trace.at is None or trace.at.order == line.order or known.kind is Kind.ROOT:
                trace.explained = trace.explained or known.kind is not Kind.NOISE
        key = (known.id, line.place)
        if key in self.sightings:
            self.sightings[key].count += 1
        elif self._places[known.id] < PLACES:
            self._places[known.id] += 1
            told = {name: value for name, value in groups.items() if value}
            self.sightings[key] = Sighting(
                known, _concerning(dated(line, before), told), told, trace
            )

    def _summarised(self, line: Line) -> None:
        """torchrun's own word on who failed first."""
        if ROOT_CAUSE in line.text:
            self._summary = {}
        elif self._summary is not None:
            if found := _SUMMARY.match(line.text):
                self._summary[found["key"]] = found["value"]
            if len(self._summary) == 2:
                self._name_first(self._summary["host"], self._summary["rank"])
            elif line.text.startswith("===") or "traceback" in line.text:
                self._summary = None

    def _name_first(self, host: str, rank: str) -> None:
        if rank.isdigit() and self.first_failed is None:
            self.first_failed = Place("", host, int(rank))
        self._summary = None


def dated(line: Line, before: bytes) -> Line:
    """The line with its own time, or that of the nearest line before it that has one."""
    time = time_of(line.text) or time_of(before.decode("utf-8", "replace"))
    return replace(line, time=time)


def _concerning(line: Line, told: Mapping[str, str]) -> Line:
    """The line as said of whom it names, where it names somebody else than its own place."""
    rank = told.get("rank", "")
    place = replace(
        line.place,
        node=told.get("node") or line.place.node,
        rank=int(rank) if rank.isdigit() else line.place.rank,
    )
    return replace(line, place=place)


def steps_of(source: Source) -> list[int]:
    """The numbers of the lines at the log's end that tell a training step."""
    told = source.last_lines()
    return [number for number, text in told for part in text.split("\r") if tells_step(part)]
