"""A fix that would bring about what is there already is not printed."""

from __future__ import annotations

import pytest

from checks.check import claims_of, node_check
from checks.facts import ClusterView
from checks.facts.known_hosts import KnownHosts, PeerKeys
from checks.facts.limits import Limits
from checks.facts.software import Software
from checks.facts.sshd import AuthorizedKey, Sshd
from checks.judge import judge_claims
from checks.model import Fix, block
from tests.support.snapshots import snapshot, with_fact

PYTHON = "/venv/bin/python"
BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIPmSwKcHwB75SPRR9SYf1Ve8VgHPoY4JMAkDRw2Avgiw"
FINGERPRINT = "SHA256:d6apiXRHXjZ/qOrolfn+w9in2lMXrs/oQ+R55Dhfi1k"
PIP = f"{PYTHON} -m pip install"
FACTS = (Software, Sshd, KnownHosts)


def printed(command: str, *, on: str = "node1", facts: tuple = FACTS) -> str:
    """The command of a fix after it was held against the facts that its check reads."""
    snap = snapshot()
    with_fact(snap, "node1", Software(PYTHON, "ok", packages={"torch": "2.5.1", "numpy": "2.1"}))
    key = AuthorizedKey(FINGERPRINT, "/root/.ssh/authorized_keys:3")
    with_fact(snap, "node1", Sshd("root", authorized=(key,)))
    peer = PeerKeys("node2", "~/.ssh/known_hosts", (f"ssh-ed25519 {BLOB}",))
    with_fact(snap, "node1", KnownHosts({"node2": peer}))
    check = node_check("area.fails", *facts)(lambda _: block("cause", "seen", Fix(command, on)))
    finding = judge_claims(claims_of([check], snap.job), ClusterView(snap))[0]
    assert finding.fix and str(finding.fix)
    return finding.fix.command


@pytest.mark.parametrize(
    "command",
    [
        f"{PIP} torch==2.5.1",
        f"sudo {PIP} torch==2.5.1 numpy==2.1",
        f"/opt/uv pip install --python {PYTHON} numpy==2.1",
        f"chmod +x {PYTHON}",
        f"echo 'ssh-ed25519 {BLOB} node2' >> /root/.ssh/authorized_keys",
        f"echo 'node2 ssh-ed25519 {BLOB}' >> ~/.ssh/known_hosts",
        f"chmod +x {PYTHON} && {PIP} torch==2.5.1",
    ],
)
def test_what_is_so_already_is_not_typed(command):
    assert printed(command) == ""


@pytest.mark.parametrize(
    "command",
    [
        f"{PIP} torch==2.5.0",
        f"{PIP} torch",
        f"{PIP} --force-reinstall torch==2.5.1",
        f"chmod +x {PYTHON} && reboot",
        f"{PIP} torch==2.5.1 || reboot",
        "chmod +x /other/python",
        f"echo 'ssh-ed25519 {BLOB} node2' >> /etc/ssh/authorized_keys",
        f"echo 'node3 ssh-ed25519 {BLOB}' >> ~/.ssh/known_hosts",
        "echo 'a b' >> '",
    ],
)
def test_what_may_change_something_is_typed(command):
    assert printed(command) == command


def test_facts_that_the_check_does_not_read_say_nothing():
    command = f"{PIP} torch==2.5.1"
    assert printed(command, facts=(Limits,)) != ""


def test_a_fix_for_another_place_is_left():
    command = f"{PIP} torch==2.5.1"
    assert printed(command, on="this machine") == command
