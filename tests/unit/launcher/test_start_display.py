"""How what the ranks do is shown: in place on a terminal, else one line where it is due."""

from __future__ import annotations

import io

import pytest

from launcher.run import start_display
from launcher.run.console import Console
from launcher.run.start_display import CHANGED_S, UNCHANGED_S, StartDisplay


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(start_display.time, "monotonic", lambda: now[0])
    return now


def display(monkeypatch, out, clock):
    monkeypatch.setattr("sys.stdout", out)
    return StartDisplay(Console(["node1"]), lambda: clock[0])


def test_a_log_gets_a_line_where_it_changes_but_not_often(monkeypatch, clock):
    out = io.StringIO()
    shown = display(monkeypatch, out, clock)
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


def test_on_a_terminal_it_stays_below_what_is_printed_until_it_is_cleared(monkeypatch, clock):
    out = Terminal()
    shown = display(monkeypatch, out, clock)
    shown.show("reading")
    clock[0] = 2.0
    shown.redraw()
    shown._console.say("a line")
    shown.clear()
    shown._console.say("the end")
    first, after = "no step yet after 0 s: reading", "no step yet after 2 s: reading"
    erase = "\r\033[K"
    assert out.getvalue() == (f"{erase}{first}{erase}{after}{erase}a line\n{after}{erase}the end\n")


def test_a_line_longer_than_the_terminal_is_cut(monkeypatch, clock):
    monkeypatch.setenv("COLUMNS", "30")
    out = Terminal()
    display(monkeypatch, out, clock).show("x" * 100)
    assert out.getvalue() == "\r\033[Kno step yet after 0 s: xxxxx…"
