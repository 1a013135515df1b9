"""What launchers put before a line, and whom it names.

Two ways, as no list of formats is ever complete:

- A traceback shows its writer's prefix by itself. What stands before `  File "…", line N` stands
  before each of its lines, whatever it is; only times and counters in it differ. So the prefix is
  inferred at each traceback (`infer_prefix`, `running_pattern`), and its shape, with any number for
  each number, is learnt for all other lines of the log.
- Before a traceback came, and in logs without one, a line's start is taken apart into tags: times,
  brackets and parentheses with a key such as `rank` or `pid=`, names before `:` or `|`.

Rank and node are read from the prefix by their keys.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise

from launcher.diagnosis.log_lines import Place

MAX_LEARNT = 64
LINES_AHEAD = 400
MIN_COUNTED = 3
"""Lines with one number more each, which shows that it counts them."""
MAX_SPLIT_LINES = 4096
"""Lines that stand close together are split for each that shows something among them."""
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
TIME = (
    rf"(?:\d{{4}}[-/]\d\d[-/]\d\d[ T_]{_CLOCK}(?:Z|[+-]\d\d:?\d\d)?"
    rf"|(?:[A-Z][a-z]{{2}} )?{_MONTH} [ \d]\d {_CLOCK}(?: \d{{4}})?|{_CLOCK})"
)
_TIME = re.compile(TIME)
_TIME_OR_NUMBER = re.compile(rf"{TIME}|(?P<number>\d+)")
_NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
_OWN = r"launcher|agent|pdsh|ssh(?!: (?:connect|Could))|openmpi|mpirun|slurm|srun|before\d*"
_TAGS = (
    re.compile(r"(?:\^[CZ\\])+"),
    re.compile(rf"\[{TIME}\] ?|{TIME}(?:Z|\b)(?: [+-]\d{{4}})? ?(?![\d:])"),
    re.compile(r"\[(?:[\w.-]+\|)?rank:? ?\d+\]:? ?"),
    re.compile(r"\[[^\[\]]{1,80}\]<std(?:out|err)>: ?"),
    re.compile(r"\[(?:pod/[^\[\]\s]+|[\w.-]+\|\d+|default\d+)\]:? ?"),
    re.compile(r"\((?=[^()]*\b(?:pid|rank|ip|host)=)[^()]{1,120}\) ?"),
    re.compile(rf"(?P<host>{_NAME}) (?:[\w./-]+\[\d+\]|kernel): "),
    re.compile(r"(?P<rank>\d{1,6}): "),
    re.compile(rf"(?P<stream>{_OWN}): "),
    re.compile(rf"(?P<host>{_NAME}) +(?:(?P<rank>\d{{1,6}})|(?P<stream>{_OWN})): "),
    re.compile(rf"slurm(?:step)?d-(?P<host>{_NAME}): "),
    re.compile(rf"(?P<host>{_NAME})(?:: |:$| +\| )"),
)
_HOST_TAG = _TAGS[-1]
_MAYBE = re.compile(
    rf"[\[(^]|\d|{_MONTH} |{_NAME} *[:|\d\[]|{_NAME} +(?:{_OWN}):|{_NAME} (?:[\w./-]+\[|kernel:)"
)
_HOST = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){3}|(?=[a-z-]*\d)(?!python|lib)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*"
)
_NOT_HOST = re.compile(r"\.(?:py|cc|cpp|cu|so|sh|h|json|ya?ml)$|Error$|Exception$|Warning$")
_NOT_HOSTS = {
    *("python", "python3", "bash", "sh", "make", "ssh", "error", "warning", "info", "note"),
    *("srun", "sbatch", "slurmd", "slurmstepd", "pyxis", "enroot", "docker", "kubectl", "raylet"),
    *("mpirun", "mpiexec", "orted", "prted", "torchrun", "deepspeed", "accelerate", "wandb"),
    *("nvcc", "gcc", "g++", "ld", "collect2", "ninja", "git", "pip", "rsync", "curl", "wget"),
}
"""Programs that write their name before their lines."""
_TARGETS = re.compile(r"\bpdsh .*?-w ?(?P<names>\S+)")
_NCCL = re.compile(rf"(?P<host>{_NAME}):\d+:\d+ \[\d+\] ")
_RANK = re.compile(r"\[(?!PG (?:ID|GUID) [1-9])(?:[^\]]* )?R(?:ank|ANK) (?P<rank>\d+)\]")
"""Of a process group that is not the default one it is the rank within that group."""
_RANK_OF_RUN = re.compile(r"(\d{1,6}): ")
_RANK_KEY = re.compile(
    r"(?<![a-z_])(?:mpi|global_?)?rank(?:: |[ =:_-]?)(?P<rank>\d+)|\[\d+,(?P<mpi>\d+)\]<std"
    r"|@\d+,(?P<prrte>\d+)\]<std",
    re.IGNORECASE,
)
_NODE_KEY = re.compile(
    r"\bip=(?P<ip>[\d.]+)|\bpod/(?P<pod>[^/\]\s]+)|,(?P<algo>algo-\d+)\]"
    r"|\[prterun-(?P<prrte>[\w.-]+?)-\d+@|\b(?:host|hostname|node)[=:](?P<host>[\w.-]+)"
    r"|\((?P<task>head|worker\d+), rank="
)
_FRAME = re.compile(r'(?P<prefix>.*?)  File "[^"]+", line \d+')


class Prefixes:
    """The prefixes of one log: what its first lines show, and what its tracebacks taught.

    In the log `of_run` the first one is true, whatever number a rank gives itself.
    """

    def __init__(self, sample: str = "", *, of_run: bool = False) -> None:
        self._of_run = of_run
        self._hosts = find_hosts(sample)
        self._learnt: dict[str, re.Pattern[str]] = {}
        self._split_lines: dict[tuple[str, Place], tuple[Place, str]] = {}

    def learn(self, prefix: str) -> None:
        """Take off prefixes of this shape from now on."""
        shape = _shape_pattern(prefix)
        if prefix.strip() and len(self._learnt) < MAX_LEARNT and shape not in self._learnt:
            self._split_lines.clear()
            self._learnt[shape] = re.compile(shape)
            self._learnt = dict(sorted(self._learnt.items(), key=lambda item: -len(item[0])))

    def split(self, text: str, place: Place) -> tuple[Place, str]:
        """Who wrote the line, and its text; `place` is what the file's name shows."""
        found = self._split_lines.get((text, place))
        if not found:
            if len(self._split_lines) >= MAX_SPLIT_LINES:
                self._split_lines.clear()
            found = self._split_lines[text, place] = self._split_line(text, place)
        return found

    def _split_line(self, text: str, place: Place) -> tuple[Place, str]:
        whole = text
        for shape in self._learnt.values():
            if found := shape.match(text):
                place = self.place_of(found[0], place)
                text = text[found.end() :]
                break
        place, text = self._split_tags(text, place)
        if found := _NCCL.match(text):
            place = _update_place(place, {"host": place.node or found["host"]})
        if place.rank is None and (found := _RANK.search(text)):
            place = _update_place(place, {"rank": found["rank"]})
        return self._with_own_rank(place, whole), text

    def place_of(self, prefix: str, place: Place) -> Place:
        """Whom a prefix names; the prefix itself, without times, where it names nobody."""
        named, rest = self._split_tags(prefix, place)
        named = _read_keys(rest, named)
        if (named.node, named.rank, named.stream) == (place.node, place.rank, place.stream):
            return replace(place, stream=_TIME.sub("", prefix).strip() or place.stream)
        return self._with_own_rank(named, prefix)

    def _with_own_rank(self, place: Place, text: str) -> Place:
        own = _RANK_OF_RUN.match(text) if self._of_run else None
        return replace(place, rank=int(own[1])) if own else place

    def _split_tags(self, text: str, place: Place) -> tuple[Place, str]:
        for _ in range(4 if _MAYBE.match(text) else 0):
            for tag in _TAGS:
                found = tag.match(text)
                if found and found.end() and self._is_place(found.groupdict()):
                    place = _update_place(_read_keys(found[0], place), found.groupdict())
                    text = text[found.end() :]
                    break
            else:
                break
        return place, text

    def _is_place(self, found: dict[str, str | None]) -> bool:
        name = found.get("host")
        if name is None or name in self._hosts:
            return True
        return bool(_HOST.fullmatch(name)) and _may_be_host(name)


