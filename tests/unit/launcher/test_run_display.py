"""How what the ranks do is shown: in place on a terminal, else one line where it is due."""

from __future__ import annotations

import io

import pytest

from launcher.run import run_display
from launcher.run.console import STATUS_LINES, Console
from launcher.run.run_display import CHANGED_S, STEPS_S, UNCHANGED_S, RunDisplay


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(run_display.time, "monotonic", lambda: now[0])
    return now


class Steps:
    """A run whose newest step is given."""

    has_pace, shows_bar = True, False

    def __init__(self, clock):
        self.clock, self.newest = clock, ""

    def seconds(self):
        return self.clock[0]

    def describe(self):
        return self.newest

    def counts_bar(self, line):
        return line.startswith("bar")


@pytest.fixture
def steps(clock):
    return Steps(clock)


@pytest.fixture
def display(monkeypatch, steps):
    def make(out):
        monkeypatch.setattr("sys.stdout", out)
        return RunDisplay(Console(["node1"]), steps)

    return make


def test_a_log_gets_a_line_where_it_changes_but_not_often(display, clock):
    out = io.StringIO()
    shown = display(out)
    for at, text in ((1, "a"), (2, "b"), (1 + CHANGED_S, "b"), (2 + CHANGED_S, "b")):
        clock[0] = at
        shown.show(text)
        shown.redraw()
    clock[0] = 1 + CHANGED_S + UNCHANGED_S
    shown.show("b")
    shown.clear()
    assert out.getvalue().splitlines() == [
        "no step yet after 1 s: a",
        "no step yet after 31 s: b",
        "no step yet after 91 s: b",
    ]


def test_on_a_terminal_it_stays_below_what_is_printed_until_it_is_cleared(display, clock):
    out = Terminal()
    shown = display(out)
    shown.show("reading")
    clock[0] = 2.0
    shown.redraw()
    shown._console.say("a line")
    shown.clear()
    shown._console.say("the end")
    first, after = "no step yet after 0 s: reading", "no step yet after 2 s: reading"
    erase = "\r\033[K"
    assert out.getvalue() == (f"{erase}{first}{erase}{after}{erase}a line\n{after}{erase}the end\n")


@pytest.mark.parametrize(
    ("columns", "text", "shown"),
    [
        (
            56,
            "rank 0 is building, at main (train.py:7)",
            "rank 0 is building, at main\n(train.py:7)",
        ),
        (
            90,
            "rank 0 is building, at main (train.py:7)",
            "rank 0 is building, at main (train.py:7)",
        ),
    ],
)
def test_a_line_longer_than_the_terminal_goes_on_below(monkeypatch, display, columns, text, shown):
    monkeypatch.setenv("COLUMNS", str(columns))
    out = Terminal()
    display(out).show(text)
    assert out.getvalue() == f"\r\033[Kno step yet after 0 s: {shown}"


def test_on_a_terminal_the_steps_stay_below_what_ranks_print(display, steps, clock):
    out = Terminal()
    shown = display(out)
    for at, steps.newest in ((0.0, "step 1"), (0.5, "step 2"), (1.5, "step 3")):
        clock[0] = at
        shown.printed()
        shown.stepped()
        shown.redraw()
    shown.clear()
    erase = "\r\033[K"
    assert out.getvalue() == f"{erase}step 1{erase}step 3{erase}"


def test_a_log_gets_the_steps_seldom(display, steps, clock):
    out = io.StringIO()
    shown = display(out)
    for clock[0] in (0.0, 1.0, STEPS_S - 1, STEPS_S, STEPS_S + 1):
        steps.newest = f"step {clock[0]:g}"
        shown.stepped()
        shown.redraw()
    assert out.getvalue() == f"step 0\nstep {STEPS_S:g}\n"


@pytest.mark.parametrize(("has_pace", "shows_bar"), [(False, False), (True, True)])
def test_a_log_gets_no_steps_without_a_pace_or_where_bars_have_it(
    display, steps, has_pace, shows_bar
):
    out = io.StringIO()
    steps.has_pace, steps.shows_bar = has_pace, shows_bar
    display(out).stepped()
    assert out.getvalue() == ""


def test_bars_are_replaced_on_a_terminal_alone(display):
    there = display(Terminal())
    assert there.replaces("rank1", "bar 1/60")
    assert not there.replaces("rank1", "a line")
    assert not there.replaces("before1", "bar 1/60")
    assert not display(io.StringIO()).replaces("rank1", "bar 1/60")


def test_no_more_lines_than_a_few_stay_below_and_all_are_taken_away(monkeypatch, display):
    monkeypatch.setenv("COLUMNS", "21")
    out = Terminal()
    shown = display(out)
    shown.show("x " * 100)
    *_, last = lines = out.getvalue().split("\n")
    assert len(lines) == STATUS_LINES
    assert last.endswith(" …") and all(len(line) <= 20 + len("\r\033[K") for line in lines)
    out.seek(0), out.truncate()
    shown.clear()
    assert out.getvalue() == "\r\033[K" + "\033[A\033[K" * (STATUS_LINES - 1)
