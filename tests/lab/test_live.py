"""What is drawn while speeds are measured: what it says, and that a terminal is left clean."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from checks.facts.pairs import PairSpeed
from checks.stages.live_matrix import MOST_NODES, live_lines, matrix_rows
from preflight.progress import Progress

NAMES = ("node1", "node2", "node3")
TABLE = {
    ("node1", "node2"): PairSpeed(9.4, 9.5, 40.0),
    ("node2", "node1"): PairSpeed(9.3, 9.5, 40.0),
    ("node3", "node1"): PairSpeed(0.094, 0.1, 40.0),
}


def test_a_row_for_each_sender_with_what_is_slow_marked():
    assert matrix_rows(NAMES, TABLE) == ["  node1  █·", "  node2 █ ·", "  node3 !· "]


def test_the_first_line_says_how_far_it_is_and_what_is_slowest():
    first = live_lines(NAMES, TABLE, "round 2 of 3")[0]
    assert first == "bandwidth      round 2 of 3, slowest node3 → node1: 94 Mbit/s"


def test_before_anything_is_measured_nothing_is_slow():
    assert live_lines(NAMES, {}, "round 1 of 3") == [
        "bandwidth      round 1 of 3", "  node1  ··", "  node2 · ·", "  node3 ·· "
    ]  # fmt: skip


def test_too_many_nodes_are_told_and_not_drawn():
    names = [f"node{number}" for number in range(MOST_NODES + 1)]
    assert len(live_lines(names, {}, "round 1 of 33")) == 1


class Terminal:
    """As much of a reporter as Progress uses, with a screen of its own."""

    verbosity = 0

    def __init__(self, *, tty: bool) -> None:
        self._tty, self.screen, self.row, self.lines = tty, [""], 0, list[str]()
        self._tw = SimpleNamespace(_file=self)

    def isatty(self) -> bool:
        return self._tty

    def write_line(self, line: str) -> None:
        self.lines.append(line)

    def flush(self) -> None:
        """Nothing is held back."""

    def write(self, text: str) -> None:
        for up, erase, down, words in re.findall(
            r"\x1b\[(\d+)A|(\x1b\[2K)|(\n)|([^\x1b\n\r]+)", re.sub(r"\x1b\[\?25[lh]", "", text)
        ):
            if up:
                self.row -= int(up)
                assert self.row >= 0
            elif erase:
                self.screen[self.row] = ""
            elif down:
                self.row += 1
                self.screen += [""] * (self.row == len(self.screen))
            else:
                self.screen[self.row] += words

    @property
    def shown(self) -> list[str]:
        """The screen without the empty lines at its end."""
        return "\n".join(self.screen).rstrip("\n").split("\n")


@pytest.fixture
def size(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"COLUMNS": "80", "LINES": "24", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("size")
def test_a_terminal_shows_the_last_and_is_clean_at_the_end():
    terminal = Terminal(tty=True)
    progress = Progress(terminal)
    progress.stage("bandwidth", 0, 3)
    for said in ("round 1 of 3", "round 2 of 3"):
        progress.show(live_lines(NAMES, TABLE, said))
    assert terminal.shown == live_lines(NAMES, TABLE, "round 2 of 3")
    progress.stage("smoke", 0, 3)
    assert terminal.shown == ["smoke          0/3 nodes"]
    progress.finish()
    assert (terminal.shown, terminal.row) == ([""], 0)
    assert not terminal.lines


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize(("name", "rows", "columns"), [("LINES", 3, 80), ("COLUMNS", 4, 9)])
def test_without_room_only_the_beginning_is_drawn(name, rows, columns, monkeypatch):
    monkeypatch.setenv(name, str({"LINES": rows, "COLUMNS": columns}[name]))
    terminal = Terminal(tty=True)
    Progress(terminal).show(live_lines(NAMES, TABLE, "round 2 of 3"))
    whole = live_lines(NAMES, TABLE, "round 2 of 3")
    assert [line.rstrip() for line in terminal.shown] == [
        line[:columns].rstrip() for line in whole[:rows]
    ]


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("tty", [False, True])
def test_where_nothing_can_be_redrawn_there_is_one_line_a_stage(tty, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal(tty=tty)
    progress = Progress(terminal)
    progress.stage("bandwidth", 0, 3)
    progress.show(live_lines(NAMES, TABLE, "round 1 of 3"))
    progress.stage("bandwidth", 3, 3)
    progress.finish()
    assert terminal.screen == [""]
    assert len(terminal.lines) == 1
    assert terminal.lines[0].startswith("bandwidth      3/3 nodes")
