"""What a log shows: each known failure where it was first seen, by whom; tracebacks; first ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice, takewhile, tee

from checks.knowledge.failures import (
    FailureKind,
    KnownFailure,
    Surroundings,
    possible_failures,
    recognise_failure,
)
from checks.knowledge.failures.known import versions_in
from checks.knowledge.frameworks import Framework, framework_in
from checks.knowledge.platforms import Platform, platform_in
from launcher.diagnosis.excuses import (
    is_announced_by_warning,
    is_ignored,
    is_logged,
    is_only_warned,
    is_quoted,
    says_caught,
    says_it_goes_on,
)
from launcher.diagnosis.help_texts import HelpText, read_help_texts
from launcher.diagnosis.log_lines import Line, Place, clean_text, parse_time
from launcher.diagnosis.log_sources import Source
from launcher.diagnosis.mentions import is_datum, is_mention
from launcher.diagnosis.named_nodes import with_named_place
from launcher.diagnosis.prefixes import Prefixes, infer_prefix, running_pattern
from launcher.diagnosis.recovery import LINES_BACK, Progress
from launcher.diagnosis.scan import (
    HINTS,
    LAST_ERROR,
    NCCL_WARNING,
    ROOT_CAUSE,
    TRACEBACK,
    RawLine,
    is_run_start,
    matching_lines,
)
from launcher.diagnosis.sightings import Sighting
from launcher.diagnosis.traces import Trace, Traces, begins_error, read_trace
from launcher.diagnosis.waiting import last_words_of, silence_before

SAMPLE_SIZE = 1 << 16
MAX_PLACES = 256
MAX_HINTS = 200
NEAR_LINES = 40
MAX_INLINE = 1 << 16
MAX_BARE_ERRORS = 500
MAX_CONDITIONAL = 2000
"""How often the surroundings of a line are looked at for one entry, which bounds the time."""
_SUMMARY = re.compile(
    r"\s+(?P<key>host|rank)\s+: (?P<value>\S+)(?: \(local_rank: (?P<local>\d+)\))?"
)
SUMMARY_LINES = 12
_ASSERTED = re.compile(r"\bAssertion `.+` failed")
_TRACEBACK = TRACEBACK.encode()
_OF_RANK = re.compile(r"\(most recent call last\): \(RANK (\d+)\)$")
"""How torch's checkpoints hand on the traceback of another rank."""
_ASSERT_REPORT = b"device-side assert triggered"


