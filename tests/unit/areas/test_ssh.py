from __future__ import annotations

import dataclasses

import pytest

from checks.facts import Login
from checks.facts.account import Account
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import NameLookup, Names
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import AuthorizedKey, GuardedPath, HostKey, Sshd, SshdSetting
from checks.facts.trust import PrivateKey, Trust
from checks.model import Outcome, Severity
from checks.stages.ssh_mesh import rotate_from
from tests.support.snapshots import judged, snapshot, with_fact

EVERY = "ssh.every-node-logs-in-to-every-node"
GOOD = LoginAttempt(code=0, authenticated=True, seconds=0.2)
DENIED = "root@node2: Permission denied (publickey)."
KEY = PrivateKey("/root/.ssh/id_ed25519", "ssh-ed25519 AAAA1", "SHA256:one")


def who(name, shell="/bin/bash"):
    return Account("root", 0, "/root", shell, name, "m", "b", "3.11.2", "Linux", 8, 1)


def cluster(trust=None, sshd=None, names=None, **towards_node2):
    """node1 and node2, all well but for node1's login to node2."""
    snap = snapshot(("node1", "node2"))
    for index, name in enumerate(("node1", "node2"), 1):
        row = {peer: dataclasses.replace(GOOD, hostname=peer) for peer in ("node1", "node2")}
        if name == "node1" and towards_node2:
            row["node2"] = LoginAttempt(**towards_node2)
        with_fact(snap, name, SshRow(row))
        with_fact(snap, name, who(name))
        with_fact(snap, name, Interfaces((Interface("eth0", ipv4=(f"10.0.0.{index}/24",)),)))
    with_fact(snap, "node1", trust or Trust("root", "/root", keys=(KEY,)))
    with_fact(snap, "node2", sshd or Sshd("root", accounts=("root",)))
    if names:
        with_fact(snap, "node1", names)
    return snap


def bad(snap):
    found = judged(snap, EVERY)
    assert {pair for pair, finding in found.items() if finding.outcome is not Outcome.PASS} == {
        ("node1", "node2")
    }
    return found["node1", "node2"]


def denied(**facts):
    return bad(cluster(code=255, err=DENIED, **facts))


def test_all_log_in():
    assert {finding.outcome for finding in judged(cluster(), EVERY).values()} == {Outcome.PASS}


def test_a_login_at_the_second_try_passes_and_says_so():
    snap = cluster(code=0, hostname="node2", authenticated=True, tries=2)
    assert "throttled" in judged(snap, EVERY)["node1", "node2"].message


def test_a_pair_that_was_not_tried_is_unknown():
    snap = cluster()
    with_fact(snap, "node1", SshRow({"node1": dataclasses.replace(GOOD, hostname="node1")}))
    assert bad(snap).outcome is Outcome.UNKNOWN


def test_another_machine_answers():
    finding = bad(cluster(code=0, hostname="node7", authenticated=True))
    assert finding.cause == "wrong-host"
    assert "node7" in finding.message


@pytest.mark.parametrize("resolved", [NameLookup(error="unknown"), NameLookup(("10.9.9.9",))])
def test_a_wrong_name_is_told_by_names(resolved):
    names = Names("node1", peers={"node2": resolved})
    finding = bad(cluster(code=255, err="Host key verification failed.", names=names))
    assert finding.outcome is Outcome.SKIP
    assert "names." in finding.message


def test_an_unknown_host_key_is_fixed_with_the_real_one():
    sshd = Sshd("root", host_keys=(HostKey("ssh-ed25519 AAAAhost", "SHA256:h"),))
    finding = bad(cluster(code=255, err="Host key verification failed.", sshd=sshd))
    assert finding.cause == "host-key-unknown"
    assert finding.fix.on == "node1"
    assert "echo 'node2 ssh-ed25519 AAAAhost' >> ~/.ssh/known_hosts" in finding.fix.command


def test_a_host_key_that_is_not_the_nodes_own_is_another_host():
    sshd = Sshd("root", host_keys=(HostKey("ssh-ed25519 AAAAhost", "SHA256:h"),))
    err = "REMOTE HOST IDENTIFICATION HAS CHANGED!\nSHA256:other.\n"
    assert bad(cluster(code=255, err=err, sshd=sshd)).cause == "wrong-host"
    stale = err.replace("other", "h") + "Offending ED25519 key in /root/.ssh/known_hosts:3\n"
    finding = bad(cluster(code=255, err=stale, sshd=sshd))
    assert finding.cause == "host-key-changed"
    assert "ssh-keygen -R node2 -f /root/.ssh/known_hosts" in finding.fix.command


@pytest.mark.parametrize(
    ("keys", "cause", "command"),
    [
        ((), "key-missing", "ssh-keygen -q -t ed25519"),
        ((dataclasses.replace(KEY, encrypted=True),), "key-passphrase", "ssh-keygen -p -N ''"),
        ((dataclasses.replace(KEY, too_open=True),), "key-permissions", "chmod 600 /root/.ssh/id"),
        ((dataclasses.replace(KEY, mismatched=True),), "key-mismatched", "ssh-keygen -y -f /root/"),
        ((dataclasses.replace(KEY, readable=False),), "key-unreadable", "/root/.ssh/id_ed25519"),
    ],
)
def test_what_is_wrong_with_the_clients_key(keys, cause, command):
    finding = denied(trust=Trust("root", "/root", keys=keys))
    assert (finding.cause, finding.fix.on) == (cause, "node1")
    assert command in finding.fix.command


