"""What ranks print alike is shown once, in its order, with who printed the same."""

from __future__ import annotations

import pytest

from launcher.run.folded_lines import AGAIN_S, HOLD_S, LATE_S, QUIET_S, LineFolder
from launcher.run.state import FailureReport

TRACE = [
    "Traceback (most recent call last):",
    '  File "train.py", line 3, in <module>',
    "    main()",
    "ValueError: no column labels",
]
PEER = [*TRACE[:2], "    gather()", "RuntimeError: Connection closed by peer [10.77.1.3]:{port}."]
WARNING = ["/venv/lib/c10d_logger.py:83: FutureWarning: it is deprecated", "  return func()"]


class Screen:
    """Ranks 0, 1, … on node1, node2, …; `lines` is what a person sees."""

    def __init__(self):
        self.lines, self.now = [], 0.0
        self.folder = LineFolder(self._show, self.lines.append, lambda: self.now)

    def _show(self, node, source, line):
        self.lines.append(f"{node} {source.removeprefix('rank')}: {line}")

    def rank(self, number, *lines):
        for line in lines:
            self.folder.take(f"node{number + 1}", f"rank{number}", line)

    def after(self, seconds):
        """What is new on it after that time."""
        seen, self.now = len(self.lines), self.now + seconds
        self.folder.settle()
        return self.lines[seen:]

    def end(self):
        """What is new at the end."""
        seen = len(self.lines)
        self.folder.settle(at_end=True)
        return self.lines[seen:]


@pytest.fixture
def screen():
    return Screen()


def of_rank(number, lines, **fields):
    return [f"[rank{number}]: {line.format(**fields)}" for line in lines]


def test_the_traceback_of_all_ranks_is_shown_once(screen):
    for lines in zip(*(of_rank(number, TRACE) for number in range(4)), strict=True):
        for number, line in enumerate(lines):
            screen.rank(number, line)
    assert screen.lines == [f"node1 0: {line}" for line in of_rank(0, TRACE)]
    assert screen.end() == ["the same on ranks 1-3, 4 lines: ValueError: no column labels"]


def test_a_traceback_that_differs_is_shown_whole_and_those_that_follow_from_it_once(screen):
    screen.rank(2, *of_rank(2, TRACE))
    screen.rank(0, *of_rank(0, PEER, port=6788))
    screen.rank(1, *of_rank(1, PEER, port=24487))
    screen.rank(3, *of_rank(3, PEER, port=1024))
    shown = [*of_rank(2, TRACE), *of_rank(0, PEER, port=6788)]
    assert [line.partition(": ")[2] for line in screen.lines] == shown
    (folded,) = screen.end()
    assert folded.startswith("the same on ranks 1 and 3, 4 lines: RuntimeError: Connection closed")


def test_lines_keep_the_order_in_which_they_begin(screen):
    screen.rank(1, TRACE[0])
    screen.rank(0, "step 4 loss 2.5")
    screen.folder.take_own("the launcher's own")
    screen.rank(1, *TRACE[1:3])
    assert screen.lines == []
    assert screen.after(HOLD_S) == [
        *(f"node2 1: {line}" for line in TRACE[:3]), "node1 0: step 4 loss 2.5",
        "the launcher's own",
    ]  # fmt: skip
    screen.rank(1, TRACE[3])
    assert screen.lines[-1] == f"node2 1: {TRACE[3]}"


def test_a_line_is_shown_at_once_and_who_printed_the_same_when_it_is_quiet(screen):
    for number in range(3):
        screen.rank(number, "operator built")
    assert screen.lines == ["node1 0: operator built"]
    assert screen.after(QUIET_S / 2) == []
    assert screen.after(QUIET_S) == ["the same on ranks 1 and 2: operator built"]


