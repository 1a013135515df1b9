"""A node whose sshd asks a slow program for keys, so that each login to it waits."""

from __future__ import annotations

import pytest

from checks.facts.account import Account
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import Sshd, SshdSetting
from checks.model import Outcome
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "ssh.keys-program-is-quick"
NAMES = ("node1", "node2", "node3")


def causes(seconds, *, program="/sbin/idm-keys", let_in=True):
    """By node, where a login to each takes that long; those of `program` are asked on node2."""
    snap = snapshot(NAMES)
    for source in NAMES:
        attempts = {
            target: LoginAttempt(0, target, let_in, "10.0.0.1", seconds=taken)
            for target, taken in zip(NAMES, seconds, strict=True)
        }
        with_fact(snap, source, SshRow(attempts))
        with_fact(
            snap, source, Account("root", 0, "/root", "/bin/sh", source, "", "", "3", "", 1, 1)
        )
    setting = SshdSetting(program, "/etc/ssh/sshd_config:9")
    with_fact(snap, "node2", Sshd("root", {"authorizedkeyscommand": (setting,)} if program else {}))
    return {subject[0]: finding for subject, finding in judged(snap, CHECK).items()}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((0.4, 17.0, 0.6), ["", "keys-program-slow", ""]),
        ((0.4, 4.0, 0.6), ["", "", ""]),
        ((12.0, 17.0, 14.0), ["", "", ""]),
    ],
    ids=["one", "a-little", "all-of-a-busy-machine"],
)
def test_a_node_is_slow_beside_the_others(seconds, expected):
    assert [finding.cause for finding in causes(seconds).values()] == expected


def test_a_login_that_was_not_let_in_says_nothing_of_how_long_one_takes():
    found = causes((0.4, 17.0, 0.6), let_in=False)
    assert not any(finding.cause == "keys-program-slow" for finding in found.values())


@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("/sbin/idm-keys %u", "time /sbin/idm-keys root >/dev/null"),
        ("/sbin/idm-keys", "time /sbin/idm-keys root >/dev/null"),
        ("/sbin/idm-keys --user=%u", "time /sbin/idm-keys --user=root >/dev/null"),
    ],
)
def test_the_program_that_is_asked_for_keys_is_named(program, command):
    finding = causes((0.4, 17.0, 0.6), program=program)["node2"]
    assert (finding.cause, finding.fix.command) == ("keys-program-slow", command)
    assert "/sbin/idm-keys for keys first (/etc/ssh/sshd_config:9)" in finding.message


@pytest.mark.parametrize("program", ["", "none"])
def test_where_no_program_is_asked_none_is_blamed(program):
    assert causes((0.4, 17.0, 0.6), program=program)["node2"].outcome is Outcome.PASS
