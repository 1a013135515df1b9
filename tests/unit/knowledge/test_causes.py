"""What OpenSSH says, and the cause that it stands for; the texts are those of real clients."""

from __future__ import annotations

import pytest

from checks.facts.ssh import LoginAttempt
from checks.knowledge.logins.causes import (
    CAUSE_MEANING,
    cause_of_text,
    login_cause,
    offending_line,
    presented_fingerprint,
)
from checks.node.probe import ssh
from tests.support.login_texts import CHANGED, LOGIN_TEXTS


@pytest.mark.parametrize(("text", "cause"), LOGIN_TEXTS.items())
def test_each_text_has_its_cause(text, cause):
    assert cause_of_text(text) == cause
    assert cause in CAUSE_MEANING


@pytest.mark.parametrize(
    ("attempt", "cause"),
    [
        (LoginAttempt(code=0, hostname="node2", authenticated=True), ""),
        (LoginAttempt(code=3, hostname="node2", authenticated=True), ""),
        (LoginAttempt(code=1, authenticated=True), "shell-refuses"),
        (LoginAttempt(code=None, authenticated=True), "shell-hangs"),
        (LoginAttempt(code=None, hostname="node2", authenticated=True), "shell-hangs"),
        (LoginAttempt(code=None), "timeout"),
        (LoginAttempt(code=0, hostname=""), "ssh-failed"),
    ],
)
def test_a_session_is_told_from_a_login(attempt, cause):
    assert login_cause(attempt) == cause


def test_reads_what_a_changed_host_key_names():
    assert offending_line(CHANGED) == ("/root/.ssh/known_hosts", 3)
    assert presented_fingerprint(CHANGED) == "SHA256:L2BT2OOv7SFYSYnU1BwNMvZ6QyB5N0JTnPLGeOJ9nEs"
    assert offending_line("Host key verification failed.") is None


def test_the_real_client_tells_refused_from_unresolved():
    def target(name, port):
        return {"name": name, "port": port, "user": "x", "known_hosts": ["/dev/null"], "kex": ""}

    row = ssh.ssh({"targets": [target("127.0.0.1", 1), target("no.invalid", 22)], "window": 2})
    causes = {
        name: login_cause(LoginAttempt(**reported)) for name, reported in row["targets"].items()
    }
    assert causes == {"127.0.0.1": "refused", "no.invalid": "name-unresolved"}
