from __future__ import annotations

import re
import shlex

import pytest

from checks.contact.identity import SILENT
from checks.facts import Login
from checks.facts.interfaces import Interface, Interfaces
from checks.knowledge.logins.causes import CAUSE_MEANING
from checks.model import Outcome, Ssh
from tests.support.paths import ROOT
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "reach.controller-logs-in"


def found(**login):
    snap = snapshot(("node1", "node2"), ssh=login.pop("ssh", Ssh()))
    fields = {"reached": False, "user": "root", **login}
    return judged(with_fact(snap, "node2", Login(**fields)), CHECK)


def test_reached():
    assert {finding.outcome for finding in found(reached=True).values()} == {Outcome.PASS}


@pytest.mark.parametrize("cause", [*CAUSE_MEANING, "never-heard-of"])
def test_every_cause_blocks_with_a_fix(cause):
    findings = found(cause=cause, detail="seen here")
    assert findings["node1",].outcome is Outcome.PASS
    finding = findings["node2",]
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, cause)
    assert "seen here" in finding.message
    assert finding.fix.command
    assert finding.fix.on in ("this machine", "node2")


def test_a_public_key_whose_private_one_is_in_no_agent_makes_no_new_key():
    said = "/k/id.pub is a public key, and no agent has the private one"
    finding = found(cause="key-missing", detail=said, key="/k/id.pub")["node2",]
    assert finding.fix.command == "ssh-add -l"
    assert "IdentityAgent" in finding.fix.note


def test_the_presented_key_is_put_on_file():
    finding = found(cause="host-key-unknown", host_key="ssh-ed25519 AAAA", port=2222)["node2",]
    assert "echo '[node2]:2222 ssh-ed25519 AAAA' >> ~/.ssh/known_hosts" in finding.fix.command


def test_a_stale_key_is_forgotten_where_the_ssh_config_says():
    config = {"host_name": "10.0.0.2", "known_hosts": "/a b/known", "ssh": Ssh(config="/c")}
    finding = found(cause="host-key-changed", host_key="ssh-ed25519 AAAA", **config)["node2",]
    assert finding.fix.command == (
        "ssh-keygen -R 10.0.0.2 -f '/a b/known' && echo '10.0.0.2 ssh-ed25519 AAAA' >> '/a b/known'"
    )
    assert "compare" in finding.fix.note


def test_a_refused_key_is_added_by_hand_at_the_nodes_console():
    finding = found(cause="key-denied", public_key="ssh-ed25519 AAAA")["node2",]
    assert finding.fix.on == "node2"
    assert "echo 'ssh-ed25519 AAAA preflight' >> $f" in finding.fix.command
    assert "chmod go-w $h" in finding.fix.command
    assert "ssh-copy-id" in found(cause="key-denied")["node2",].fix.command


def test_an_administrators_fix_needs_sudo_only_where_the_login_is_not_root():
    as_root = found(cause="public-key-auth-off")["node2",].fix.command
    assert "sed -i '1i PubkeyAuthentication yes'" in as_root and "sshd -t && " in as_root
    assert found(cause="public-key-auth-off", user="ann")["node2",].fix.command == (
        f"sudo sh -c {shlex.quote(as_root)}"
    )


@pytest.mark.parametrize(
    "printed",
    [
        "bash: line 1: syntax error near unexpected token `)'",
        'sh: 1: Syntax error: ")" unexpected',
        "zsh: parse error near `)'",
        "fish: Unknown command. 'import sys, types'",
        "Too many )'s.",
    ],
)
def test_a_shell_that_takes_the_probe_for_its_own_text_is_no_forced_command(printed):
    shell = found(cause="shell-refuses", printed=printed, public_key="ssh-rsa AAAA")["node2",].fix
    assert "authorized_keys" not in shell.command
    assert "/etc/bash.bashrc ~/.zshenv; do " in shell.command
    forced = found(cause="shell-refuses", printed="rrsync", public_key="ssh-rsa AAAA")["node2",].fix
    assert "~root/.ssh/authorized_keys" in forced.command


@pytest.mark.parametrize(
    ("printed", "file", "line"),
    [
        ("/root/.bashrc: line 5: /opt/v/bin/activate: No such file", "/root/.bashrc", 5),
        ("-bash: /etc/profile.d/site.sh: line 9: x: not found", "/etc/profile.d/site.sh", 9),
        ("/home/a/.zshenv:3: no such file or directory: /opt", "/home/a/.zshenv", 3),
        ("/root/.bashrc: line 2: a: not found\n/root/.bashrc: line 7: b", "/root/.bashrc", 7),
        ("/etc/bash.bashrc: line 1: no: not found\nno environment", "/etc/bash.bashrc", 1),
    ],
)
def test_a_start_up_file_that_fails_is_named_with_its_line(printed, file, line):
    finding = found(cause="shell-refuses", printed=printed, public_key="ssh-rsa AAAA")["node2",]
    assert f"line {line} of its start-up file {file} fails" in finding.message
    assert finding.fix.command.startswith(f"sed -i '{line}i case $- in")
    assert finding.fix.command.endswith(f" {file}")


def test_the_line_that_takes_what_a_login_is_sent_is_named():
    blamed = "/root/.bashrc:3: exec /bin/bash"
    printed = "bash: line 1: syntax error near `import sys'"
    login = {"printed": printed, "detail": f"the login shell ran nothing: {printed}"}
    finding = found(cause="shell-refuses", blamed=blamed, **login)["node2",]
    assert "/root/.bashrc:3, `exec /bin/bash`, starts another shell" in finding.message
    assert "import sys" not in finding.message
    assert finding.fix.command.startswith("sed -i '3i case $- in")


