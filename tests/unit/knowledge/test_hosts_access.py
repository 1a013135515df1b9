"""TCP wrappers as hosts_access(5) has them: the first line that fits decides."""

from __future__ import annotations

import pytest

from checks.facts.sshd import AccessLine
from checks.knowledge.logins.hosts_access import admit_command, refusing_line

CALLER = "10.0.0.2"


def lines(*denied, allowed=()):
    allow = [AccessLine(f"/etc/hosts.allow:{at}", text) for at, text in enumerate(allowed, 1)]
    deny = [AccessLine(f"/etc/hosts.deny:{at}", text, True) for at, text in enumerate(denied, 1)]
    return [*allow, *deny]


@pytest.mark.parametrize(
    "text",
    [
        "ALL: ALL",
        "sshd: ALL EXCEPT 10.0.0.254",
        "ALL EXCEPT ftpd : 10.0.0.",
        "sshd, vsftpd : 10.0.0.0/255.255.255.0",
        "sshd : 10.0.0.0/24 : spawn (echo %h) &",
        "sshd@10.0.0.1 : 10.0.?.2",
        "sshd: .cluster",
        "sshd: node2.cluster",
        "sshd: root@10.0.0.2",
        "sshd: LOCAL",
        "sshd: ALL EXCEPT 10.0.0.0/28 EXCEPT 10.0.0.2",
    ],
)
def test_a_line_that_fits_the_caller_keeps_it_out(text):
    found = refusing_line(lines(text), CALLER, ("node2", "node2.cluster"))
    assert found is not None
    assert found.where == "/etc/hosts.deny:1"


@pytest.mark.parametrize(
    "text",
    [
        "ftpd: ALL",
        "sshd: ALL EXCEPT 10.0.0.0/24",
        "ALL EXCEPT sshd: ALL",
        "sshd: 10.0.1.",
        "sshd: [2001:db8::]/32",
        "sshd: .elsewhere",
        "sshd: PARANOID",
        "sshd: @untrusted",
        "sshd: ALL EXCEPT .elsewhere",
        "sshd: 10.0.0.2 : allow",
        "",
    ],
)
def test_what_does_not_fit_or_cannot_be_known_accuses_no_line(text):
    assert refusing_line(lines(text), CALLER, ("node2", "node2.cluster")) is None


def test_what_is_let_in_first_is_not_kept_out():
    denied = ("ALL: ALL",)
    assert refusing_line(lines(*denied, allowed=("sshd: 10.0.0.0/24",)), CALLER, ()) is None
    assert refusing_line(lines(*denied, allowed=("sshd: .maybe",)), CALLER, ()) is None
    found = refusing_line(lines(allowed=("sshd: 10.0.0.2 : deny", "ALL: ALL")), CALLER, ())
    assert found and found.where == "/etc/hosts.allow:1"
    twisted = refusing_line(lines(allowed=("sshd: ALL : twist /bin/false",)), CALLER, ())
    assert twisted is not None
    assert refusing_line(lines("ALL: ALL"), "", ()) is None


def test_networks_are_let_in_as_wrappers_write_them():
    typed = admit_command(("10.0.0.0/30", "2001:db8::/64"))
    assert "sshd: 10.0.0.0/255.255.255.252 [2001:db8::]/64" in typed
    assert typed.count("/etc/hosts.allow") > 1