def test_ranks_that_never_fall_silent_are_told_of_too(screen):
    shown = []
    for number in range(int(LATE_S) + 2):
        screen.rank(0, f"shard {number}")
        screen.rank(1, f"shard {number}")
        shown += screen.after(1.0)
    assert any(line.startswith("the same on rank 1, ") for line in shown)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("step 3 loss 2.5", "step 3 loss 2.5"),
        ("lr 0.1", "lr 0.2"),
        ("rank 0 of 2 on node1", "rank 1 of 2 on node2"),
        ("took 0:00:12", "took 0:00:45"),
        ("peer 10.0.0.1 is gone", "peer 10.0.0.2 is gone"),
    ],
)
def test_what_says_something_else_is_not_folded(screen, first, second):
    screen.rank(0, first)
    screen.rank(1, second)
    assert screen.lines == [f"node1 0: {first}", f"node2 1: {second}"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("[2026-11-29 02:35:18,123] [INFO] ready", "[2026-11-29 02:35:19,004] [INFO] ready"),
        ("I1129 02:35:18.1 77 x.cpp:1] up", "I1129 02:35:18.9 4242 x.cpp:1] up"),
        ("[Rank 0] watchdog at 0x7f00aa11", "[Rank 1] watchdog at 0x7f00bb22"),
        ("\033[32mready\033[0m", "ready"),
        ("[Rank 0] up", "[Rank 1] up"),
        ("pid 77 is up", "pid 78 is up"),
        ("up at 0x7f00aa11", "up at 0x7f00bb22"),
        ("10.0.0.1:46646 is up", "10.0.0.1:46648 is up"),
    ],
)
def test_marks_of_the_rank_and_moments_make_no_difference(screen, first, second):
    screen.rank(0, first)
    screen.rank(1, second)
    assert screen.lines == [f"node1 0: {first}"]
    assert [line.partition(":")[0] for line in screen.end()] == ["the same on rank 1"]


def test_a_line_that_a_rank_prints_again_is_shown_again(screen):
    for _ in range(2):
        screen.rank(0, "saving")
        screen.rank(1, "saving")
    assert screen.lines == ["node1 0: saving"] * 2


def test_a_warning_that_comes_again_is_counted(screen):
    for number in range(3):
        screen.rank(0, *WARNING, f"step {number}")
    warned = [f"node1 0: {line}" for line in WARNING]
    assert screen.lines == [*warned, *(f"node1 0: step {number}" for number in range(3))]
    assert screen.after(AGAIN_S / 2) == []
    again = "again on rank 0, 4 lines: c10d_logger.py:83: FutureWarning: it is deprecated"
    assert screen.after(AGAIN_S) == [again]


def test_of_many_groups_few_are_named(screen):
    for line in range(8):
        screen.rank(20, f"line {line}")
        screen.rank(line, f"line {line}")
    folded = screen.end()
    assert folded[0] == "the same on some of ranks 0-4, 5 lines: line 4"
    assert folded[1:] == [f"the same on rank {number}: line {number}" for number in (5, 6, 7)]


def test_what_the_logs_do_not_have_is_shown(screen):
    screen.rank(0, "saving")
    screen.folder.folds = False
    screen.rank(1, "saving")
    assert screen.lines == ["node1 0: saving", "node2 1: saving"]


def test_only_ranks_are_folded(screen):
    for node in ("node1", "node2"):
        screen.folder.take(node, "pdsh", "ssh exited with exit code 1")
    assert len(screen.lines) == 2
    assert screen.end() == []


REPORT = FailureReport(
    "rank 1 on node2 failed: exit 1\nlast lines of rank 1 on node2:\n  boom\nafter that:\n  others",
    "first failure: …",
    output="last lines of rank 1 on node2:\n  boom",
    output_of=("node2", "rank1"),
)


class OneAbove:
    """A screen that has the last lines of that rank."""

    def __init__(self, source):
        self.source = source

    def stands_above(self, node, source):
        return bool(node) and source == self.source


def test_what_was_said_and_stands_above_is_not_said_again():
    said = REPORT.story.splitlines()[0]
    assert REPORT.story_after(said, OneAbove("rank1")) == "after that:\n  others"
    assert REPORT.story_after(said, OneAbove("rank0")).startswith("last lines of rank 1")
    assert REPORT.story_after("", OneAbove("rank0")) == REPORT.story


def test_the_last_lines_stand_above_for_a_screen_and_not_longer(screen):
    screen.rank(0, *TRACE)
    screen.rank(1, *TRACE)
    screen.end()
    assert screen.folder.stands_above("node2", "rank1", 40)
    assert not screen.folder.stands_above("node3", "rank2", 40)
    screen.rank(0, *map(str, range(50)))
    assert not screen.folder.stands_above("node2", "rank1", 40)
