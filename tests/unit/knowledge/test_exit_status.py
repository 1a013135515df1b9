"""How a process ended, in words: every signal that ends one, also as shells report it."""

from __future__ import annotations

import signal

import pytest

from checks.knowledge.exit_status import describe_exit, name_exit, signal_meaning

GO_ON = {"SIGCHLD", "SIGCLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGSTOP", "SIGTSTP", "SIGTTIN"}
GO_ON |= {"SIGTTOU"}
RARE = {"SIGSTKFLT", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGPOLL", "SIGPWR", "SIGRTMIN", "SIGRTMAX"}
TERM = "SIGTERM (asked to end, by kill, a scheduler or its launcher)"


def test_every_signal_that_ends_a_program_has_a_meaning():
    named = {number.name for number in signal.Signals} - GO_ON - RARE
    assert [name for name in named if not signal_meaning(signal.Signals[name])] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-15, f"killed by {TERM}"),
        (-9, "killed by SIGKILL (the kernel's out-of-memory killer, or somebody)"),
        (-40, "killed by signal 40"),
        (143, "exit 143 (SIGTERM: asked to end, by kill, a scheduler or its launcher)"),
        (137, "exit 137 (SIGKILL: the kernel's out-of-memory killer, or somebody)"),
        (128, "exit 128"),
        (1, "exit 1"),
        (127, "exit 127 (not found)"),
        (255, "exit 255"),
    ],
)
def test_an_end_in_words(code, words):
    assert describe_exit(code) == words


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("-15", "-15 (SIGTERM)"),
        ("143", "143 (SIGTERM)"),
        ("1", "1"),
        ("-40", "-40"),
        ("255", "255"),
    ],
)
def test_an_exit_code_of_a_log_has_its_signals_name(text, name):
    assert name_exit(text) == name