def test_an_agent_may_hold_what_the_files_do_not():
    trust = Trust("root", "/root", agent=("SHA256:one",))
    sshd = Sshd("root", accounts=("root",), authorized=(AuthorizedKey("SHA256:one", "/a:1"),))
    assert denied(trust=trust, sshd=sshd).cause == "key-denied"


def test_the_key_is_appended_where_it_is_missing():
    sshd = Sshd("root", accounts=("root",), authorized_files=("/root/.ssh/authorized_keys",))
    finding = denied(sshd=sshd)
    assert (finding.cause, finding.fix.on) == ("key-not-authorized", "node2")
    assert "echo 'ssh-ed25519 AAAA1 node1' >> /root/.ssh/authorized_keys" in finding.fix.command


def test_an_option_before_the_key_may_shut_it_out():
    line = AuthorizedKey("SHA256:one", "/root/.ssh/authorized_keys:4", 'from="10.1.*"')
    finding = denied(sshd=Sshd("root", accounts=("root",), authorized=(line,)))
    assert finding.cause == "key-not-authorized"
    assert "sed -i '4s/" in finding.fix.command


def test_sshd_does_not_trust_a_path():
    paths = (GuardedPath("/root/.ssh/authorized_keys", "0666", "root", safe=False),)
    finding = denied(sshd=Sshd("root", accounts=("root",), guarded=paths))
    assert finding.cause == "authorized-keys-permissions"
    assert finding.fix.command == "chmod u+r,go-w /root/.ssh/authorized_keys"


def test_loose_permissions_do_not_matter_without_strict_modes():
    paths = (GuardedPath("/root/.ssh/authorized_keys", "0666", "root", safe=False),)
    settings = {"strictmodes": (SshdSetting("no"),)}
    sshd = Sshd("root", settings, accounts=("root",), guarded=paths)
    assert denied(sshd=sshd).cause == "key-not-authorized"


def test_public_keys_are_off_names_the_line():
    settings = {"pubkeyauthentication": (SshdSetting("no", "/etc/ssh/sshd_config:12"),)}
    finding = bad(
        cluster(
            code=255,
            err="root@node2: Permission denied (password).",
            sshd=Sshd("root", settings),
        )
    )
    assert finding.cause == "public-key-auth-off"
    assert "sed -i '12s/.*/PubkeyAuthentication yes/' /etc/ssh/sshd_config" in finding.fix.command


def test_there_is_no_such_account_unless_a_directory_may_have_it():
    assert denied(sshd=Sshd("ubuntu", accounts=("ubuntu",))).cause == "user-unknown"
    assert denied(sshd=Sshd("ubuntu", accounts=(), other_accounts=True)).cause == "key-denied"


def test_the_lists_of_sshd_keep_an_account_out():
    settings = {"allowusers": (SshdSetting("alice bob", "/etc/ssh/sshd_config:9"),)}
    finding = denied(sshd=Sshd("root", settings, accounts=("root",)))
    assert "AllowUsers alice bob" in finding.message
    assert "9s/.*/AllowUsers alice bob root/" in finding.fix.command


def test_a_noisy_shell_warns_and_says_what_breaks_on_the_head():
    snap = cluster()
    with_fact(snap, "node1", Login(reached=True, noise="Welcome to node1\n"))
    found = judged(snap, "ssh.shell-is-quiet")
    assert found["node2",].outcome is Outcome.PASS
    noisy = found["node1",]
    assert (noisy.severity, noisy.cause) == (Severity.WARN, "shell-noisy")
    assert "'Welcome'" in noisy.message


@pytest.mark.parametrize(
    ("rc_file", "user"), [("/root/.ssh/rc", "root"), ("/etc/ssh/sshrc", "ann"), ("", "root")]
)
def test_what_sshd_runs_before_a_command_is_named_where_a_login_is_noisy(rc_file, user):
    snap = cluster()
    with_fact(snap, "node1", Login(reached=True, noise="Welcome\n", user=user))
    with_fact(snap, "node1", Sshd(user, rc_file=rc_file))
    finding = judged(snap, "ssh.shell-is-quiet")["node1",]
    assert ("sshd runs" in finding.message) is bool(rc_file)
    assert ("SSH_TTY" in finding.fix.command) is bool(rc_file)


def test_each_node_begins_with_itself():
    assert rotate_from(["a", "b", "c"], "b") == ["b", "c", "a"]


def test_a_source_that_sshd_penalises_is_excepted_once_for_all_nodes():
    reported = "kex_exchange_identification: banner line 0: Not allowed at this time"
    finding = bad(cluster(code=255, err=reported))
    assert finding.cause == "penalised"
    assert finding.fix.on == "node2"
    assert "PerSourcePenaltyExemptList " in finding.fix.command
    assert "sshd -t" in finding.fix.command


@pytest.mark.parametrize(
    ("address", "seconds", "outcome"),
    [
        ("10.0.0.2", 10.1, Outcome.FAIL),
        ("10.0.0.2", 0.2, Outcome.PASS),
        ("fd77::2", 10.1, Outcome.PASS),
    ],
)
def test_a_login_that_waits_for_a_dead_address_warns(address, seconds, outcome):
    names = Names("node1", peers={"node2": NameLookup(("fd77::2", "10.0.0.2"))})
    login = {"hostname": "node2", "address": address, "seconds": seconds}
    snap = cluster(names=names, code=0, authenticated=True, **login)
    found = judged(snap, EVERY)[("node1", "node2")]
    assert (found.outcome, found.stops) == (outcome, False)
    if outcome is Outcome.FAIL:
        assert found.cause == "dead-address"
        assert r"AddressFamily inet\n" in found.fix.command