class Evidence:
    """All that was seen; read once, in bounded memory."""

    def __init__(self) -> None:
        self.sightings: dict[tuple[str, Place], Sighting] = {}
        self.traces = Traces()
        self.first_failed: Place | None = None
        """Whom a launcher named as the first that failed."""
        self.sources: list[Source] = []
        self.hints: list[Line] = []
        """The first lines that say why something failed, of failures that are not known."""
        self.help_texts: list[HelpText] = []
        """Of the last lines of each log."""
        self.progress = Progress()
        self.earlier: dict[str, Evidence] = {}
        """Of each log with several runs what the one before the last showed."""
        self._prefixes = Prefixes()
        self._order = 0
        self._bare_errors = 0
        self._places: Counter[str] = Counter()
        self._looked: Counter[str] = Counter()
        self.versions: dict[str, str] = {}
        """Of packages, as the logs name them last."""
        self.platform: Platform | None = None
        """The accelerator, where the logs name one that is none of NVIDIA's."""
        self.framework: Framework | None = None
        """Whose keys the settings have."""

    @property
    def says_how_it_ended(self) -> bool:
        """Whether each log is empty or says at its end that the run is over."""
        return all(
            source.count == 0 or self.progress.says_it_is_over(source.place.source)
            for source in self.sources
        )

    def read(self, source: Source) -> None:
        """Take in one log."""
        self.sources.append(source)
        for raw in matching_lines(self._read_blocks(source)):
            self.feed(source.place, raw)
        self.progress.add_end(source, self._prefixes)
        texts = self._split_lines(
            ((number, text.encode()) for number, text in source.last_lines()), source.place
        )
        lines = ((number, text) for number, text in texts if text is not None)
        self.help_texts += read_help_texts(source.place.source, lines)

    def _read_blocks(self, source: Source) -> Iterator[bytes]:
        blocks = source.blocks()
        for block in blocks:
            sample = block[:SAMPLE_SIZE].decode("utf-8", "replace")
            self._prefixes = Prefixes(sample, of_run=source.of_run)
            self.framework = self.framework or framework_in(sample)
            yield block
            break
        yield from blocks

    def feed(self, place: Place, raw: RawLine) -> None:
        """One line that may mean something."""
        self._order += 1
        whole = clean_text(raw.data)
        if TRACEBACK in whole:
            self._add_trace(place, raw, whole)
            return
        if is_run_start(whole):
            self._begin_run(place.source, raw)
        place, text = self._prefixes.split(whole, place)
        if ROOT_CAUSE in whole:
            self._read_summary(raw)
        self.versions.update(versions_in(text))
        self.platform = self.platform or platform_in(text)
        trace = self.traces.at(place.source, raw.number)
        if trace and trace.roles[raw.number] == "code":
            return
        line = Line(trace.first.place if trace else place, raw.number, text, order=self._order)
        if not trace and begins_error(text) and self._bare_errors < MAX_BARE_ERRORS:
            trace = self._add_bare_error(line, raw)
        texts = [text, whole, *([trace.message] if trace and trace.is_broken else [])]
        found = next(
            filter(None, (self._recognise(each, line, raw, trace) for each in texts)), None
        )
        if found:
            self._add_sighting(found[0], line, found[1], raw, trace)
        if LAST_ERROR in text:
            self._read_last_error(line, raw, trace)
        elif not (found or trace) and any(hint in text for hint in HINTS):
            self.hints += [self._with_next_line(line, raw)] * (len(self.hints) < MAX_HINTS)

    def _read_last_error(self, line: Line, raw: RawLine, trace: Trace | None) -> None:
        """What NCCL says below `Last error:` is its last warning, whose line the log may lack."""
        number, data = next(raw.lines_after(), (0, b""))
        text = self._prefixes.split(clean_text(data), line.place)[1].strip()
        if text and not possible_failures(text):
            line = replace(line, number=number, text=text)
            if found := self._recognise(NCCL_WARNING + text, line, raw, trace):
                self._add_sighting(found[0], line, found[1], raw, trace)

    def _begin_run(self, source: str, raw: RawLine) -> None:
        """What the log shows so far is of an earlier run, if a launcher said that it ended."""
        shown = {key: each for key, each in self.sightings.items() if key[1].source == source}
        if not any(each.ends_run for each in shown.values()):
            return
        earlier = Evidence()
        earlier.sources = [replace(self.sources[-1], count=raw.number)] if self.sources else []
        earlier.sightings, earlier.traces = shown, self.traces.take_out(source)
        self.progress.add_before(Line(Place(source), raw.number, ""), raw, self._prefixes)
        earlier.progress = self.progress.take_out(source)
        self.earlier[source] = earlier
        self.sightings = {key: each for key, each in self.sightings.items() if key not in shown}
        self.hints = [hint for hint in self.hints if hint.place.source != source]
        self.first_failed = None

    def _add_trace(self, place: Place, raw: RawLine, whole: str) -> None:
        """The traceback that begins in this line, unless it is part of another one."""
        if self.traces.at(place.source, raw.number):
            return
        before = whole[: whole.index(TRACEBACK)]
        prefix, following = _following_lines(raw, before)
        self._prefixes.learn(prefix)
        place = self._prefixes.place_of(prefix, place) if prefix.strip() else place
        if not prefix:
            place = self._prefixes.split(whole, place)[0]
            following = self._without_others(following, place)
        if before.strip() == "traceback :":
            place = _place_in_summary(place, raw.lines_before())
        if named := _OF_RANK.search(whole):
            place = replace(place, node="", rank=int(named[1]))
        line = Line(place, raw.number, TRACEBACK + ":", _time_of(whole, raw), self._order)
        trace = read_trace(line, following)
        self._keep_trace(trace, raw, quoted=is_quoted(before, raw, trace))

    def _keep_trace(self, trace: Trace, raw: RawLine, *, quoted: bool = False) -> None:
        trace.was_ignored = is_ignored(raw, trace)
        trace.was_caught = says_caught(raw, trace)
        trace.was_logged = quoted or is_logged(raw, trace)
        if self.traces.add(trace):
            self.progress.add_before(trace.first, raw, self._prefixes)

    def _add_bare_error(self, line: Line, raw: RawLine) -> Trace:
        """An error whose traceback's beginning the log lacks, with the frames before it."""
        self._bare_errors += 1
        before = []
        for number, text in self._split_lines(raw.lines_before(), line.place):
            if text is not None and not text.startswith(" "):
                break
            before.append((number, text))
        after = self._split_lines(raw.lines_after(), line.place)
        first = replace(line, text="…", time=_time_of(line.text, raw))
        trace = read_trace(first, chain(reversed(before), [(line.number, line.text)], after))
        trace.is_bare = True
        self._keep_trace(trace, raw)
        return trace

    def _split_lines(
        self, lines: Iterable[tuple[int, bytes]], place: Place
    ) -> Iterator[tuple[int, str | None]]:
        """The texts of the lines that may be of the same rank; None for others."""
        for number, data in lines:
            other, text = self._prefixes.split(clean_text(data), Place(place.source))
            yield number, text if other.may_be(place) else None

    def _without_others(
        self, following: Iterator[tuple[int, str | None]], place: Place
    ) -> Iterator[tuple[int, str | None]]:
        """Those of a traceback without prefix: lines that name another rank or node are foreign."""
        for number, text in following:
            other = self._prefixes.split(text, Place(place.source))[0] if text else place
            named = other.rank is not None or other.node or other.stream
            yield number, None if named else text

    def _with_next_line(self, line: Line, raw: RawLine) -> Line:
        """The line; where its words end with a colon, with those of the next."""
        following = next(raw.lines_after(), None)
        if not following or not line.text.rstrip().endswith(":"):
            return line
        text = self._prefixes.split(clean_text(following[1]), line.place)[1]
        return replace(line, text=f"{line.text.rstrip()} {text.strip()}")

    def _recognise(
        self, text: str, line: Line, raw: RawLine, trace: Trace | None
    ) -> tuple[KnownFailure, Mapping[str, str | None]] | None:
        candidates = possible_failures(text)
        around = Surroundings(text)
        if any(known.needs_surroundings for known, _ in candidates):
            name = candidates[0][0].id
            self._looked[name] += 1
            if self._looked[name] <= MAX_CONDITIONAL:
                around = self._surroundings(line, raw, trace)
        return recognise_failure(text, around) if candidates else None

    def _surroundings(self, line: Line, raw: RawLine, trace: Trace | None) -> Surroundings:
        above, below = raw.lines_before(), raw.lines_after()
        if trace and trace.errors and not trace.is_bare:
            last, others = trace.last_number, self.traces.numbers_of_others(trace)
            above = (each for each in above if each[0] not in others)
            below = takewhile(lambda each: each[0] <= last or _TRACEBACK not in each[1], below)
        before = self._texts_of(line.place, above)[::-1]
        after = self._texts_of(line.place, below)
        traced = trace.lines if trace else ()
        text = "\n".join([*traced, *before, line.text, *after])
        platform = self.platform.name if self.platform else ""
        return Surroundings(text, trace.paths if trace else (), self.versions, platform)

    def _texts_of(self, place: Place, lines: Iterable[tuple[int, bytes]]) -> list[str]:
        """The first lines among these that may be of the same rank."""
        texts = (text for _, text in self._split_lines(lines, place) if text is not None)
        return list(islice(texts, NEAR_LINES))

    def _add_sighting(
        self,
        known: KnownFailure,
        line: Line,
        groups: Mapping[str, str | None],
        raw: RawLine,
        trace: Trace | None,
    ) -> None:
        if trace and known.kind is not FailureKind.NOISE:
            trace.explained = True
        key, text = (known.id, line.place), line.text
        earlier = self.sightings.get(key)
        gap = line.number - earlier.last_number if earlier else LINES_BACK
        self.progress.add_before(line, raw, self._prefixes, gap)
        shown = Sighting(known, line, {}, trace, earlier.count + 1 if earlier else 1, line.number)
        shown.was_caught = says_it_goes_on(text, raw) or bool(trace and trace.was_caught)
        shown.is_only_warned = not known.warns and (
            is_only_warned(text)
            or is_announced_by_warning(self._split_lines(raw.lines_before(), line.place))
        )
        shown.ends_traceback = bool(trace and trace.ends_program_with(text))
        at = max(text.find(literal) for literal in known.literals)
        shown.is_datum = not (trace and trace.frames) and is_datum(text, at)
        shown.is_told = trace.is_told if trace else is_mention(text, at)
        if earlier and not self._is_worse(shown, earlier):
            earlier.count, earlier.last_number = shown.count, line.number
        elif earlier or self._places[known.id] < MAX_PLACES:
            self._places[known.id] += not earlier
            shown.groups = {name: value for name, value in groups.items() if value}
            line = replace(line, time=_time_of(text, raw))
            shown.line = self._with_asserting_rank(
                with_named_place(line, shown.groups, trace, raw), raw
            )
            shown.silence = silence_before(raw)
            number, words = last_words_of(shown.groups.get("host", ""), raw)
            shown.awaited = replace(line, number=number, text=words) if words else None
            shown.first = (earlier.first or earlier.line) if earlier else None
            self.sightings[key] = shown

    def _is_worse(self, shown: Sighting, earlier: Sighting) -> bool:
        """Whether a failure says more now than where its place showed it before: nothing excuses
        it any more, or the run had gone on."""
        if earlier.is_excused != shown.is_excused:
            return earlier.is_excused
        if earlier.is_told != shown.is_told:
            return earlier.is_told
        source, number = earlier.line.place.source, earlier.line.number
        return shown.ends_traceback > earlier.ends_traceback or self.progress.recovers_after(
            source, number
        )

    def _with_asserting_rank(self, line: Line, raw: RawLine) -> Line:
        """A GPU kernel prints its assertion without a rank: the rank that alone then reports it."""
        if line.place.rank is not None or not _ASSERTED.search(line.text):
            return line
        reports = (data for _, data in raw.lines_after() if _ASSERT_REPORT in data)
        places = {self._prefixes.split(clean_text(data), line.place)[0] for data in reports}
        place = places.pop() if len(places) == 1 else line.place
        is_named = place.rank is not None and place.may_be(line.place)
        return replace(line, place=place) if is_named else line

    def _read_summary(self, raw: RawLine) -> None:
        """torchrun's own word on who failed first, and whom its lines before that were about."""
        place = _place_in_summary(Place(), raw.lines_after())
        if place.rank is None or self.first_failed is not None:
            return
        self.first_failed = place
        for sighting in self.sightings.values():
            local = sighting.groups.get("local")
            if local == str(place.local_rank) and sighting.line.place.may_be(place):
                whole = replace(sighting.line.place, node=place.node, rank=place.rank)
                sighting.line = replace(sighting.line, place=whole)


