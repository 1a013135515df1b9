"""Which setting of sshd keeps one login out: lists, groups, root, for one address alone."""

from __future__ import annotations

import os

import pytest

from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import AccessLine, AuthorizedKey, Sshd, SshdSetting
from checks.facts.trust import PrivateKey, Trust
from checks.knowledge.logins.denial import why_denied
from checks.knowledge.logins.sshd_access import barring_setting, effective_setting
from checks.node.probe import sshd as probe
from tests.support.snapshots import judged, snapshot, with_fact

EVERY = "ssh.every-node-logs-in-to-every-node"
FILE = "/etc/ssh/sshd_config:9"
REFUSED = "root@node2: Permission denied (publickey)."


def server(keyword, value, match="", **more):
    return Sshd(
        "root", {keyword: (SshdSetting(value, FILE, match),)}, groups=("root", "adm"), **more
    )


@pytest.mark.parametrize(
    ("keyword", "value", "barred"),
    [
        ("allowusers", "alice bob", True),
        ("allowusers", "alice root", False),
        ("allowusers", "ro*", False),
        ("allowusers", "root@10.0.0.0/24", False),
        ("allowusers", "root@10.9.0.0/24", True),
        ("allowusers", "root@login.example.org", False),
        ("denyusers", "alice", False),
        ("denyusers", "alice r?ot", True),
        ("denyusers", "root@10.0.0.*", True),
        ("denyusers", "root@login.example.org", False),
        ("allowgroups", "users", True),
        ("allowgroups", "users adm", False),
        ("denygroups", "adm", True),
        ("denygroups", "users", False),
        ("permitrootlogin", "no", True),
        ("permitrootlogin", "without-password", False),
    ],
)
def test_whom_a_setting_keeps_out(keyword, value, barred):
    found = barring_setting(server(keyword, value), "root", "10.0.0.1")
    assert (found is not None) is barred


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        ("Address 10.0.0.1", True),
        ("Address 10.0.0.0/24,!10.0.0.1", False),
        ("Address 10.9.0.0/16", False),
        ("User root Address 10.*", True),
        ("User alice", False),
        ("Group adm", True),
        ("Host node1.example.org", False),
        ("LocalPort 22", False),
        ("final", False),
    ],
)
def test_a_match_block_holds_for_those_that_it_is_known_to_fit(match, holds):
    found = effective_setting(server("denyusers", "root", match), "denyusers", "root", "10.0.0.1")
    assert (found is not None) is holds


def test_what_a_block_says_goes_before_what_all_are_told():
    both = (SshdSetting("root", FILE), SshdSetting("alice", "/f:3", "Address 10.0.0.1"))
    settings = Sshd("root", {"allowusers": both})
    assert barring_setting(settings, "root", "10.0.0.2") is None
    assert barring_setting(settings, "root", "10.0.0.1") == ("allowusers", both[1])


def test_groups_of_another_account_accuse_nobody():
    assert barring_setting(server("allowgroups", "users"), "alice", "10.0.0.1") is None


def test_the_denial_names_the_setting_its_line_and_for_whom():
    reported = server("denyusers", "root", "Address 10.0.0.1", accounts=("root",))
    denial = why_denied(REFUSED, None, reported, "10.0.0.1")
    assert (denial.cause, denial.keyword) == ("key-denied", "denyusers")
    assert denial.detail == f"{FILE}: DenyUsers root, for Address 10.0.0.1"


def test_the_line_of_access_conf_is_named_and_the_nodes_are_let_in_before_it():
    reported = Sshd(
        "root",
        {"usepam": (SshdSetting("yes", FILE),)},
        accounts=("root",),
        pam_access=(AccessLine("/etc/security/access.conf:2", "- : ALL : ALL", True),),
    )
    snap = snapshot(("node1", "node2"))
    err = "Connection closed by 10.0.0.2 port 22"
    attempt = LoginAttempt(255, err=err, authenticated=True)
    with_fact(snap, "node1", SshRow({"node2": attempt}))
    finding = judged(with_fact(snap, "node2", reported), EVERY)["node1", "node2"]
    assert finding.cause == "shell-refuses"
    assert "/etc/security/access.conf:2: pam_access refuses root" in finding.message
    assert (finding.fix.on, finding.fix.command[:7]) == ("node2", "sed -i ")


