"""What a log shows: each known failure where it was first seen, by whom; tracebacks; first ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from checks.knowledge.failures import FailureKind, KnownFailure, recognise_failure
from launcher.diagnosis.log_lines import (
    Line,
    Place,
    clean_text,
    find_hosts,
    parse_time,
    split_prefix,
)
from launcher.diagnosis.log_sources import Source
from launcher.diagnosis.scan import ROOT_CAUSE, matching_lines
from launcher.diagnosis.traces import Trace, Traces
from launcher.rank_output import is_step_line

SAMPLE_SIZE = 1 << 16
MAX_PLACES = 256
_SUMMARY = re.compile(r"^\s+(?P<key>host|rank)\s+: (?P<value>\S+)")


@dataclass
class Sighting:
    """A known failure at one place: the line that showed it first, and how often it came."""

    known: KnownFailure
    line: Line
    groups: Mapping[str, str]
    trace: Trace | None = None
    count: int = 1

    def fill_in(self, template: str) -> str:
        """A text of the table, its gaps filled with the values of this line."""
        return self.known.fill_in(template, self.groups)


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
        blocks = self._read_blocks(source)
        for raw in matching_lines(blocks, lambda: self.traces.open or self._summary is not None):
            self.feed(source.place, raw.number, raw.data, raw.before)
        self._summary = None

    def _read_blocks(self, source: Source) -> Iterator[bytes]:
        for block in source.blocks():
            if self._hosts is None:
                self._hosts = find_hosts(block[:SAMPLE_SIZE].decode("utf-8", "replace"))
            yield block

    def feed(self, place: Place, number: int, data: bytes, before: bytes) -> None:
        """One line that may mean something."""
        self._order += 1
        whole = clean_text(data)
        place, text = split_prefix(whole, place, self._hosts or frozenset())
        line = Line(place, number, text, order=self._order)
        self._read_summary(line)
        self.traces.feed(line)
        if found := recognise_failure(text) or recognise_failure(whole):
            self._add_sighting(found[0], line, found[1].groupdict(), before)
        elif text.startswith("Traceback"):
            self._time_trace(line, before)

    def _time_trace(self, line: Line, before: bytes) -> None:
        trace = self.traces.at(line.place)
        if trace and trace.first is line:
            trace.first = with_time(line, before)

    def _add_sighting(
        self, known: KnownFailure, line: Line, groups: dict[str, str | None], before: bytes
    ) -> None:
        trace = self.traces.at(line.place)
        if trace:
            if known.frame and trace.frames and not any(known.frame in f for f in trace.frames):
                return
            if trace.at is None or trace.at.order == line.order or known.kind is FailureKind.ROOT:
                trace.explained = trace.explained or known.kind is not FailureKind.NOISE
        key = (known.id, line.place)
        if key in self.sightings:
            self.sightings[key].count += 1
        elif self._places[known.id] < MAX_PLACES:
            self._places[known.id] += 1
            values = {name: value for name, value in groups.items() if value}
            self.sightings[key] = Sighting(
                known, _with_named_place(with_time(line, before), values), values, trace
            )

    def _read_summary(self, line: Line) -> None:
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


def with_time(line: Line, before: bytes) -> Line:
    """The line with its own time, or that of the nearest line before it that has one."""
    time = parse_time(line.text) or parse_time(before.decode("utf-8", "replace"))
    return replace(line, time=time)


def _with_named_place(line: Line, values: Mapping[str, str]) -> Line:
    """The line as said of whom it names, where it names somebody else than its own place."""
    rank = values.get("rank", "")
    place = replace(
        line.place,
        node=values.get("node") or line.place.node,
        rank=int(rank) if rank.isdigit() else line.place.rank,
    )
    return replace(line, place=place)


def step_lines(source: Source) -> list[int]:
    """The numbers of the lines at the log's end that report a training step."""
    lines = source.last_lines()
    return [number for number, text in lines for part in text.split("\r") if is_step_line(part)]
