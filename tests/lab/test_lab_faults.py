"""Every fault of the lab is real damage: ssh, sockets and logins meet it, and heal ends it."""

from __future__ import annotations

import sys

import pytest

from checks.errors import UsageError
from launcher.lab.cluster import Lab
from launcher.lab.faults import FAULTS
from tests.support.contact import QUICK, connect, log_in, ssh


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("master-port-dropped", "TimeoutError None"),
        ("master-port-rejected", "OSError 113"),
        ("master-port-reset", "ConnectionRefusedError 111"),
        ("master-port-taken", "open"),
    ],
)
def test_faults_of_the_master_port(lab: Lab, fault: str, seen: str) -> None:
    assert lab.fault(fault) == ("node1",)
    assert connect(lab, "node2", "node1", 29500) == seen
    assert connect(lab, "node2", "node1", 22) == "open"
    lab.heal()
    assert connect(lab, "node2", "node1", 29500) == "ConnectionRefusedError 111"


@pytest.mark.parametrize(
    ("fault", "source", "target", "complaint"),
    [
        ("peer-dropped", "node1", "node3", "timed out"),
        ("ssh-dropped", "node1", "node3", "timed out"),
        ("unreachable", "node1", "node3", "timed out"),
        ("sshd-stopped", "node1", "node3", "refused"),
        ("host-key-changed", "node1", "node3", "IDENTIFICATION HAS CHANGED"),
        ("known-host-missing", "node3", "node1", "Host key verification failed"),
        ("authorized-key-missing", "node1", "node3", "Permission denied"),
        ("authorized-keys-writable", "node1", "node3", "Permission denied"),
        ("home-writable", "node1", "node3", "Permission denied"),
        ("private-key-missing", "node3", "node1", "Permission denied"),
        ("private-key-open", "node3", "node1", "UNPROTECTED PRIVATE KEY"),
        ("public-half-of-another", "node3", "node1", "Permission denied"),
        ("private-key-passphrase", "node3", "node1", "Permission denied"),
        ("pubkey-off", "node1", "node3", "Permission denied"),
        ("bashrc-noisy", "node1", "node3", "Welcome"),
        ("nologin", "node1", "node3", "not available"),
        ("peer-name-wrong", "node3", "node1", "timed out"),
        ("peer-name-missing", "node3", "node1", "Could not resolve"),
    ],
)
def test_faults_that_ssh_sees(
    lab: Lab, fault: str, source: str, target: str, complaint: str
) -> None:
    assert lab.fault(fault) == ("node3",)
    assert complaint in log_in(lab, source, target)
    assert log_in(lab, "node1", "node2") == "node2"
    lab.heal()
    assert log_in(lab, source, target) == target


@pytest.mark.parametrize(
    ("fault", "node", "question", "broken", "healthy"),
    [
        ("memlock-64k", "node3", "ulimit -l", "64", None),
        ("nofile-256", "node3", "ulimit -n", "256", None),
        ("shm-64m", "node3", "findmnt -no SIZE /dev/shm", "64M", None),
        ("own-name-loopback", "node3", "getent hosts node3 | cut -d' ' -f1", "127.0.1.1", None),
        ("gloo-interface-wrong", "node3", "echo $GLOO_SOCKET_IFNAME", "eno7", ""),
        ("mtu-1400", "node3", "cat /sys/class/net/eth0/mtu", "1400", "1500"),
        ("interface-renamed", "node3", "ls /sys/class/net | grep -v lo", "ens9", "eth0"),
        ("pdsh-missing", "node1", "type -P pdsh", "", "/usr/bin/pdsh"),
        ("usr-lib-owner", "node1", "stat -c %u /usr/lib", "1000", "0"),
        (
            "infiniband-active",
            "node3",
            "cat /sys/class/infiniband/*/ports/1/state",
            "4: ACTIVE",
            "",
        ),
        ("infiniband-down", "node3", "cat /sys/class/infiniband/*/ports/1/state", "1: DOWN", ""),
        ("python-missing", "node3", "type -P python3", "", None),
    ],
)
def test_faults_that_a_login_sees(
    lab: Lab, fault: str, node: str, question: str, broken: str, healthy: str | None
) -> None:
    before = ssh(lab, node, question).stdout.strip()
    assert before != broken
    assert healthy in (None, before)
    assert lab.fault(fault) == (node,)
    assert ssh(lab, node, question).stdout.strip() == broken
    lab.heal()
    assert ssh(lab, node, question).stdout.strip() == before


