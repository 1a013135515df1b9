"""`launcher logs`: what the ranks printed, all of it or a part, once or until the run ends."""

from __future__ import annotations

import re
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import field
from itertools import islice
from typing import Any, TextIO

from checks.errors import UsageError
from checks.job.user_files import near_word, suggest_word
from checks.quick_dataclass import dataclass
from launcher.command_line import complete_with
from launcher.rank_output import without_colour
from launcher.record import ORDER, RecordedRun, all_runs, find_run

POLL_S = 0.3
_LAUNCHERS_OWN = re.compile(
    r"launcher: (?:\[[^]]*\] )?\["
    r"(?:INFO\] \[launch\.py:|ERROR\] \[launch\.py:\d+:sigkill_handler\] )"
)
"""What DeepSpeed's launcher on a node says of itself, a dozen lines at each start and end."""
MOST_DIGITS = 18
"""Of a number that is typed."""


def add_options(parser: ArgumentParser) -> None:
    """Whose output, which lines of it, and for how long."""
    text = "follow the output until the run ends"
    parser.add_argument("-f", "--follow", action="store_true", help=text)
    node = parser.add_argument("--node", help="only the output of this node")
    complete_with(node, lambda args: dict.fromkeys(rank["node"] for rank in _planned_ranks(args)))
    rank = parser.add_argument(
        "--rank", type=_count, metavar="N", help="only the output of this rank"
    )
    complete_with(rank, lambda args: [str(rank["rank"]) for rank in _planned_ranks(args)])
    parser.add_argument(
        "--tail", type=_count, metavar="N", help="begin with the last N lines of each node"
    )
    parser.add_argument(
        "--grep", type=_pattern, metavar="RE", help="only lines in which this is found"
    )
    text = "also what DeepSpeed's launchers say of themselves"
    parser.add_argument("--all", action="store_true", help=text)


def _planned_ranks(args: Namespace) -> list[dict[str, Any]]:
    """Of the run that was named, or the newest; empty where there is none."""
    try:
        return list(find_run(args.runs, args.which).read("plan.json").get("ranks", ()))
    except UsageError:
        return []


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) <= MOST_DIGITS):
        raise ArgumentTypeError(f"expected a number, 0 or more: {text!r}")
    return int(text)


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ArgumentTypeError(f"not a regular expression: {error}") from None


