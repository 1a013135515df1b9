"""A PATH without the system's folders is one finding of its node, told from a merely odd one."""

from __future__ import annotations

import os

import pytest

from checks.facts.account import Account
from checks.facts.environment import Environment
from checks.facts.pdsh import Pdsh
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import Sshd
from checks.facts.trust import Trust
from checks.model import Outcome
from checks.node.probe import environment
from tests.support.snapshots import judged, snapshot, with_fact, without

FINDS = "ssh.shell-finds-the-systems-programs"
EVERY = "ssh.every-node-logs-in-to-every-node"
BROKEN = Environment(
    shell={"PATH": "/opt/bin"},
    hidden_programs={"uname": "/usr/bin/uname", "ssh": "/usr/bin/ssh"},
    path_replaced_in=("/root/.bashrc:1",),
)


def cluster(broken=BROKEN):
    """node2's shell as given, node1's whole: ssh from node1 gets in and finds no uname."""
    snap = snapshot(("node1", "node2"))
    for name, found in (("node1", Environment()), ("node2", broken)):
        with_fact(snap, name, found)
        with_fact(snap, name, Trust("root", "/root"))
        with_fact(snap, name, Sshd("root"))
        with_fact(snap, name, Account("root", 0, "/root", "/bin/bash", name, "", "", "3", "", 1, 1))
    refused = LoginAttempt(127, authenticated=True, err="bash: line 1: uname: command not found")
    with_fact(snap, "node1", SshRow({"node1": LoginAttempt(0, "node1", True), "node2": refused}))
    return without(snap, "node2", SshRow, "ssh is not installed")


def test_the_path_is_named_with_its_line_and_fixed_without_it():
    finding = judged(cluster(), FINDS)["node2",]
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, "path-without-system")
    for part in ("PATH=/opt/bin", "/root/.bashrc:1 of node2", "/usr/bin", "uname, ssh"):
        assert part in finding.message
    assert finding.fix.command == "/usr/bin/sed -i '1s/^/: # /' /root/.bashrc"


def test_a_line_that_is_not_found_is_looked_for_by_a_grep_named_whole():
    unknown = Environment(hidden_programs={"env": "/usr/bin/env", "bash": "/bin/bash"})
    assert judged(cluster(unknown), FINDS)["node2",].fix.command.startswith("/bin/grep -snE ")


def test_a_whole_path_holds():
    assert judged(cluster(), FINDS)["node1",].outcome is Outcome.PASS


def test_its_failed_logins_are_left_to_it():
    found = judged(cluster(), EVERY)
    assert found.pop(("node1", "node1")).outcome is Outcome.PASS
    assert {finding.message for finding in found.values()} == {f"see {FINDS}"}


def test_a_command_that_does_not_run_beside_a_whole_path_is_still_told():
    assert judged(cluster(Environment()), EVERY)["node1", "node2"].cause == "shell-refuses"


@pytest.mark.parametrize(
    ("pdsh", "environment", "cause"),
    [
        (Pdsh(package_manager="apt-get"), Environment(), "missing"),
        (Pdsh(not_executable="/usr/bin/pdsh"), Environment(), "not-executable"),
        (Pdsh(not_executable="/opt/bin/pdsh"), BROKEN, ""),
        (Pdsh(path="/opt/bin/pdsh"), Environment(), ""),
    ],
)
def test_why_pdsh_cannot_be_called(pdsh, environment, cause):
    snap = with_fact(with_fact(snapshot(), "node1", pdsh), "node1", environment)
    finding = judged(snap, "pdsh.is-installed")["node1",]
    assert finding.cause == cause
    if cause == "not-executable":
        assert "chmod a+x /usr/bin/pdsh" in finding.fix.command


def test_only_what_the_system_has_and_path_has_not_is_hidden(tmp_path, monkeypatch):
    system, own = tmp_path / "system", tmp_path / "own"
    for folder, names in ((system, ("uname", "env")), (own, ("env",))):
        folder.mkdir()
        for name in names:
            (folder / name).touch(0o755)
    monkeypatch.setattr(environment, "SYSTEM_FOLDERS", (str(system),))
    monkeypatch.setenv("PATH", str(own))
    assert environment.hidden_programs() == {"uname": str(system / "uname")}
    monkeypatch.setenv("PATH", os.pathsep.join((str(own), str(system))))
    assert environment.hidden_programs() == {}


@pytest.mark.parametrize(
    ("line", "replaces"),
    [
        ("export PATH=/opt/bin", True),
        ('PATH="/opt/bin:$HOME/bin"', True),
        ("setenv PATH /opt/bin", True),
        ("set -gx PATH /opt/bin", True),
        ("set path = (/opt/bin)", True),
        ("if true; then PATH=/opt/bin; fi", True),
        ("export PATH=/opt/bin:$PATH", False),
        ("set path = (/opt/bin $path)", False),
        ('PATH="/usr/local/bin:/usr/bin:/bin"', False),
        ("# PATH=/opt/bin", False),
        ("export LD_LIBRARY_PATH=/opt/lib", False),
        ("alias where='echo path is'", False),
    ],
)
def test_which_line_replaces_path(line, replaces):
    assert bool(environment.REPLACES_PATH.match(line)) is replaces
