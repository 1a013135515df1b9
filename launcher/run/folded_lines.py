"""What several ranks print alike, shown once: the logs have it of each rank."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

from checks.quick_dataclass import dataclass
from launcher.plan.ranks import name_ranks
from launcher.rank_output import begins_error, is_step_line, without_colour

HOLD_S = 0.3
"""A traceback whose next line is not there by then is shown as far as it is."""
QUIET_S, LATE_S = 1.0, 5.0
"""Said who printed the same: once nothing more of it came for so long, or at last after so long."""
AGAIN_S = 30.0
"""Between two lines on warnings that came again."""
MOST_LINES = 400
REMEMBERED = 500
MOST_GROUPS = 4
NAMED_WIDTH = 100
_RANK = re.compile(r"^\[rank\d+\]: ?")
_VARYING = re.compile(
    r"^\[rank\d+\]: ?"
    r"|\[[Rr]ank \d+\]"
    r"|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+"
    r"|\b\d{2,4}[-/]\d\d[-/]\d{2,4}[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|^\[?\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|(?:(?<=\d)|(?<=\d\])):\d{4,5}\b"
    r"|\bpid[ =:]+\d+"
    r"|\b0x[0-9a-f]{6,}"
)
"""In which lines of two ranks may differ and say the same: marks of the rank, moments, ports."""
_OF_VARYING = ("ank", ":", "pid", "0x")
"""Of these any such part has one."""
_FOLDER = re.compile(r"^\S*/(?=[^/\s]+:\d+: )")
_WARNING = re.compile(r"\bwarn(?:ing)?\b|[a-z]Warning\b", re.IGNORECASE)


_Key = tuple[str, ...]
"""Lines without what differs from rank to rank."""


@dataclass(slots=True)
class _Block:
    """Lines of one rank that belong together: a traceback, a warning with its code, or one line."""

    node: str
    source: str
    lines: list[str]
    heard_at: float
    is_trace: bool = False
    whole: bool = False
    _key: _Key = ()

    @property
    def key(self) -> _Key:
        """The same for all ranks that say the same, once it is whole."""
        if not self._key:
            self._key = tuple(_without_varying(without_colour(line)) for line in self.lines)
        return self._key

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read."""
        return not any(line.strip() for line in self.lines)

    def take(self, line: str) -> bool:
        """Take a further line of that rank; whether it belongs to the block."""
        body = _RANK.sub("", without_colour(line))
        is_inner = body.startswith((" ", "\t"))
        self.whole = not is_inner or len(self.lines) >= MOST_LINES
        belongs = is_inner or (self.is_trace and bool(body.strip()))
        if belongs:
            self.lines.append(line)
        return belongs


@dataclass
class _Folded:
    """Blocks that were not shown, each with the ranks that printed it, and how often."""

    began_at: float
    heard_at: float
    times: dict[_Key, Counter[int]] = field(default_factory=dict)

    def add(self, rank: int, block: _Block) -> None:
        """A block of a rank more; the newest stands last."""
        self.heard_at = block.heard_at
        times = self.times.pop(block.key, Counter())
        times[rank] += 1
        self.times[block.key] = times

    def describe(self, how: str) -> Iterator[str]:
        """Which ranks printed it, for all blocks of the same ranks together."""
        groups: dict[tuple[int, ...], list[_Key]] = {}
        for key, times in self.times.items():
            ranks = tuple(sorted(times))
            groups[ranks] = [*groups.pop(ranks, ()), key]
        if len(groups) > MOST_GROUPS:
            first = list(groups)[: 1 - MOST_GROUPS]
            keys = [key for ranks in first for key in groups.pop(ranks)]
            several = sorted({rank for ranks in first for rank in ranks})
            yield f"{how} on some of {name_ranks(several)}{self._describe(keys)}"
        for ranks, keys in groups.items():
            yield f"{how} on {name_ranks(ranks)}{self._describe(keys)}"

    def _describe(self, keys: Sequence[_Key]) -> str:
        count = sum(len(key) * max(self.times[key].values()) for key in keys)
        lines = f", {count} lines" if count > 1 else ""
        named = next((key for key in reversed(keys) if begins_error(key[0])), keys[-1])
        return f"{lines}: {_name(named)}"