def test_a_hanging_bashrc_hangs_until_it_is_fixed(lab: Lab) -> None:
    lab.fault("bashrc-hangs")
    argv = ["timeout", "2", "ssh", *QUICK, "node3", "hostname"]
    assert lab.node("node1").run(argv).returncode == 124
    lab.heal()
    assert log_in(lab, "node1", "node3") == "node3"


@pytest.mark.parametrize(
    ("fault", "question", "broken"),
    [
        ("bashrc-noisy", "true", "Welcome to node3"),
        ("gloo-interface-wrong", "echo $GLOO_SOCKET_IFNAME", "eno7"),
        ("bashrc-hangs", "true", ""),
    ],
)
def test_a_start_up_file_that_is_not_there_is_made_and_taken_away(
    lab: Lab, fault: str, question: str, broken: str
) -> None:
    node = lab.node("node3")
    node.run("mv /root/.bashrc /root/kept-bashrc", check=True)
    try:
        lab.fault(fault)
        assert node.run("test -s /root/.bashrc").returncode == 0
        if broken:
            assert broken in ssh(lab, "node3", question).stdout
        lab.heal()
        assert node.run("ls -A /root /run/lab-fault").stdout.count(".bashrc") == 0
    finally:
        node.run("mv /root/kept-bashrc /root/.bashrc", check=True)


@pytest.mark.parametrize(
    ("fault", "path", "change"),
    [
        ("private-key-missing", "/root/.ssh/id_ed25519", "mv {0} {0}.kept"),
        ("known-host-missing", "/root/.ssh/known_hosts", "cp -a {0} {0}.kept; : >{0}"),
        ("peer-name-missing", "/etc/hosts", "cp -a {0} {0}.kept; : >{0}"),
    ],
)
def test_a_fault_that_would_break_nothing_says_so(
    lab: Lab, fault: str, path: str, change: str
) -> None:
    node = lab.node("node3")
    node.run(change.format(path), check=True)
    try:
        with pytest.raises(UsageError, match=f"(nothing to change in )?{path}( is not there)?"):
            lab.fault(fault)
        assert not lab.record.faults
    finally:
        node.run(f"mv {path}.kept {path}", check=True)


def test_ephemeral_ports_dropped_on_one_node_alone(lab: Lab) -> None:
    assert lab.fault("ephemeral-ports-dropped") == ("node3",)
    assert connect(lab, "node1", "node3", 45000) == "TimeoutError None"
    assert connect(lab, "node3", "node1", 45000) == "ConnectionRefusedError 111"


def test_the_training_interpreter_can_be_missing_or_differ(lab: Lab) -> None:
    ask = ["-c", "from importlib.metadata import version; print(version('deepspeed'))"]
    node = lab.node("node3")
    if node.run([sys.executable, *ask]).returncode == 0:
        lab.fault("deepspeed-version")
        assert node.run([sys.executable, *ask]).stdout.strip() == "0.14.0"
        lab.heal()
        assert node.run([sys.executable, *ask]).stdout.strip() != "0.14.0"
    lab.fault("interpreter-missing")
    assert node.run([sys.executable, "-V"]).returncode == 127
    assert lab.node("node1").run([sys.executable, "-V"]).returncode == 0


def test_every_fault_can_be_told_from_the_others() -> None:
    assert len(FAULTS) >= 35
    assert len({fault.title for fault in FAULTS.values()}) == len(FAULTS)


def test_an_unknown_fault_or_node_is_named(lab: Lab) -> None:
    with pytest.raises(UsageError, match="no fault nonsense"):
        lab.fault("nonsense")
    with pytest.raises(UsageError, match="no node node9"):
        lab.fault("mtu-1400", ["node9"])
    lab.fault("mtu-1400")
    with pytest.raises(UsageError, match="already"):
        lab.fault("mtu-1400")