def test_the_files_that_may_wait_before_a_command_are_named():
    finding = found(cause="shell-hangs", blamed="/root/.ssh/rc", detail="nothing in 15 s")["node2",]
    assert "/root/.ssh/rc, which acts before each command, waits" in finding.message
    assert len(finding.fix.command) < 260
    assert " sed -i " in finding.fix.command


def test_a_command_that_sshd_says_the_key_brings_is_taken_out_of_its_line():
    said = "/root/.ssh/authorized_keys:4: key options: agent-forwarding command pty"
    finding = found(cause="shell-refuses", printed="/a/.bashrc: line 1: x", key_options=said)
    assert "line 4 of its /root/.ssh/authorized_keys runs another" in finding["node2",].message
    assert finding["node2",].fix.command.startswith("sed -i '4s/")
    plain = found(cause="shell-refuses", printed="no", key_options=said.replace(" command", ""))
    assert "authorized_keys" not in plain["node2",].fix.command


def test_no_login_recorded_is_unknown():
    snap = snapshot(("node1",))
    del snap.sections["node1"]["login"]
    assert judged(snap, CHECK)["node1",].outcome is Outcome.UNKNOWN


def test_every_cause_of_the_controllers_logins_has_a_meaning():
    folders = (ROOT / "checks/contact", ROOT / "checks/job")
    text = "".join(path.read_text() for folder in folders for path in folder.glob("*.py"))
    named = set(re.findall(r'LoginError\(\s*"([a-z-]+)"', text))
    assert named
    assert named <= set(CAUSE_MEANING)


def test_a_node_that_has_the_address_of_another_one_is_named_and_gives_it_up():
    snap = snapshot(("node1", "node2", "node3"))
    changed = Login(reached=False, cause="host-key-changed", user="root", host_name="10.0.0.2")
    with_fact(snap, "node2", changed)
    own, both = ("10.0.0.1/24",), ("10.0.0.3/24", "10.0.0.2/24")
    with_fact(snap, "node1", Interfaces((Interface("eth0", ipv4=own),)))
    with_fact(snap, "node3", Interfaces((Interface("eth0", ipv4=both),)))
    finding = judged(snap, CHECK)["node2",]
    assert (finding.cause, finding.fix.on) == ("wrong-host", "node3")
    assert finding.message == "node3 has 10.0.0.2 on its eth0 and answers in the name of node2"
    assert "ip addr del 10.0.0.2/24 dev eth0" in finding.fix.command
    with_fact(snap, "node3", Interfaces((Interface("eth0", ipv4=both[1:]),)))
    assert judged(snap, CHECK)["node2",].cause == "host-key-changed"
    alone = Interface("eth0", ipv4=both[1:], ipv6=("fe80::1/64",))
    with_fact(snap, "node3", Interfaces((alone,)))
    assert judged(snap, CHECK)["node2",].cause == "host-key-changed"
    with_fact(snap, "node3", Interfaces((Interface("eth0", ipv4=both),)))
    with_fact(snap, "node2", Interfaces((Interface("eth0", ipv4=("10.0.0.9/24",)),)))
    assert judged(snap, CHECK)["node2",].cause == "host-key-changed"


@pytest.mark.parametrize(
    ("macs", "address", "owner"),
    [
        (("02::1", "02::3"), "10.0.0.3/24", "node3"),
        (("02::3", "02::3"), "10.0.0.3/24", ""),  # a gateway's, or machines that were cloned
        (("02::1", "02::4"), "10.0.0.3/24", ""),
        (("02::1", "02::3"), "10.0.0.2/24", ""),  # it has the address still
    ],
)
def test_what_this_machine_still_sends_to_the_former_owner_of_an_address(macs, address, owner):
    snap = snapshot(("node1", "node2", "node3"))
    entry = {"address": "10.0.0.2", "hardware": "02::3", "interface": "eth0"}
    with_fact(snap, "node2", Login(reached=False, cause="dropped", user="root", **entry))
    for name, mac, place in zip(("node1", "node3"), macs, ("10.0.0.1/24", address), strict=True):
        with_fact(snap, name, Interfaces((Interface("eth0", mac=mac, ipv4=(place,)),)))
    finding = judged(snap, CHECK)["node2",]
    assert finding.cause == "dropped"
    assert (f"to 02::3, which is {owner}'s" in finding.message) is bool(owner)
    assert ("ip neigh del 10.0.0.2 dev eth0" in finding.fix.command) is bool(owner)


@pytest.mark.parametrize("printed", ["rbash: line 1: exec: restricted", "-rbash: cd: restricted"])
def test_a_restricted_shell_is_named_and_replaced(printed):
    finding = found(cause="shell-refuses", printed=printed, public_key="ssh-rsa AAAA")["node2",]
    assert "its login shell is a restricted one" in finding.message
    assert finding.fix.command.startswith("usermod -s /bin/bash ")


@pytest.mark.parametrize(
    ("cause", "detail", "words"),
    [
        ("throttled", "sshd says: Exceeded MaxStartups", "MaxStartups 100:30:300"),
        ("throttled", "reset by peer", "mkdir -p -m 755 /run/sshd; "),
        ("timeout", SILENT, "kill -CONT $(pgrep -x sshd)"),
        ("timeout", "", "ssh -vv"),
    ],
)
def test_an_sshd_that_does_not_let_anybody_begin_is_mended_by_why(cause, detail, words):
    finding = found(cause=cause, detail=detail)["node2",]
    assert (finding.cause, words in finding.fix.command) == (cause, True)