@pytest.mark.parametrize(
    ("agent", "before"),
    [((), "/k/id_rsa and /k/id_ecdsa"), (("SHA256:a", "SHA256:b"), "the agent's keys")],
)
def test_the_keys_that_come_before_the_right_one_are_named_where_sshd_hangs_up(agent, before):
    keys = tuple(PrivateKey(f"/k/id_{kind}", "", kind) for kind in ("rsa", "ecdsa", "new", "old"))
    reported = server(
        *("maxauthtries", "2"),
        authorized=(AuthorizedKey("new", "/root/.ssh/authorized_keys:1"),),
        accounts=("root",),
    )
    err = "Received disconnect from 10.0.0.2 port 22:2: Too many authentication failures"
    snap = snapshot(("node1", "node2"))
    with_fact(snap, "node1", SshRow({"node2": LoginAttempt(255, err=err)}))
    with_fact(snap, "node1", Trust("root", "/root", keys=keys, agent=agent))
    finding = judged(with_fact(snap, "node2", reported), EVERY)["node1", "node2"]
    assert "sshd hangs up before its ssh has offered the right key" in finding.message
    assert f"MaxAuthTries 2, and {before} come before /k/id_new" in finding.message
    assert "IdentityFile /k/id_new" in finding.fix.command


def test_a_network_in_a_list_is_kept_whole_by_the_fix():
    reported = Sshd(
        "root", {"allowusers": (SshdSetting("*@10.9.0.0/16", FILE),)}, accounts=("root",)
    )
    snap = snapshot(("node1", "node2"))
    with_fact(snap, "node1", SshRow({"node2": LoginAttempt(255, err=REFUSED)}))
    finding = judged(with_fact(snap, "node2", reported), EVERY)["node1", "node2"]
    assert finding.cause == "key-denied"
    assert r"sed -i '9s/.*/AllowUsers *@10.9.0.0\/16 root/'" in finding.fix.command


def test_lines_of_a_list_add_up(tmp_path):
    file = tmp_path / "sshd_config"
    file.write_text("AllowUsers a\nAllowUsers root\nMatch User x\n AllowUsers y\n")
    reported = probe.sshd_settings(["-f", str(file)])["allowusers"]
    outside = [entry for entry in reported if not entry["match"]]
    assert outside[0]["value"].split() == ["a", "root"]
    assert [entry["value"] for entry in reported if entry["match"]] == ["y"]


def test_the_groups_of_a_login_are_told_by_name():
    found = probe.group_names()
    assert len(found) <= len({os.getgid(), *os.getgroups()})
    assert all(isinstance(name, str) and not name.isdigit() for name in found)


@pytest.mark.parametrize(
    ("text", "asked"),
    [("AllowUsers a\n", False), ("DenyGroups a\n", True), ("Match Group a\n DenyUsers b\n", True)],
)
def test_groups_are_asked_for_only_where_a_setting_goes_by_them(text, asked, tmp_path):
    file = tmp_path / "sshd_config"
    file.write_text(text)
    assert probe.names_groups(probe.sshd_settings(["-f", str(file)])) is asked


def test_sshds_own_word_on_an_address_goes_before_what_is_read():
    reported = Sshd(
        "root",
        {
            "authenticationmethods": (
                SshdSetting("any"),
                SshdSetting("publickey,password", FILE, "Host *.org"),
            )
        },
        by_address={"10.0.0.1": {"authenticationmethods": "publickey,password"}},
        accounts=("root",),
    )
    denial = why_denied(REFUSED, None, reported, "10.0.0.1")
    assert denial.refusal and denial.refusal.line == "AuthenticationMethods publickey"
    assert denial.setting and denial.setting.where == FILE
    assert not why_denied(REFUSED, None, reported, "10.0.0.2").refusal


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ("publickey,password", True),
        ("publickey,keyboard-interactive publickey", False),
        ("any", False),
        ("hostbased,publickey", True),
    ],
)
def test_a_key_alone_must_be_one_of_the_ways(value, refused):
    reported = server("authenticationmethods", value, accounts=("root",))
    assert bool(why_denied(REFUSED, None, reported, "10.0.0.1").refusal) is refused


@pytest.mark.parametrize(
    ("kind", "taken", "refused"),
    [
        ("ssh-rsa", "rsa-sha2-256,ssh-ed25519", False),
        ("ssh-rsa", "ssh-rsa,ssh-ed25519", True),
        ("ssh-ed25519", "rsa-sha2-512", True),
        ("ssh-ed25519", "+ssh-rsa", False),
    ],
)
def test_a_key_signs_by_algorithms_of_its_type(kind, taken, refused):
    client = Trust("root", "/root", keys=(PrivateKey("/k", f"{kind} AAAA", "SHA256:k"),))
    reported = server("pubkeyacceptedalgorithms", taken, accounts=("root",))
    denial = why_denied(REFUSED, client, reported, "10.0.0.1")
    assert bool(denial.refusal) is refused


def test_what_explains_nothing_says_what_it_excludes():
    client = Trust("root", "/root", keys=(PrivateKey("/k", "ssh-ed25519 AAAA", "SHA256:k"),))
    reported = Sshd(
        "root",
        accounts=("root",),
        authorized_files=("/root/.ssh/authorized_keys",),
        authorized=(AuthorizedKey("SHA256:k", "/root/.ssh/authorized_keys:1"),),
    )
    denial = why_denied(REFUSED, client, reported, "10.0.0.1")
    assert denial.cause == "key-denied"
    assert "/root/.ssh/authorized_keys" in denial.detail
