"""The few lines of a large log that may mean something, found without looking at each line.

A log of millions of lines has a few hundred shapes. The shape of a line is its letters alone: of
`step 17 | loss 2.31` it is `steploss`, as of every other step. A line that contains a literal has
a shape that contains the letters of the literal. So for each block of a megabyte all that is no
letter is deleted at once, and only shapes that were not seen before are searched, in one pass, for
the anchors of all literals (knowledge/failures/anchors.py). Where all shapes of a block are known
to be harmless, none of its lines is touched. The cost hardly grows with the number of literals.
A small log is read without all that (knowledge/failures/grams.py).
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, islice

from checks.knowledge.failures import LITERALS
from checks.knowledge.failures.anchors import alternation_pattern, choose_anchors, split_lone
from checks.knowledge.failures.grams import LiteralSet
from checks.knowledge.failures.known import VERSION_LINES
from checks.knowledge.platforms import PLATFORM_WORDS
from checks.quick_dataclass import dataclass
from launcher.diagnosis.json_lines import has_json_lines, unwrap_json_lines

TRACEBACK = "Traceback (most recent call last)"
ROOT_CAUSE = "Root Cause (first observed failure)"
LINE_LIMIT = 4096
NCCL_WARNING, LAST_ERROR = "NCCL WARN ", "Last error:"
HINTS = (
    NCCL_WARNING,
    LAST_ERROR,
    "terminate called after throwing an instance of",
    "what():  ",
    "Fatal Python error: ",
    "Check failed: ",
    "slurmstepd: error: ",
    "srun: error: ",
    "Segmentation fault",
    "Bus error",
)
"""What libraries, the C++ runtime and schedulers put before words that say why."""
STARTS = (
    ":main] cmd = ",
    "***** Running training *****",
    "+ torchrun ",
    "+ deepspeed ",
    "+ accelerate launch ",
)
"""What a run prints at its start alone: DeepSpeed's launcher, the Trainer, a shell's `set -x`."""
ERROR_ENDS = ("Error:", "Exception:")
"""How an exception's own line may stand alone, where the log lacks its traceback."""
WINDOW = 64 << 10
CONTEXT_SIZE = 2048
MAX_SHAPES = 50_000
MAX_SHAPE_SIZE = 400
SAMPLE_SIZE = 64 << 10
SMALL = 128 << 10
"""Bytes in which words are looked for one by one: to prepare a search for all takes longer."""
MAX_FRESH_SHARE = 0.1
_LETTERS = string.ascii_letters.encode()
_NO_LETTERS = bytes(set(range(256)) - set(_LETTERS) - set(b"\r\n"))
_COLOUR = re.compile(rb"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b\n]*(?:\x07|\x1b\\))")
_ESCAPED_LETTER = re.compile(rb'\\(?!["/\\]|(?:r\\)?n")')
_LINE_ENDS = bytes.maketrans(b"\r", b"\n")


def is_run_start(text: str) -> bool:
    """Whether a run prints this at its start alone."""
    return any(start in text for start in STARTS)


def letters_of(text: str) -> str:
    """The shape of a line or of a part of it."""
    return text.encode().translate(None, _NO_LETTERS + b"\r\n").decode()


@dataclass(frozen=True)
class RawLine:
    """A line as it stands in a log: its number from 1, its bytes, and where it is in `text`."""

    number: int
    data: bytes
    text: bytes
    start: int
    end: int

    @property
    def before(self) -> bytes:
        """Some of what stands before it."""
        return self.text[max(0, self.start - CONTEXT_SIZE) : self.start]

    def lines_before(self) -> Iterator[tuple[int, bytes]]:
        """The lines before it with numbers, the nearest first, as far as WINDOW bytes back."""
        least = max(0, self.start - WINDOW)
        number, end = self.number, self.start - 1
        while end > least:
            number -= self.text[end : end + 1] == b"\n"
            start = max(self.text.rfind(b"\n", least, end), self.text.rfind(b"\r", least, end)) + 1
            start = start or least
            yield number, self.text[start : min(end, start + LINE_LIMIT)]
            end = start - 1

    def lines_after(self) -> Iterator[tuple[int, bytes]]:
        """The lines behind it with their numbers, as far as WINDOW bytes on."""
        number, end, limit = self.number, self.end, min(len(self.text), self.end + WINDOW)
        while end + 1 < limit:
            number += self.text[end : end + 1] == b"\n"
            start = end + 1
            end = _line_end(self.text, start)
            yield number, self.text[start : min(end, start + LINE_LIMIT)]


