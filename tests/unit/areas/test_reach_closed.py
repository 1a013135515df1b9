"""Nodes that let in root alone for a while, and accounts that are over: what is typed there."""

from __future__ import annotations

import pytest

from checks.facts import Login
from tests.support.snapshots import judged, snapshot, with_fact

REACH = "reach.controller-logs-in"
NOTICE = '"System is going down. Unprivileged users are not permitted to log in anymore."'


def not_reached(cause, detail="", printed=""):
    login = Login(
        reached=False,
        cause=cause,
        detail=detail,
        printed=printed,
        user="trainer",
        public_key="ssh-ed25519 AAAA",
    )
    return judged(with_fact(snapshot(), "node3", login), REACH)["node3",]


@pytest.mark.parametrize(
    ("detail", "printed"),
    [
        ("the login shell ran nothing (it ended, exit 254)", ""),
        ("the login shell ran nothing (it ended, exit 254) and printed: no", "no"),
        ("the login shell ran nothing (it ended, exit 1)", NOTICE),
    ],
)
def test_a_node_that_is_closed_for_a_while_is_opened_and_no_file_of_a_shell_is_touched(
    detail, printed
):
    finding = not_reached("shell-refuses", detail, printed)
    assert "keeps all but root out" in finding.message
    assert "rm -f /etc/nologin /run/nologin" in finding.fix.command
    assert "bashrc" not in finding.fix.command


def test_what_ends_otherwise_is_not_called_closed():
    finding = not_reached("shell-refuses", "the login shell ran nothing (it ended, exit 2540)")
    assert "nologin" not in finding.message


def test_an_account_that_is_over_or_locked_is_let_in_with_the_key():
    finding = not_reached("key-denied")
    assert "chage -E -1 $u" in finding.fix.command
    assert "takes away its last day" in finding.fix.note


@pytest.mark.parametrize(
    "printed",
    [
        "WARNING: Your password has expired.\nPassword change required but no TTY available.",
        "You are required to change your password immediately (administrator enforced).",
    ],
)
def test_a_password_that_is_over_is_no_shell_that_fails(printed):
    finding = not_reached("shell-refuses", "exit 1", printed)
    assert "the password of trainer there is over" in finding.message
    assert 'chage -d "$(date +%F)" trainer' in finding.fix.command
    assert "bashrc" not in finding.fix.command
