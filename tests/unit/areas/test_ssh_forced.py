"""A forced command is told with its line, and taken out of it without the key's other options."""

from __future__ import annotations

import dataclasses
import subprocess

import pytest

from checks.facts import Login
from checks.facts.account import Account
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import AuthorizedKey, Sshd, SshdSetting
from checks.facts.trust import ClientConfig, PrivateKey, Trust
from checks.knowledge.logins.forced_command import drop_command_edit
from checks.model import Outcome
from tests.support.snapshots import judged, snapshot, with_fact

EVERY = "ssh.every-node-logs-in-to-every-node"
REACH = "reach.controller-logs-in"
WHERE = "/root/.ssh/authorized_keys:2"
KEY = PrivateKey("/root/.ssh/id_ed25519", "ssh-ed25519 AAAA1", "SHA256:one")
ROOT = Account("root", 0, "/root", "/bin/bash", "node2", "", "", "3", "", 1, 1)
REFUSED = LoginAttempt(3, authenticated=True, err="no")


def reported(sshd, attempt=REFUSED, who=ROOT):
    """What is found of node1's login to node2."""
    snap = snapshot(("node1", "node2"))
    with_fact(snap, "node1", SshRow({"node1": LoginAttempt(0, "node1", True), "node2": attempt}))
    with_fact(snap, "node1", Trust("root", "/root", ClientConfig("root", "node2"), keys=(KEY,)))
    with_fact(with_fact(snap, "node2", sshd), "node2", who)
    return judged(snap, EVERY)["node1", "node2"]


def accepting(options, fingerprint="SHA256:one", user="root"):
    return Sshd(user, authorized=(AuthorizedKey(fingerprint, WHERE, options),))


@pytest.mark.parametrize("code", [0, 3, None])
def test_a_command_before_the_key_is_named_with_its_line(code):
    finding = reported(accepting('command="echo no"'), LoginAttempt(code, authenticated=True))
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, "forced-command")
    assert f'{WHERE} gives its key command="echo no"' in finding.message
    assert finding.fix.on == "node2"
    assert finding.fix.command.startswith("sed -i '2s/")


def test_forcecommand_of_sshd_is_named_with_its_line():
    settings = {"forcecommand": (SshdSetting("echo no", "/etc/ssh/sshd_config:9", "Address 10.*"),)}
    finding = reported(Sshd("root", settings))
    assert finding.cause == "forced-command"
    assert "/etc/ssh/sshd_config:9: ForceCommand echo no, for Address 10.*" in finding.message
    assert finding.fix.command.startswith("sed -i '9s/^/# /' /etc/ssh/sshd_config && ")


@pytest.mark.parametrize(
    "sshd",
    [
        accepting("no-pty,restrict"),
        accepting('command="echo no"', fingerprint="SHA256:another"),
        accepting('command="echo no"', user="alice"),
        Sshd("root", {"forcecommand": (SshdSetting("none", "/f:1"),)}),
        Sshd("root", {"forcecommand": (SshdSetting("echo no", "/f:1", "User alice"),)}),
    ],
)
def test_what_does_not_bear_on_this_login_is_not_accused(sshd):
    assert reported(sshd).cause == "shell-refuses"


def test_a_closed_account_is_told_before_a_forced_command():
    closed = dataclasses.replace(ROOT, shell="/usr/sbin/nologin")
    assert reported(accepting('command="echo no"'), who=closed).cause == "shell-refuses"


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ('command="echo no"', ""),
        ('from="10.0.0.0/8",command="a \\"b\\", c",no-pty', 'from="10.0.0.0/8",no-pty '),
        ('restrict,command="x"', "restrict "),
    ],
)
def test_the_line_keeps_its_key_and_its_other_options(options, left, tmp_path):
    key, file = "sk-ssh-ed25519@openssh.com AAAA1 me@ssh-host", tmp_path / "authorized_keys"
    file.write_text(f"{key}\n{options} {key}\n")
    sed = drop_command_edit(AuthorizedKey("", WHERE, options))
    subprocess.run(["sed", "-i", sed, str(file)], check=True)
    assert file.read_text() == f"{key}\n{left}{key}\n"


def reached(**login):
    snap = with_fact(snapshot(), "node2", Login(False, "shell-refuses", user="root", **login))
    return judged(snap, REACH)["node2",].fix


def test_what_ends_a_session_is_looked_for_at_the_console_in_the_order_in_which_it_acts():
    fix = reached(printed="no", public_key="ssh-ed25519 AAAA/1")
    key, sshd, shell = fix.command.split(" || ", 2)
    assert key.startswith("{ grep -qs 'command=.*AAAA/1' ~root/.ssh/authorized_keys && sed -i")
    assert "forcecommand" in sshd
    assert "usermod -s /bin/bash root" in shell
    assert "command=" in fix.note


def test_a_closed_account_is_given_a_shell():
    said = "This account is currently not available."
    assert reached(printed=said).command == "usermod -s /bin/bash root"


def test_a_refused_key_says_what_else_it_may_be():
    login = Login(False, "key-denied", user="root", public_key="ssh-ed25519 AAAA")
    note = judged(with_fact(snapshot(), "node2", login), REACH)["node2",].fix.note
    for word in ("AllowUsers", "DenyUsers", "AllowGroups", "PermitRootLogin", "from="):
        assert word in note