def _meaningful_words() -> list[str]:
    return [
        TRACEBACK,
        ROOT_CAUSE,
        *HINTS,
        *STARTS,
        *ERROR_ENDS,
        *VERSION_LINES,
        *PLATFORM_WORDS,
        *(literal for literal, _ in LITERALS),
    ]


class _WordIndex:
    """How to find the meaningful words in megabytes: each in a line, and the shapes that may
    contain one."""

    def __init__(self, words: Sequence[str]) -> None:
        anchored, lone = split_lone(words)
        self.lone = _encode_all(lone)
        self.by_anchor = [
            (_any_of(group), {anchor.encode(): _encode_all(group[anchor]) for anchor in group})
            for group in choose_anchors(anchored)
        ]
        self.words_by_letters: dict[bytes, list[bytes]] = {}
        for word in words:
            letters = letters_of(word).encode()
            self.words_by_letters.setdefault(letters, []).append(word.encode())
        shapes = [letters.decode() for letters in self.words_by_letters]
        self.any_shape_anchor = _any_of(chain.from_iterable(choose_anchors(shapes)))


def _encode_all(words: Iterable[str]) -> list[bytes]:
    return [word.encode() for word in words]


def _any_of(anchors: Iterable[str]) -> re.Pattern[bytes]:
    return re.compile(alternation_pattern(anchors).encode())


@functools.cache
def _word_index() -> _WordIndex:
    """Made when a large log is read: it takes longer than to read a small one."""
    return _WordIndex(_meaningful_words())


@functools.cache
def _word_set() -> LiteralSet[bytes]:
    return LiteralSet(_encode_all(_meaningful_words()))


class _Shapes:
    """Which shapes of lines may mean something; those seen are remembered, within bounds."""

    def __init__(self) -> None:
        self._harmless: set[bytes] = set()

    def new_ones(self, shapes: Iterable[bytes]) -> set[bytes]:
        """Those that are not known to be harmless."""
        return set(shapes) - self._harmless

    def meaningful(self, fresh: set[bytes]) -> dict[bytes, list[bytes]]:
        """Those with the letters of literals, and these; the others are harmless from now on."""
        found = _with_words(sorted(fresh))
        if len(self._harmless) > MAX_SHAPES:
            self._harmless.clear()
        self._harmless.update(
            shape for shape in fresh - found.keys() if len(shape) <= MAX_SHAPE_SIZE
        )
        return found


def _with_words(shapes: list[bytes]) -> dict[bytes, list[bytes]]:
    """Those with an anchor by one search over all, of these those with a whole word."""
    joined = b"\n".join(shapes)
    index = _word_index()
    found, at = {}, 0
    while hit := index.any_shape_anchor.search(joined, at):
        start = joined.rfind(b"\n", 0, hit.start()) + 1
        at = joined.find(b"\n", hit.end()) + 1 or len(joined) + 1
        shape = joined[start : at - 1]
        literals = [each for word, each in index.words_by_letters.items() if word in shape]
        if literals:
            found[shape] = list(chain.from_iterable(literals))
    return found


def matching_lines(blocks: Iterable[bytes]) -> Iterator[RawLine]:
    """Every line that contains a literal, in the order of the log.

    A carriage return ends a line too, but does not count as one. Each block is searched but for its
    last WINDOW bytes, which are searched with the next: so every line has what stands around it.
    """
    shapes = _Shapes()
    number, at, text = 1, 0, b""
    for block, is_last in _with_last(map(_plain_lines, blocks)):
        if has_json_lines(block) and _may_mean_something(block, shapes):
            before = unwrap_json_lines(text[:at])
            text, at = before + unwrap_json_lines(text[at:] + block), len(before)
        else:
            text += block
        limit = len(text) if is_last else max(at, _last_line_end(text, len(text) - WINDOW))
        part = text[at:limit]
        counted = 0
        for start, end in _meaningful_lines(part, shapes):
            number += part.count(b"\n", counted, start)
            counted = start
            yield RawLine(number, _readable(part[start:end]), text, at + start, at + end)
        number += part.count(b"\n", counted)
        behind = max(0, limit - WINDOW)
        text, at = text[behind:], limit - behind


def _may_mean_something(block: bytes, shapes: _Shapes) -> bool:
    """Whether lines in JSON may: by their shapes, unless what is escaped in them has letters."""
    if len(block) <= SMALL or _ESCAPED_LETTER.search(block):
        return True
    if _is_varied(shapes, _shapes_in(block[:SAMPLE_SIZE])):
        return True
    fresh = shapes.new_ones(_shapes_in(block))
    return bool(shapes.meaningful(fresh))


