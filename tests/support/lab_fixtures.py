"""Labs for tests: brought up for real, and searched for leavings after every test that used one."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator, Set
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.node import LabNode
from launcher.lab.record import LAB_MARK, all_records
from launcher.lab.shape import LabShape

PATIENCE_S = 15.0
"""How long what is ending may take to end."""

MakeLab = Callable[[LabShape], Lab]

NAMESPACES = ("net", "mnt", "uts", "ipc", "pid")

OURS = ("lab-leavings", "ps -ww", "[listener]")
"""Processes of the search itself, and sshd's title, which counts its logins."""

LOGIN = re.compile("(sshd: |/usr/sbin/sshd )")
"""sshd at a login, or before it has the title that `OURS` names."""

RELOAD_SSHD = """
pid=$(cat /run/sshd.pid); rm /run/sshd.pid; kill -HUP $pid
until [ -s /run/sshd.pid ]; do sleep 0.02; done
"""
"""Returns once sshd listens with its new settings: until then it takes nobody, for seconds where
the machine is busy, or somebody by the old ones. It writes its pid file once it listens."""

LEAVINGS = """\
: lab-leavings
find /tmp /var/tmp /dev/shm /root /home -xdev ! -type d -printf 'file %p %s %T@\\n'
find /tmp /var/tmp /dev/shm /root /home -xdev -type d -printf 'folder %p\\n'
ss -Htuln | awk '{print "listener", $1, $5}'
ps -ww -eo args=
nft -s list ruleset
ip -brief link
"""


@pytest.fixture(scope="session")
def make_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeLab]:
    """Brings up labs of any shape; all are gone at the end of the session, and that is asserted."""
    labs: list[Lab] = []

    def make(shape: LabShape) -> Lab:
        labs.append(Lab.up(shape, tmp_path_factory.mktemp("lab") / ".lab"))
        return labs[-1]

    yield make
    for lab in labs:
        down_and_gone(lab)


@pytest.fixture(scope="module")
def plain_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Three plain nodes for all tests of a module."""
    lab = Lab.up(LabShape(nodes=3), tmp_path_factory.mktemp("lab") / ".lab")
    yield lab
    down_and_gone(lab)


@pytest.fixture
def lab(plain_lab: Lab) -> Iterator[Lab]:
    """Three healthy nodes. After the test faults are undone, and nothing else may have changed."""
    before = leavings(plain_lab)
    yield plain_lab
    plain_lab.heal()
    assert_nothing_left(plain_lab, before)


@pytest.fixture
def odd_lab(tmp_path: Path) -> Iterator[MakeLab]:
    """Brings up a lab of its own shape for one test; nothing may be left on it, or of it."""
    labs: list[tuple[Lab, dict[str, set[str]]]] = []

    def make(shape: LabShape) -> Lab:
        lab = Lab.up(shape, tmp_path / f"lab{len(labs)}" / ".lab")
        labs.append((lab, leavings(lab)))
        return lab

    yield make
    for lab, before in labs:
        try:
            assert_nothing_left(lab, before)
        finally:
            down_and_gone(lab)


def leavings(lab: Lab) -> dict[str, set[str]]:
    """What each node has of what a tool could leave: files, listeners, processes, rules.

    Logins that are still on their way in or out are waited for: they would be missed afterwards.
    """
    deadline = time.monotonic() + PATIENCE_S
    while open_logins(found := leavings_now(lab)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def open_logins(found: dict[str, set[str]]) -> list[str]:
    """Processes of sshd that are not its listener."""
    return [line for lines in found.values() for line in lines if LOGIN.match(line)]


def leavings_now(lab: Lab) -> dict[str, set[str]]:
    """What `leavings` describes, at this moment."""
    return {node.name: leavings_of(node) for node in lab.nodes}


def leavings_of(node: LabNode) -> set[str]:
    """One line for each file, listener, process, firewall rule and interface."""
    lines = node.run(LEAVINGS, check=True).stdout.splitlines()
    return {line for line in lines if not any(own in line for own in OURS)}


def assert_nothing_left(
    lab: Lab, before: dict[str, set[str]], *, but: tuple[str, ...] = ()
) -> None:
    """Every node is as it was before, at the latest once what is ending has ended.

    Each of `but` is in lines of what may come or go.
    """
    deadline = time.monotonic() + PATIENCE_S
    while (changed := changes(before, leavings_now(lab), but)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not changed, "left on the nodes:\n" + "\n".join(changed)


def changes(
    before: dict[str, set[str]], now: dict[str, set[str]], but: tuple[str, ...] = ()
) -> list[str]:
    """What came (+) and went (-) on each node."""
    return [
        f"{name}: {sign} {line}"
        for name in before
        for sign, lines in (("+", now[name] - before[name]), ("-", before[name] - now[name]))
        for line in sorted(lines)
        if not any(mark in line for mark in but)
    ]


def down_and_gone(lab: Lab) -> None:
    """Takes a lab down and asserts that the machine has nothing of it any more."""
    with held(lab) as namespaces:
        lab.down()
        assert_gone(lab, namespaces)


@contextlib.contextmanager
def held(lab: Lab) -> Iterator[Set[str]]:
    """The namespaces of all nodes, held open: the kernel gives a freed one's number to the next."""
    paths = [f"/proc/{node.pid}/ns/{kind}" for node in lab.nodes for kind in NAMESPACES]
    with contextlib.ExitStack() as stack:
        for path in paths:
            with contextlib.suppress(OSError):
                stack.callback(os.close, os.open(path, os.O_RDONLY))
        yield set().union(*(namespaces_of(node.pid) for node in lab.nodes))


def assert_gone(lab: Lab, namespaces: Set[str] = frozenset()) -> None:
    """No process, namespace, mount, interface or file of the lab, at the latest after a while."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := traces(lab, namespaces)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not found, "left of the lab:\n" + "\n".join(found)


def traces(lab: Lab, namespaces: Set[str]) -> list[str]:
    """What this machine still has of a lab, each named."""
    record = lab.record
    pids = [pid for pid in os.listdir("/proc") if pid.isdigit()]
    found = [f"process {pid}" for pid in pids if marked(pid, record.token)]
    found += [f"namespace of {pid}" for pid in pids if namespaces_of(pid) & namespaces]
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    found += [f"mount {line}" for line in mounts if str(record.home) in line]
    places = [record.home, Path(record.directory)]
    others = {other.interface for other in all_records() if other.token != record.token}
    if record.interface and record.interface not in others:
        places.append(Path("/sys/class/net", record.interface))
    return found + [f"file {place}" for place in places if place.exists()]


def marked(pid: str, token: str) -> bool:
    """Whether a process carries the lab's mark."""
    try:
        return f"{LAB_MARK}={token}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def namespaces_of(pid: str | int) -> set[str]:
    """The namespaces of a process; none once it is gone."""
    try:
        return {os.readlink(f"/proc/{pid}/ns/{kind}") for kind in NAMESPACES}
    except OSError:
        return set()
