"""A proxy of the ssh configuration that leads nowhere is told as such, not as the target's."""

from __future__ import annotations

import dataclasses
import os
import time

import pytest

from checks.facts.account import Account
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import Sshd
from checks.facts.trust import ClientConfig, Trust
from checks.knowledge.logins.causes import cause_of_text, proxy_complaint
from checks.model import Outcome
from checks.node.probe import shared_connections, trust
from tests.support.snapshots import judged, snapshot, with_fact

EVERY = "ssh.every-node-logs-in-to-every-node"
CUT = "kex_exchange_identification: Connection closed by remote host\r\n"
UNKNOWN = "Connection closed by UNKNOWN port 65535"
NO_BASTION = "ssh: Could not resolve hostname bastion: Name or service not known\r\n"
JUMP = ClientConfig("root", "node2", proxy="ProxyJump bastion", proxy_in=("/root/.ssh/config:2",))


def reported(err, client, code=255):
    """What is found of node1's login to node2."""
    snap = snapshot(("node1", "node2"))
    row = {"node1": LoginAttempt(0, "node1", True), "node2": LoginAttempt(code, err=err)}
    with_fact(snap, "node1", SshRow(row))
    with_fact(snap, "node1", Trust("root", "/root", special={"node2": client}))
    with_fact(snap, "node2", Sshd("root"))
    with_fact(snap, "node2", Account("root", 0, "/root", "/bin/sh", "node2", "", "", "3", "", 1, 1))
    return judged(snap, EVERY)["node1", "node2"]


def test_the_proxy_is_named_with_its_line_and_its_words():
    finding = reported(NO_BASTION + CUT + UNKNOWN, JUMP)
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, "proxy-fails")
    for part in ("`ProxyJump bastion`", "/root/.ssh/config:2", "resolve hostname bastion"):
        assert part in finding.message
    assert finding.fix.on == "node1"
    assert "Host node2\\n  ProxyCommand none\\n" in finding.fix.command


@pytest.mark.parametrize(
    ("err", "code"), [("ssh_exchange_identification: Connection closed", 255), ("", None)]
)
def test_an_older_client_and_a_proxy_that_hangs_are_told_by_the_configuration(err, code):
    assert reported(err, JUMP, code).cause == "proxy-fails"


def test_without_a_proxy_a_cut_banner_is_the_targets():
    cut = CUT + "Connection closed by 10.0.0.2 port 22"
    assert reported(cut, ClientConfig("root", "node2")).cause == "throttled"


def test_a_refusal_behind_a_proxy_that_works_is_the_targets():
    assert reported("Access denied by pam_slurm_adopt\n" + UNKNOWN, JUMP).cause == "shell-refuses"
    assert reported("root@node2: Permission denied (publickey).", JUMP).cause == "key-missing"


def test_a_proxy_that_hangs_is_told_by_openssh_s_own_words():
    err = (
        "Connection timed out during banner exchange\r\nConnection to UNKNOWN port 65535 timed out"
    )
    assert cause_of_text(err) == "proxy-fails"
    assert proxy_complaint(err) == ""


def test_the_real_client_tells_the_proxy_and_where_it_is_set(tmp_path, monkeypatch):
    (tmp_path / "config").write_text(
        "Host node2\n  ProxyCommand none\nHost *\n ProxyJump  bastion\n"
    )
    path = str(tmp_path / "config")
    monkeypatch.setattr(trust, "config_files", lambda: [path, "/dev/null"])
    monkeypatch.setattr(trust, "run_command", _with_file(trust.run_command, path))
    usual, special = trust.settings_by_peer([{"name": "node1"}, {"name": "node2"}], str(tmp_path))
    assert usual == special["node1"]
    assert (usual["proxy"], usual["proxy_in"]) == ("ProxyJump bastion", [f"{path}:4"])
    assert "proxy" not in special["node2"]


def _with_file(run, path):
    return lambda words, limit: run([words[0], "-F", path, *words[1:]], limit)


def test_a_session_type_of_the_client_s_own_is_not_the_targets_shell():
    said = "subsystem request failed on channel 0"
    finding = reported(said, ClientConfig("root", "node2", session="subsystem"))
    assert (finding.cause, finding.fix.on) == ("config-broken", "node1")
    assert "SessionType default" in finding.fix.command
    assert reported(said, ClientConfig("root", "node2")).cause != "config-broken"


def test_a_shared_connection_that_opens_no_session_is_named_with_its_end():
    client = ClientConfig("root", "node2", control_path="/root/.ssh/cm/a b")
    assert reported("", client, 0).cause != "config-broken"
    finding = reported("", dataclasses.replace(client, control_fault="no session"), 0)
    assert finding.cause == "config-broken"
    assert "opens no session" in finding.message
    end = "timeout 5 ssh -O exit node2 || rm -f '/root/.ssh/cm/a b'"
    assert finding.fix.command == end


@pytest.mark.parametrize(
    ("says", "dead"),
    [
        ("mux_client_hello_exchange: master version 4", True),
        ("mux_client_hello_exchange: master version 4; master session id: 2", False),
        ("Connecting to node2 [10.0.0.2] port 22.", False),
    ],
)
def test_only_a_master_that_greets_and_opens_nothing_is_dead(says, dead, tmp_path, monkeypatch):
    ssh = tmp_path / "ssh"
    ssh.write_text(f"#!/bin/sh\necho '{says}' >&2\n: >{tmp_path}/said\nexec sleep 600\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    def wait(process, deadline):
        while not (tmp_path / "said").exists():
            time.sleep(0.01)
        process.kill()
        process.wait()
        return False

    monkeypatch.setattr(shared_connections, "_wait", wait)
    assert shared_connections.dead_shared_connections(["node2"]) == ({"node2"} if dead else set())