class LineFolder:
    """Shows lines in the order in which they begin, and says who printed the same.

    `show` prints a line of a node's source, `say` one of the launcher. Only lines of ranks fold,
    and of these no steps. What a rank prints again is shown again, unless it is a warning.
    """

    def __init__(
        self,
        show: Callable[[str, str, str], None],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show, self._say, self._clock = show, say, clock
        self.folds = True
        """Whether the logs have what is not shown."""
        self._queue: list[_Block] = []
        self._open: dict[tuple[str, str], _Block] = {}
        self._printed_by: OrderedDict[_Key, set[str]] = OrderedDict()
        self._folds: dict[str, bool] = {}
        """Of a source, whether what it printed last was not shown."""
        self._same: _Folded | None = None
        self._again: _Folded | None = None
        self._count = 0
        self._lock = threading.RLock()
        self._last_at: dict[tuple[str, str], int] = {}

    def take(self, node: str, source: str, line: str) -> None:
        """A line that a source printed."""
        now, place = self._clock(), (node, source)
        with self._lock:
            begun = self._open.get(place)
            if begun and not begun.whole and begun.take(line):
                begun.heard_at = now
            else:
                is_trace = begins_error(line)
                is_held = source.startswith("rank") and (is_trace or _is_warning(line))
                block = _Block(node, source, [line], now, is_trace, whole=not is_held)
                self._open[place] = block
                self._queue.append(block)
            self._drain(HOLD_S)

    def take_own(self, text: str) -> None:
        """A line of the launcher's own: behind those that are held."""
        with self._lock:
            self._queue.append(_Block("", "", [text], self._clock(), whole=True))
            self._drain(HOLD_S)

    def _drain(self, hold_s: float) -> None:
        """Show what has come, but the blocks of which a line came within `hold_s`."""
        now = self._clock()
        while self._queue and (self._queue[0].whole or now - self._queue[0].heard_at >= hold_s):
            block = self._queue.pop(0)
            block.whole = True
            self._emit(block)

    def settle(self, *, at_end: bool = False) -> None:
        """Show what is due: held lines, and who printed the same; all of it `at_end`."""
        with self._lock:
            self._drain(0.0 if at_end else HOLD_S)
            now, same, again = self._clock(), self._same, self._again
            if same and (at_end or now - same.heard_at > QUIET_S or now - same.began_at > LATE_S):
                self._same = None
                self._say_folded(same, "the same")
            if again and (at_end or now - again.began_at > AGAIN_S):
                self._again = None
                self._say_folded(again, "again")

    def stands_above(self, node: str, source: str, within: int) -> bool:
        """Whether the last that it printed was shown, or folded, within so many lines."""
        at = self._last_at.get((node, source))
        return at is not None and self._count - at < within

    def _emit(self, block: _Block) -> None:
        source = block.source
        rank = int(source[4:]) if source[4:].isdigit() and source.startswith("rank") else None
        if not source:
            self._say(block.lines[0])
        elif rank is None or not self._fold(rank, block):
            for line in block.lines:
                self._show(block.node, source, line)
            self._count += len(block.lines)
            self._folds[source] = False
        else:
            self._folds[source] = True
        self._last_at[block.node, source] = self._count

    def _fold(self, rank: int, block: _Block) -> bool:
        """Whether another rank printed the same before, or this one the same warning."""
        head = block.lines[0]
        if not self.folds or (is_step_line(head) and not _is_warning(head)):
            return False
        if block.is_blank:
            return self._folds.get(block.source, False)
        printed_by = self._printed_by.get(block.key)
        if printed_by is None:
            self._remember(block)
            return False
        if block.source not in printed_by:
            printed_by.add(block.source)
            self._same = self._same or _Folded(block.heard_at, block.heard_at)
            self._same.add(rank, block)
            return True
        if _is_warning(head) and not block.is_trace:
            self._again = self._again or _Folded(block.heard_at, block.heard_at)
            self._again.add(rank, block)
            return True
        self._remember(block)
        return False

    def _remember(self, block: _Block) -> None:
        self._printed_by[block.key] = {block.source}
        self._printed_by.move_to_end(block.key)
        if len(self._printed_by) > REMEMBERED:
            self._printed_by.popitem(last=False)

    def _say_folded(self, folded: _Folded, how: str) -> None:
        for text in folded.describe(how):
            self._say(text)
            self._count += 1


def _without_varying(line: str) -> str:
    return _VARYING.sub("", line) if any(part in line for part in _OF_VARYING) else line


def _is_warning(line: str) -> bool:
    return "warn" in line.lower() and bool(_WARNING.search(line))


def _name(lines: Sequence[str]) -> str:
    """What stands for a block: the error of a traceback, the head of a warning."""
    bodies = [line for line in lines if line.strip()]
    outer = [body for body in bodies if not body.startswith((" ", "\t"))] or bodies
    text = _FOLDER.sub("", outer[-1].strip())
    return text if len(text) <= NAMED_WIDTH else f"{text[: NAMED_WIDTH - 2]} …"
