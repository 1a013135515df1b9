"""The output of ranks as lines: whatever the bytes, and however they come."""

from __future__ import annotations

import functools
import re
from collections import deque

from checks.printable import escape_output
from checks.quick_dataclass import dataclass

LINE_LIMIT = 8192
KEPT_LINES = 20
_IDLE_RETURN = re.compile(rb"(\A|\n)\r+(?=[^\r\n])")
"""Where a bar begins a line: tqdm goes back to the margin first, and nothing was there."""
_END = re.compile(rb"\r?\n|\r(?!\n|\Z)")
_WHOLE_BAR = re.compile(rb"[^\r\n]*\b\d{1,15}/\d{1,15} \[[^\]\r\n]*\][ \t]*")
"""tqdm ends no bar: the next one begins with a carriage return, after as long as a step takes."""
_BAR_END = re.compile(rb"\r?\n|\r(?=.)", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_COUNTED = re.compile(
    r"\b(?:global_)?(?:(?!STEP \d+\.\d+ ON )step|iter|iteration)\b"
    r"['\"]?[\s:=#(\[]{0,12}(\d+)(?:\s*(?:/|of)\s*(\d+))?"
    r"|\bsteps: (\d+) loss\b|^\[batch=(\d+)/(\d+)\]:$",
    re.IGNORECASE,
)
_BAR = re.compile(r"\b(\d+)/(\d+) \[[^\]]{0,200}(?:it/s|s/it|ba/s|s/ba|step|batch)", re.IGNORECASE)
_LOSS = re.compile(
    r"\bloss\b['\"]?\W{1,3}?([-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|nan\b|inf\b))", re.IGNORECASE
)
_EPOCH = re.compile(r"\bepoch\b", re.IGNORECASE)
KEPT_STEPS = 256
"""Lines whose step is kept: of each several ask, and ten thousand may come in a second."""
_NO_TRAINING = re.compile(
    r"load|fetch|map\b|token|eval|valid|test|sanity|sav(e|ing)\b|prepar|generat|filter|predict"
    r"|cach|captur|warm|compil|extract|convert|merg|quantiz|calibrat|pack|group|writ(e|ing)\b|shards?\b",
    re.IGNORECASE,
)
"""In the description of a progress bar that counts something else than steps."""


@dataclass(frozen=True)
class StepLine:
    """What a line says of a training step; None where it does not say.

    `whole` is false where `total` is known to be that of one epoch. `bar`: it is a progress bar.
    """

    number: int | None = None
    total: int | None = None
    loss: float | None = None
    whole: bool = True
    bar: bool = False


class LineSplitter:
    """One stream, cut at newlines and carriage returns, and where a line has no end.

    A whole progress bar is a line as soon as it is there.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._after_bar = False
        """Whether the next end of a line is that of a bar, which was a line already."""
        self._last: deque[str] = deque(maxlen=KEPT_LINES)

    @property
    def last(self) -> list[str]:
        """The last lines that are not empty, without colours."""
        return [without_colour(line) for line in self._last]

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes, as text without control characters but colours."""
        data = self._rest + data
        if self._after_bar and data not in (b"", b"\r"):
            self._after_bar = False
            ending = _BAR_END.match(data)
            data = data[ending.end() :] if ending else data
        if b"\r" in data:
            data = _IDLE_RETURN.sub(rb"\1", data)
        *whole, self._rest = _END.split(data) if b"\r" in data else data.split(b"\n")
        while len(self._rest) > LINE_LIMIT:
            whole.append(self._rest[:LINE_LIMIT])
            self._rest = self._rest[LINE_LIMIT:]
        if _WHOLE_BAR.fullmatch(self._rest):
            whole.append(self._rest)
            self._rest, self._after_bar = b"", True
        return self._decode_lines(whole)

    def finish(self) -> list[str]:
        """The last line, where it has no newline."""
        rest, self._rest = self._rest, b""
        return self._decode_lines([rest] if rest.strip() else [])

    def _decode_lines(self, raw: list[bytes]) -> list[str]:
        lines = [escape_output(line.decode("utf-8", "replace"), "�") for line in raw]
        self._last.extend(line for line in lines[-KEPT_LINES:] if line.strip())
        return lines


def without_colour(line: str) -> str:
    """The line without codes that set a colour."""
    return _COLOUR.sub("", line) if "\x1b" in line else line


def begins_error(line: str) -> bool:
    """Whether the line begins an error that may end the rank, as Python and C++ print them."""
    return (
        "Traceback (most recent call last)" in line
        or "Fatal Python error: " in line
        or "terminate called " in line
    )


def is_step_line(line: str) -> bool:
    """Whether the line looks like a training step's: a step's number, a loss, a progress bar."""
    return parse_step_line(line) is not None


def is_training_bar(line: str) -> bool:
    """Whether the line is a progress bar of training steps, which a line of status shows too."""
    step = parse_step_line(line)
    return step is not None and step.bar


def counts_no_steps(line: str) -> bool:
    """Whether the line is a progress bar of something else than a training."""
    description, is_bar, _ = line.partition("%|")
    return bool(is_bar and _NO_TRAINING.search(description))


@functools.lru_cache(maxsize=KEPT_STEPS)
def parse_step_line(line: str) -> StepLine | None:
    """What the line says of a step; None where it looks like anything else."""
    low = line.lower()
    if not (
        "loss" in low or "step" in low or "iter" in low or "it/s" in low or "s/it" in low
        or "batch" in low or "ba/s" in low
    ):  # fmt: skip
        return None
    line = without_colour(line)
    found = _LOSS.search(line)
    loss = float(found[1]) if found else None
    if bar := _BAR.search(line):
        number, total, description = int(bar[1]), int(bar[2]), line[: bar.start()]
        if number == 0 or _NO_TRAINING.search(description.partition("%|")[0]):
            return None
    elif counted := _COUNTED.search(line):
        number = int(counted[1] or counted[3] or counted[4])
        total = int(counted[2] or counted[5] or 0)
    else:
        return None if loss is None else StepLine(loss=loss)
    return StepLine(number, total or None, loss, whole=not _EPOCH.search(line), bar=bool(bar))