@dataclass
class LogReader:
    """Reads the logs of a run's nodes in the order in which the lines came, from where it was read
    to before; node after node where the record does not have that order.

    What DeepSpeed's launchers say of themselves is left out, unless `whole`.
    """

    run: RecordedRun
    nodes: Collection[str]
    rank: int | None = None
    pattern: re.Pattern[str] | None = None
    tail: int | None = None
    """So many lines of each node at the first reading."""
    whole: bool = False
    left_out: int = 0
    """So many lines of those launchers so far."""
    _files: dict[str, TextIO] = field(default_factory=dict)
    _order: TextIO | None = None
    _tail_read: bool = False

    def new_lines(self) -> Iterator[str]:
        """What the logs have more, each line with its node."""
        lines = self._wanted_lines(self._lines_in_order())
        if self.tail is not None and not self._tail_read:
            lines = iter(_last_of_each(lines, self.tail))
        self._tail_read = True
        yield from (f"{node} {line}" for node, line in lines)

    def _lines_in_order(self) -> Iterator[tuple[str, str]]:
        for node, path in self.run.log_files.items():
            if node in self.nodes and node not in self._files:
                self._files[node] = path.open(encoding="utf-8", errors="replace")
        has_order = (self.run.path / ORDER).is_file()
        for node, count in self._turns() if has_order else ():
            if node in self._files:
                yield from ((node, line) for line in islice(self._files[node], count))
        if not has_order or not self.run.runs:
            for node, file in self._files.items():
                yield from ((node, line) for line in file)

    def _turns(self) -> Iterator[tuple[str, int]]:
        """Which node printed how many lines next; a line that does not say so is passed over."""
        if self._order is None:
            self._order = (self.run.path / ORDER).open(encoding="utf-8", errors="replace")
        for line in self._order:
            node, _, count = line.strip().rpartition(" ")
            if count.isdecimal() and len(count) <= MOST_DIGITS:
                yield node, int(count)

    def _wanted_lines(self, lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for node, line in lines:
            source, _, text = line.partition(": ")
            if self.rank is not None and source != str(self.rank):
                continue
            if not self.whole and _LAUNCHERS_OWN.match(line):
                self.left_out += 1
                continue
            pattern = self.pattern
            if pattern is None or pattern.search(without_colour(text.rstrip("\n"))):
                yield node, line

    def close(self) -> None:
        """Close the logs."""
        for file in (*self._files.values(), *([self._order] if self._order else [])):
            file.close()


def show_logs(args: Namespace) -> None:
    """The output of the ranks, each line with its node; with --follow until the run ends."""
    _refuse_place_as_run(args)
    run = find_run(args.runs, args.which)
    nodes = _chosen_nodes(run, args.node, args.rank)
    printed = False
    with closing(LogReader(run, nodes, args.rank, args.grep, args.tail, args.all)) as reader:
        while True:
            ended = not run.runs or bool(run.read("result.json"))
            lines = list(reader.new_lines())
            printed = printed or bool(lines)
            sys.stdout.writelines(lines)
            sys.stdout.flush()
            if ended or not args.follow:
                break
            time.sleep(POLL_S)
    if not printed and args.tail != 0:
        left_out = reader.left_out
        print(_describe_silence(run, args, left_out, ended=ended), file=sys.stderr)


def _refuse_place_as_run(args: Namespace) -> None:
    """Returns where the word may name a run; UsageError where it is a rank or a node of the newest,
    with the option for that.
    """
    runs, which = all_runs(args.runs), args.which or ""
    plan = runs[-1].read("plan.json") if runs else {}
    if which in plan.get("nodes", ()):
        option = "--node"
    elif which.isdecimal() and len(which) < 5 and int(which) < plan.get("world_size", 0):
        option = "--rank"
    else:
        return
    if which not in {run.name for run in runs}:
        raise UsageError(
            f"{which!r} is no run; {option} {which} shows that of {runs[-1].name}",
            typed=(which,),
            right=(option, which),
        )


def _describe_silence(run: RecordedRun, args: Namespace, left_out: int, *, ended: bool) -> str:
    """That what was asked for printed nothing, or nothing that fits."""
    who = f"rank {args.rank}" if args.rank is not None else args.node or "the ranks"
    what = "nothing printed" if args.grep is None else f"no line with {args.grep.pattern!r} printed"
    own = f"; --all shows {left_out} more, of DeepSpeed's launchers" if left_out else ""
    return f"{run.name}, {who}: {what}{'' if ended else ' yet'}{own}"


def _chosen_nodes(run: RecordedRun, node: str | None, rank: int | None) -> list[str]:
    """The nodes whose logs are read. Raises UsageError for one that the run has not."""
    plan = run.read("plan.json")
    nodes = list(plan.get("nodes", ()))
    if node and node not in nodes:
        meant = near_word(node, nodes)
        raise UsageError(
            f"--node {node}: no such node in {run.name}{suggest_word(node, nodes)}",
            typed=("--node", node),
            right=("--node", meant) if meant else (),
        )
    if rank is None:
        return [node] if node else nodes
    home = {planned["rank"]: planned["node"] for planned in plan.get("ranks", ())}.get(rank)
    if home is None:
        last = plan.get("world_size", 0) - 1
        raise UsageError(f"--rank {rank}: {run.name} has the ranks 0 to {last}")
    if node not in (None, home):
        raise UsageError(
            f"--rank {rank} --node {node}: rank {rank} is on {home}",
            typed=("--node", node or ""),
            right=("--node", home),
        )
    return [home]


def _last_of_each(lines: Iterable[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """The last lines of each node, in the order of all."""
    kept: dict[str, deque[tuple[int, str]]] = {}
    for at, (node, line) in enumerate(lines):
        kept.setdefault(node, deque(maxlen=count)).append((at, line))
    found = [(at, node, line) for node, last in kept.items() for at, line in last]
    return [(node, line) for _, node, line in sorted(found)]
