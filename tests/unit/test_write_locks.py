"""What not even root can write is named, and unlocked before it is changed."""

from __future__ import annotations

import dataclasses
import struct

import pytest

from checks.areas.files.folders import explain_unwritable
from checks.check import claims_of, node_check
from checks.facts import ClusterView
from checks.facts.account import Account
from checks.facts.files import FolderSpace
from checks.facts.write_locks import WriteLock
from checks.judge import judge_claims
from checks.knowledge.denials import unlock_fix
from checks.model import Fix, block
from checks.node.probe import write_locks
from launcher.commands.remote_scripts import _unlock_hint
from tests.support.snapshots import snapshot, with_fact

ACCOUNT = Account("eva", 0, "/root", "/bin/bash", "n", "", "", "3.11.2", "Linux", 8, 1)
KNOWN = "/root/.ssh/known_hosts"
ADDS = "echo 'node2 ssh-ed25519 AAAA' >> ~/.ssh/known_hosts"
IMMUTABLE, GROWS = WriteLock(KNOWN, "i"), WriteLock(KNOWN, "a")
MOUNTED = WriteLock("/etc/hosts", mount="/etc")
IN_CONTAINER = dataclasses.replace(IMMUTABLE, removable=False)


def printed(command, *locks, uid=0):
    """The fix and the message of a finding on a node with these locks."""
    account = dataclasses.replace(ACCOUNT, uid=uid, home="/root", locks=locks)
    snap = with_fact(snapshot(("node1",)), "node1", account)
    check = node_check("area.fails", Account)(lambda _: block("x", "seen", Fix(command, "node1")))
    finding = judge_claims(claims_of([check], snap.job), ClusterView(snap))[0]
    return finding.fix, finding.message


@pytest.mark.parametrize(
    ("command", "lock", "first"),
    [
        (ADDS, IMMUTABLE, f"chattr -i {KNOWN} && "),
        (f"ssh-keygen -R node2 -f {KNOWN}", GROWS, f"chattr -a {KNOWN} && "),
        (f"sed -i 1d {KNOWN}", WriteLock("/root/.ssh", "i"), "chattr -i /root/.ssh && "),
        ("sed -i '1s/^/# /' /etc/hosts", MOUNTED, "mount -o remount,rw /etc && "),
        (ADDS, GROWS, ""),
        (f"cat {KNOWN}", IMMUTABLE, ""),
        ("sed -i 1d /root/.ssh/known_hosts2", IMMUTABLE, ""),
        ("sed -i 1d /x/root/.ssh/known_hosts", IMMUTABLE, ""),
        (f"chattr -i {KNOWN} && {ADDS}", IMMUTABLE, ""),
    ],
)
def test_what_a_fix_writes_is_unlocked_first(command, lock, first):
    fix, message = printed(command, lock)
    assert fix.command == first + command
    assert (str(lock) in message) == bool(first)


def test_the_login_types_sudo_and_a_container_says_where():
    fix, _ = printed(ADDS, IMMUTABLE, uid=1000)
    assert fix.command.startswith(f"sudo chattr -i {KNOWN} && ")
    fix, message = printed(ADDS, IN_CONTAINER)
    assert fix.command == ADDS and "on the machine that has the file" in fix.note
    assert "immutable" in message
    snap = with_fact(snapshot(("node1",)), "node1", ACCOUNT)
    assert not unlock_fix(ClusterView(snap)["node1"], IN_CONTAINER).command


@pytest.mark.parametrize(
    ("flag", "cause"), [("i", "immutable"), ("a", "append-only"), ("", "not-writable")]
)
def test_a_folder_is_unlocked_and_not_given_to_somebody(flag, cause):
    snap = with_fact(snapshot(("node1",)), "node1", dataclasses.replace(ACCOUNT, uid=0))
    lock = WriteLock("/out", flag) if flag else None
    folder = FolderSpace("there", "/out", "/out", directory=True, lock=lock)
    reason = explain_unwritable(ClusterView(snap)["node1"], folder, [folder], "name another")
    assert reason[0] == cause
    assert reason[2].command == (f"chattr -{flag} /out" if flag else reason[2].command)


@pytest.mark.parametrize(("flags", "letter"), [(0x80010, "i"), (0x20, "a"), (0x80000, "")])
def test_flags_are_read_as_lsattr_shows_them(flags, letter, tmp_path, monkeypatch):
    asked = []

    def ioctl(_, request, argument):
        asked.append(request)
        return struct.pack("i", flags).ljust(len(argument), b"\0")

    monkeypatch.setattr(write_locks.fcntl, "ioctl", ioctl)
    assert write_locks.lock_flag(str(tmp_path)) == letter
    assert asked in ([0x80086601], [0x40086601]), "FS_IOC_GETFLAGS of linux/fs.h"


def test_a_file_system_without_flags_and_what_is_no_file_lock_nothing(tmp_path, monkeypatch):
    def ioctl(*_):
        raise OSError(25, "Inappropriate ioctl for device")

    monkeypatch.setattr(write_locks.fcntl, "ioctl", ioctl)
    assert write_locks.write_lock(str(tmp_path)) is None
    assert write_locks.lock_flag("/dev/null") == ""
    assert write_locks.lock_flag(str(tmp_path / "gone")) == ""


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        (f"sh: 6: cannot create {KNOWN}: Operation not permitted", f"chattr -i {KNOWN}"),
        (f"sed: couldn't open file {KNOWN}: Read-only file system", f"findmnt --target {KNOWN}"),
        ("sh: 1: ssh-keygen: not found", ""),
    ],
)
def test_a_change_that_is_refused_says_how_to_unlock(said, hint):
    assert (hint in _unlock_hint(said)) if hint else not _unlock_hint(said)
