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

CHANGED = """@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
The fingerprint for the ED25519 key sent by the remote host is
SHA256:L2BT2OOv7SFYSYnU1BwNMvZ6QyB5N0JTnPLGeOJ9nEs.
Add correct host key in /dev/null to get rid of this message.
Offending ED25519 key in /root/.ssh/known_hosts:3
Host key for node2 has changed and you have requested strict checking.
Host key verification failed."""

TEXTS = {
    "ssh: Could not resolve hostname node9: Name or service not known": "name-unresolved",
    "ssh: connect to host node2 port 22: Connection refused": "refused",
    "ssh: connect to host node2 port 22: No route to host": "no-route",
    "ssh: connect to host node2 port 22: Network is unreachable": "no-route",
    "ssh: connect to host node2 port 22: Permission denied": "no-route",
    "ssh: connect to host node2 port 22: Connection timed out": "dropped",
    "Connection timed out during banner exchange": "timeout",
    "Host key verification failed.": "host-key-unknown",
    CHANGED: "host-key-changed",
    "kex_exchange_identification: read: Connection reset by peer": "throttled",
    "kex_exchange_identification: banner line 0: Not allowed at this time": "penalised",
    "kex_exchange_identification: banner line 0: Exceeded MaxStartups": "throttled",
    "ssh_exchange_identification: Connection closed by remote host": "throttled",
    "root@node2: Permission denied (publickey).": "key-denied",
    "root@node2: Permission denied (password).": "public-key-auth-off",
    "Permissions 0644 for '/k' are too open.\nroot@n: Permission denied (publickey).": (
        "key-permissions"
    ),
    'Load key "/k": error in libcrypto\nroot@n: Permission denied (publickey).': "key-unreadable",
    'Load key "/k": Permission denied\nroot@n: Permission denied (publickey).': "key-unreadable",
    "/root/.ssh/config: terminating, 1 bad configuration options": "config-broken",
    "Unable to negotiate with 10.0.0.2 port 22: no matching host key type": "no-common-algorithm",
    "Access denied by pam_slurm_adopt\nConnection closed by 10.0.0.2 port 22": "shell-refuses",
    "something new": "ssh-failed",
}


@pytest.mark.parametrize(("text", "cause"), TEXTS.items())
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
    causes = {name: login_cause(LoginAttempt(**told)) for name, told in row["targets"].items()}
    assert causes == {"127.0.0.1": "refused", "no.invalid": "name-unresolved"}
