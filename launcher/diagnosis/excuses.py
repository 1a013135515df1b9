"""Whether a log itself says of an error that the program went on, or only warns of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from launcher.diagnosis.log_lines import clean_text
from launcher.diagnosis.scan import RawLine
from launcher.diagnosis.traces import Trace

LINES_NEAR = 2
"""Lines before a traceback, or behind a line, that may say so; one more behind a traceback."""
MAX_BEHIND = 12
"""Lines behind a traceback among which those of its writer are looked for."""
FENCE, MARKS = "```", ("#", ">", "//", "*", "|")
"""What stands around a text that is quoted, and before each of its lines."""
_GOES_ON = re.compile(
    r"\b(?:[Rr]etrying|(?:will|going to) retry|trying again|[Ff]alling back|[Ss]kipping"
    r"|[Ii]gnoring|[Cc]ontinuing|[Dd]ecreasing (?:the )?(?:micro)?batch|trying batch size"
    r"|(?:micro)?batch size will be decreased)\b"
)
_RETRIES = re.compile(
    r"^\W*(?:\S+ - )?(?:WARNING\W+|INFO\W+)?(?:[Rr]etrying|[Ww]ill retry|[Tt]rying again"
    r"|[Ff]alling back|[Cc]ontinuing without|[Ss]kipping)\b"
)
_CAUGHT = re.compile(
    r"(?<!\.)\b(?:retry(?:ing)?(?! (?:count|exceed|exhaust|fail|limit))"
    r"|fall(?:ing|s)? ?back|skipping|ignoring|continuing|not fatal)\b",
    re.IGNORECASE,
)
_GOES_WITHOUT = re.compile(
    r"\b(?:disabled|disabling \w+|unavailable|skipped|ignored)\W{1,3}continuing\b"
    r"|\bcontinuing (?:without|anyway|regardless)\b|\b(?:ignoring|skipping)(?: it| this)?\W*$",
    re.IGNORECASE,
)
"""What is left out, so that an error of it can end nothing."""
_WRITER = re.compile(r"\(\w[\w ]* pid=\d+[^)]*\)|\[rank\d+\]: ?|\[\d+,\d+\]<\w+>:? ?|\d+: ")
"""How Ray, torch, Open MPI and srun name the writer of each line."""
_IGNORED = re.compile(r"Exception ignored (?:in|on|while)\b|--- Logging error ---")
_LEVEL = re.compile(
    r"^(?:\[?[\w.:/-]+\]?[ :]+(?:[-|] )?){0,3}?\W{0,3}(?:WARN(?:ING)?|INFO|DEBUG)"
    r"(?:\||\]|:| [-|:>]| \d\d-\d\d | +[\w./]+:\d+\b)"
    r"|^\[?[WI]\d{4} \d\d:|^\S+\.py:\d+: \w*Warning: "
)
"""The level of a record, as Python's logging, transformers, glog and `warnings` write it."""


_LOGGED = re.compile(r"(?P<head>.{0,40}?)\b(?P<level>DEBUG|INFO|WARN(?:ING)?|ERROR)\b")


def says_it_goes_on(text: str, raw: RawLine) -> bool:
    """Whether a line, or the next one by its first words, says that the program goes on."""
    following = (clean_text(data) for _, data in islice(raw.lines_after(), LINES_NEAR))
    return bool(_GOES_ON.search(text)) or any(map(_RETRIES.match, following))


def is_only_warned(text: str) -> bool:
    """Whether a line is a record below the level of an error; of NCCL a warning is one."""
    return bool(_LEVEL.match(text)) and "NCCL WARN" not in text


def is_announced_by_warning(above: Iterable[tuple[int, str | None]]) -> bool:
    """Whether a line goes on with what its writer's line above, below an error's level, began."""
    before = next((text for _, text in above if text is not None), "")
    return before.rstrip().endswith(":") and is_only_warned(before)


def is_ignored(raw: RawLine, trace: Trace) -> bool:
    """Whether Python says just before a traceback that its error changes nothing, or its program
    just behind that it goes on without what failed, and does."""
    before = next(raw.lines_before(), None)
    if before and _IGNORED.search(clean_text(before[1])):
        return True
    behind = list(islice(_lines_behind(raw, trace), LINES_NEAR + 2))
    return len(behind) > LINES_NEAR and goes_without(behind[0])


def goes_without(text: str) -> bool:
    """Whether a line says that the program goes on without what failed."""
    return bool(_GOES_WITHOUT.search(text))


def _lines_behind(raw: RawLine, trace: Trace) -> Iterator[str]:
    """The lines behind a traceback; of its writer, where each line names its own."""
    writer = _WRITER.match(clean_text(raw.data))
    behind = (data for number, data in raw.lines_after() if number > trace.last_number)
    for text in map(clean_text, islice(behind, MAX_BEHIND)):
        if not writer or text.startswith(writer[0].rstrip()):
            yield text


def is_logged(raw: RawLine, trace: Trace) -> bool:
    """Whether a logger that wrote a warning or error just before a traceback goes on behind."""
    last = trace.last_number
    behind = (data for number, data in raw.lines_after() if number > last)
    before, after = (
        _LOGGED.match(clean_text(data)) if data else None
        for data in (next((data for _, data in raw.lines_before()), None), next(behind, None))
    )
    if not (before and after) or before["level"] in ("INFO", "DEBUG"):
        return False
    return re.sub(r"\d", "0", before["head"]) == re.sub(r"\d", "0", after["head"])


def is_quoted(prefix: str, raw: RawLine, trace: Trace) -> bool:
    """Whether a traceback stands in a fence, or behind a mark of quotation that the lines around
    it lack."""
    mark, last = prefix.strip(), trace.last_number
    around = [
        next((text for text in texts if text.strip()), "").lstrip()
        for texts in (
            (clean_text(data) for _, data in raw.lines_before()),
            (clean_text(data) for number, data in raw.lines_after() if number > last),
        )
    ]
    if not mark:
        return around[0].startswith(FENCE)
    return mark in MARKS and any(around) and not any(each.startswith(mark) for each in around)


def says_caught(raw: RawLine, trace: Trace) -> bool:
    """Whether the two lines before a traceback, its own first one or the three behind it say so.

    Where it begins in a program's own `sys.exit(main())`, nothing before it is of a retry.
    """
    exits = bool(trace.frames) and "sys.exit(" in trace.frames[0].code
    near = [] if exits else [data for _, data in islice(raw.lines_before(), LINES_NEAR)]
    texts = [*map(clean_text, near), *islice(_lines_behind(raw, trace), LINES_NEAR + 1)]
    own = _GOES_ON if trace.is_bare else _CAUGHT
    return bool(own.search(clean_text(raw.data))) or any(map(_CAUGHT.search, texts))
