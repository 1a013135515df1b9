"""What is asked of a person, where there is one and where there is none."""

from __future__ import annotations

import io
import sys
from argparse import Namespace

import pytest

from checks.errors import UsageError
from launcher.commands.remote_scripts import ask_consent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)],
    ids=["y", "yes", "n", "return", "Ctrl-D"],
)
def test_only_a_yes_agrees(monkeypatch, typed, agreed):
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert ask_consent("Apply?", Namespace(yes=False)) is agreed


def test_where_nobody_can_be_asked_it_says_what_to_add(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match="add --yes"):
        ask_consent("Apply?", Namespace(yes=False))
    assert ask_consent("Apply?", Namespace(yes=True))