def find_hosts(sample: str) -> frozenset[str]:
    """The names that stand before lines: pdsh's own targets, and what many lines begin with."""
    named = {name for found in _TARGETS.finditer(sample) for name in found["names"].split(",")}
    lines = sample.splitlines()
    first = Counter(found["host"] for line in lines if (found := _HOST_TAG.match(line)))
    often = {name for name, count in first.items() if count >= max(5, len(lines) // 10)}
    return frozenset(named | {name for name in often if _may_be_host(name)})


def _may_be_host(name: str) -> bool:
    return name.lower() not in _NOT_HOSTS and not _NOT_HOST.search(name)


def _read_keys(prefix: str, place: Place) -> Place:
    rank, node = _RANK_KEY.search(prefix), _NODE_KEY.search(prefix)
    return replace(
        place,
        node=_value_in(node) or place.node,
        rank=int(_value_in(rank)) if rank else place.rank,
    )


def _value_in(found: re.Match[str] | None) -> str:
    """The one group that matched."""
    return next(filter(None, found.groups()), "") if found else ""


def _update_place(place: Place, found: dict[str, str | None]) -> Place:
    return replace(
        place,
        node=found.get("host") or place.node,
        rank=int(found["rank"] or 0) if found.get("rank") else place.rank,
        stream=found.get("stream") or place.stream,
    )


def _shape_pattern(prefix: str) -> str:
    """A pattern for this prefix with other numbers, times among them."""
    return re.sub(r"\d+", r"\\d+", re.escape(prefix))


def prefix_pattern(prefix: str) -> re.Pattern[str]:
    """A pattern for this prefix at another time."""
    return re.compile(TIME.join(map(re.escape, _TIME.split(prefix))))


def running_pattern(prefix: str, following: Iterable[str]) -> re.Pattern[str]:
    """A pattern for this prefix in the lines of its traceback: at another time, also where that is
    written in no form that is known, or with a counter, which only grow from line to line."""
    numbers = [found for found in _TIME_OR_NUMBER.finditer(prefix) if found["number"]]
    if not numbers:
        return prefix_pattern(prefix)
    shape = re.compile(_pattern_of_parts(prefix, range(len(numbers))))
    columns = list(zip(*_numbers_below(shape, following), strict=True))
    growing = [
        at
        for at, found in enumerate(numbers[: len(columns)])
        if _grows(columns, at) and (_is_of_clock(prefix, found) or _counts(columns[at]))
    ]
    return re.compile(_pattern_of_parts(prefix, growing))


def _pattern_of_parts(prefix: str, free: Container[int]) -> str:
    """The prefix with any time for its times, and any number for those of its `free` numbers."""
    pattern, end, number = "", 0, 0
    for found in _TIME_OR_NUMBER.finditer(prefix):
        pattern += re.escape(prefix[end : found.start()])
        if found["number"]:
            pattern += r"(\d+)" if number in free else found[0]
            number += 1
        else:
            pattern += TIME
        end = found.end()
    return pattern + re.escape(prefix[end:])


def _numbers_below(shape: re.Pattern[str], following: Iterable[str]) -> Iterator[tuple[int, ...]]:
    """The numbers in the prefixes of the indented lines that follow, and of the first that is not,
    where it may be the error's."""
    for text in islice(following, LINES_AHEAD):
        found = shape.match(text)
        rest = text[found.end() :] if found else ""
        if found and not rest.startswith("Traceback "):
            yield tuple(map(int, found.groups()))
        if found and rest.strip() and not rest.startswith((" ", "\t")):
            return


def _grows(columns: Sequence[Sequence[int]], at: int) -> bool:
    """Whether a number changes and falls only where one before it rises, as minutes do."""
    rises = [[later > earlier for earlier, later in pairwise(column)] for column in columns]
    falls = [later < earlier for earlier, later in pairwise(columns[at])]
    allowed = (any(column[row] for column in rises[:at]) for row in range(len(falls)))
    return any(rises[at]) and not any(
        fell and not may for fell, may in zip(falls, allowed, strict=True)
    )


def _counts(column: Sequence[int]) -> bool:
    """Whether a number is another one in each line, as one that numbers them."""
    return len(column) > MIN_COUNTED and all(later > earlier for earlier, later in pairwise(column))


def _is_of_clock(prefix: str, found: re.Match[str]) -> bool:
    """Whether a number is part of one with a colon or a point, or has a unit of time."""
    before, behind = prefix[: found.start()], prefix[found.end() :]
    joined = re.match(r"[:.]\d|m?s\b", behind) or re.search(r"\d[:.]$", before)
    addresses = re.finditer(r"\d+(?:\.\d+){3}", prefix)
    return bool(joined) and not any(
        address.start() <= found.start() < address.end() for address in addresses
    )


def infer_prefix(header: str, following: Iterator[str]) -> str:
    """What stands before each line of a traceback whose header has `header` before it.

    The first frame that follows with the same prefix decides. Where there is none, the header
    shares its line with something else, as a progress bar: then it is the first frame whose prefix
    the header begins with, most often none at all.
    """
    same = prefix_pattern(header)
    first = next(following, "")
    if (found := _FRAME.match(first)) and same.fullmatch(found["prefix"]):
        return header
    lines = [first, *islice(following, LINES_AHEAD)]
    frames = [match["prefix"] for line in lines if (match := _FRAME.match(line))]
    if any(map(same.fullmatch, frames)) or (not frames and any(map(same.match, lines))):
        return header
    if found:
        return found["prefix"]
    return next((prefix for prefix in frames if header.startswith(prefix)), "")
