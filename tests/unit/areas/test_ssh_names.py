"""Logins that wait for a name server which does not answer."""

from __future__ import annotations

import pytest

from checks.facts.caller_name import CallerName
from checks.facts.sshd import Sshd, SshdSetting
from checks.model import Outcome
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "ssh.logins-wait-for-no-name-server"


def server(value, seconds, where="/etc/ssh/sshd_config:3"):
    snap = snapshot(("node1",))
    settings = {"usedns": (SshdSetting(value, where),)} if value else {}
    with_fact(snap, "node1", Sshd("root", settings))
    return with_fact(snap, "node1", CallerName("10.0.0.9", seconds))


@pytest.mark.parametrize(
    ("value", "seconds", "outcome"),
    [
        ("yes", 4.0, Outcome.FAIL),
        ("yes", 0.1, Outcome.PASS),
        ("no", 4.0, Outcome.PASS),
        ("", 4.0, Outcome.PASS),
    ],
)
def test_it_takes_the_setting_and_a_dead_server(value, seconds, outcome):
    finding = judged(server(value, seconds), CHECK)["node1",]
    assert finding.outcome is outcome
    assert finding.cause == ("names-waited-for" if outcome is Outcome.FAIL else "")


@pytest.mark.parametrize(
    ("where", "edit"),
    [("/etc/ssh/sshd_config:3", "sed -i '3s/^/# /' /etc/ssh/sshd_config"), ("", "UseDNS no")],
)
def test_the_line_goes_or_another_comes_first(where, edit):
    fix = judged(server("yes", 4.0, where), CHECK)["node1",].fix
    assert fix and edit in fix.command
