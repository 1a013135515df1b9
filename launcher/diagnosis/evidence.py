"""What a log shows: each known failure where it was first seen, by whom; tracebacks; first ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from checks.knowledge.failures import (
    FailureKind,
    KnownFailure,
    Surroundings,
    possible_failures,
    recognise_failure,
)
from checks.knowledge.failures.known import VERSION_LINES
from launcher.diagnosis.log_lines import (
    Line,
    Place,
    clean_text,
    find_hosts,
    parse_time,
    split_prefix,
)
from launcher.diagnosis.log_sources import Source
from launcher.diagnosis.scan import ROOT_CAUSE, RawLine, matching_lines
from launcher.diagnosis.traces import Trace, Traces
from launcher.rank_output import is_step_line

SAMPLE_SIZE = 1 << 16
MAX_PLACES = 256
NEAR_LINES = 40
MAX_CONDITIONAL = 2000
"""How often the surroundings of a line are looked at for one entry, which bounds the time."""
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
        self._looked: Counter[str] = Counter()
        self._versions: dict[str, str] = {}
        self._hosts: frozenset[str] | None = None
        self._summary: dict[str, str] | None = None

    def read(self, source: Source) -> None:
        """Take in one log."""
        self.sources.append(source)
        self._hosts = None
        blocks = self._read_blocks(source)
        for raw in matching_lines(blocks, lambda: self.traces.open or self._summary is not None):
            self.feed(source.place, raw)
        self._summary = None

    def _read_blocks(self, source: Source) -> Iterator[bytes]:
        for block in source.blocks():
            if self._hosts is None:
                self._hosts = find_hosts(block[:SAMPLE_SIZE].decode("utf-8", "replace"))
            yield block

    def feed(self, place: Place, raw: RawLine) -> None:
        """One line that may mean something."""
        self._order += 1
        whole = clean_text(raw.data)
        place, text = self._split(whole, place)
        line = Line(place, raw.number, text, order=self._order)
        self._read_summary(line)
        self._read_version(text)
        self.traces.feed(line)
        found = self._recognise(text, line, raw) or self._recognise(whole, line, raw)
        if found:
            self._add_sighting(found[0], line, found[1], raw.before)
        elif text.startswith("Traceback"):
            self._time_trace(line, raw.before)

    def _split(self, whole: str, place: Place) -> tuple[Place, str]:
        return split_prefix(whole, place, self._hosts or frozenset())

    def _read_version(self, text: str) -> None:
        for package, (literal, pattern) in VERSION_LINES.items():
            if literal in text and (found := re.search(pattern, text)):
                self._versions[package] = found[1]

    def _recognise(
        self, text: str, line: Line, raw: RawLine
    ) -> tuple[KnownFailure, Mapping[str, str | None]] | None:
        candidates = possible_failures(text)
        around = Surroundings(text)
        if any(known.is_conditional for known, _ in candidates):
            name = candidates[0][0].id
            self._looked[name] += 1
            if self._looked[name] <= MAX_CONDITIONAL:
                around = self._surroundings(line, raw)
        return recognise_failure(text, around) if candidates else None

    def _surroundings(self, line: Line, raw: RawLine) -> Surroundings:
        before = self._texts_of(line.place, raw.before)[-NEAR_LINES:]
        after = self._texts_of(line.place, raw.after)[:NEAR_LINES]
        trace = self.traces.at(line.place)
        text = "\n".join([*before, line.text, *after])
        return Surroundings(text, trace.frames if trace else (), self._versions)

    def _texts_of(self, place: Place, data: bytes) -> list[str]:
        """The lines among these that may be of the same rank."""
        lines = [
            self._split(clean_text(line), Place(place.source))
            for line in re.split(rb"[\r\n]", data)
            if line
        ]
        return [text for other, text in lines if other.may_be(place)]

    def _time_trace(self, line: Line, before: bytes) -> None:
        trace = self.traces.at(line.place)
        if trace and trace.first is line:
            trace.first = with_time(line, before)

    def _add_sighting(
        self, known: KnownFailure, line: Line, groups: Mapping[str, str | None], before: bytes
    ) -> None:
        trace = self.traces.at(line.place)
        if trace and (
            trace.at is None or trace.at.order == line.order or known.kind is FailureKind.ROOT
        ):
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