def _plain_lines(block: bytes) -> bytes:
    """The lines without colours and links."""
    while b"\r\n" in block:
        block = block.replace(b"\r\n", b"\n")
    return _COLOUR.sub(b"", block) if b"\x1b" in block else block


def _readable(line: bytes) -> bytes:
    """The line; of a very long one what stands round the first literal."""
    if len(line) <= LINE_LIMIT:
        return line
    first = min(_first_words(line), default=len(line))
    start = max(0, first - LINE_LIMIT // 2) if first < len(line) else 0
    return line[start : start + LINE_LIMIT]


def _first_words(line: bytes) -> Iterator[int]:
    """Where the first of the words stand that a long line contains."""
    if len(line) <= SMALL:
        return map(line.find, _word_set().within(line))
    index = _word_index()
    anchored = (islice(_words_in(line, *each), 1) for each in index.by_anchor)
    lone = (at for at in map(line.find, index.lone) if at >= 0)
    return chain(lone, chain.from_iterable(anchored))


def _meaningful_lines(part: bytes, shapes: _Shapes) -> Iterator[tuple[int, int]]:
    """Where the lines are that may mean something.

    In text where most lines have a shape of their own, as in prose, by the literals themselves.
    """
    if len(part) <= SMALL:
        yield from _lines_with_any(part, _word_set().within(part))
        return
    if len(part) > SAMPLE_SIZE and _is_varied(shapes, _shapes_in(part[:SAMPLE_SIZE])):
        yield from _lines_with_literals(part)
        return
    lines = _shapes_in(part)
    fresh = shapes.new_ones(lines)
    meaningful = shapes.meaningful(fresh)
    if meaningful:
        pieces = part.translate(_LINE_ENDS).split(b"\n")
        starts = accumulate((len(piece) + 1 for piece in pieces), initial=0)
        for shape, start, piece in zip(lines, starts, pieces, strict=False):
            if any(literal in piece for literal in meaningful.get(shape, ())):
                yield start, start + len(piece)


def _shapes_in(part: bytes) -> list[bytes]:
    return part.translate(_LINE_ENDS, _NO_LETTERS).split(b"\n")


def _is_varied(shapes: _Shapes, lines: Sequence[bytes]) -> bool:
    return len(shapes.new_ones(lines)) > len(lines) * MAX_FRESH_SHARE


def _lines_with_any(part: bytes, words: Iterable[bytes]) -> Sequence[tuple[int, int]]:
    """Where the lines are that contain one of the words, which are few."""
    found: set[tuple[int, int]] = set()
    part = part.translate(_LINE_ENDS)
    for word in words:
        at = part.find(word)
        while at >= 0:
            end = _line_end(part, at)
            found.add((part.rfind(b"\n", 0, at) + 1, end))
            at = part.find(word, end)
    return sorted(found)


def _lines_with_literals(part: bytes) -> Sequence[tuple[int, int]]:
    index = _word_index()
    found = set(_lines_with_any(part, index.lone))
    part = part.translate(_LINE_ENDS)
    for any_anchor, words_by_anchor in index.by_anchor:
        found.update(_lines_with_words(part, any_anchor, words_by_anchor))
    return sorted(found)


def _lines_with_words(
    part: bytes, any_anchor: re.Pattern[bytes], words_by_anchor: Mapping[bytes, Sequence[bytes]]
) -> Iterator[tuple[int, int]]:
    end = -1
    for at in _words_in(part, any_anchor, words_by_anchor):
        if at > end:
            end = _line_end(part, at)
            yield part.rfind(b"\n", 0, at) + 1, end


def _words_in(
    part: bytes, any_anchor: re.Pattern[bytes], words_by_anchor: Mapping[bytes, Sequence[bytes]]
) -> Iterator[int]:
    """Where anchors of words stand that are whole there: a word is looked for round its anchor."""
    at = 0
    while hit := any_anchor.search(part, at):
        at = hit.start() + 1
        for word in words_by_anchor[hit[0]]:
            if part.find(word, max(0, hit.end() - len(word)), hit.start() + len(word)) >= 0:
                yield hit.start()
                break


def _with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    previous = None
    for block in blocks:
        if previous is not None:
            yield previous, False
        previous = block
    if previous is not None:
        yield previous, True


def _last_line_end(text: bytes, limit: int) -> int:
    """Behind the last end of a line before the limit; the limit itself in one very long line."""
    limit = max(limit, 0)
    return max(text.rfind(b"\n", 0, limit), text.rfind(b"\r", 0, limit)) + 1 or limit


def _line_end(text: bytes, start: int) -> int:
    end = text.find(b"\n", start)
    end = len(text) if end < 0 else end
    early = text.find(b"\r", start, end)
    return end if early < 0 else early