def _place_in_summary(place: Place, lines: Iterable[tuple[int, bytes]]) -> Place:
    """Whom a section of torchrun's summary is about."""
    texts = (clean_text(data) for _, data in islice(lines, SUMMARY_LINES))
    found = {match["key"]: match for text in texts if (match := _SUMMARY.search(text))}
    host, rank = found.get("host"), found.get("rank")
    return replace(
        place,
        node=host["value"] if host else place.node,
        rank=int(rank["value"]) if rank and rank["value"].isdigit() else place.rank,
        local_rank=int(rank["local"]) if rank and rank["local"] else place.local_rank,
    )


def _following_lines(raw: RawLine, before: str) -> tuple[str, Iterator[tuple[int, str | None]]]:
    """The prefix of the traceback's lines, and the text of each, None of those of others."""
    lines = ((number, clean_text(data)) for number, data in raw.lines_after())
    inline = clean_text(raw.text[raw.start : min(raw.end, raw.start + MAX_INLINE)])
    if "\\n  File" in inline:
        escaped = inline[inline.index(TRACEBACK) :].split("\\n")[1:]
        texts = (text.replace('\\\\"', '"').replace('\\"', '"') for text in escaped)
        return "", ((raw.number, text) for text in texts)
    ahead, below, behind = tee(lines, 3)
    box = before.partition("╭")
    prefix = box[0] if box[1] else infer_prefix(before, (text for _, text in ahead))
    pattern = running_pattern(prefix, (text for _, text in below))
    return prefix, (
        (number, _out_of_box(text[found.end() :]) if (found := pattern.match(text)) else None)
        for number, text in behind
    )


def _out_of_box(text: str) -> str:
    """A line within one of rich's boxes, without its edges."""
    return text[1:].rstrip().rstrip("│").rstrip() if text.startswith("│") else text


def _time_of(text: str, raw: RawLine) -> float | None:
    """The line's own time, or that of the nearest line before it that has one."""
    return (
        parse_time(text)
        or parse_time(clean_text(raw.data))
        or parse_time(raw.before.decode("utf-8", "replace"))
    )
