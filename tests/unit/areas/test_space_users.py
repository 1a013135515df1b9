"""A full disk: what fills it is named, and what is to be typed frees it where that may be."""

from __future__ import annotations

import os

import pytest

from checks.facts.files import SpaceUser
from checks.node.probe.space_users import space_users
from tests.support.snapshots import judged
from tests.unit.areas.test_files_free_space import TEMPORARY, room, rooms

MOUNT = {"absolute": "/tmp", "mount": "/tmp", "free_bytes": 0, "used_bytes": 10**9}
CORE = SpaceUser("/tmp/core.4711", 8 * 10**8)
HELD = SpaceUser("/tmp/spool", 9 * 10**8, pid=42, fd=9, command="logger -f")
OPEN = SpaceUser("/tmp/spill", 9 * 10**8, holder=43, command="train.py")
LOCKS = SpaceUser("/tmp/locks", entries=10**6)
SMALL = SpaceUser("/tmp/a", 10**6)


def found(*users, **fields):
    snap = rooms(room(**{**MOUNT, **fields, "users": users}))
    return judged(snap, f"files.{TEMPORARY}")["node1",]


@pytest.mark.parametrize(
    ("users", "fields", "words", "typed"),
    [
        ((CORE, LOCKS), {}, "800.0 MB of 1.0 GB are /tmp/core.4711", "rm /tmp/core.4711"),
        ((HELD, CORE), {}, "deleted but held open by pid 42 (logger -f)", ": > /proc/42/fd/9"),
        ((OPEN, LOCKS), {}, "which pid 43 (train.py) has open", "-p 43"),
        ((CORE, LOCKS), {"free_inodes": 0}, "/tmp/locks has 1000000 entries", "rm -r /tmp/locks"),
        ((SMALL,), {}, "are free on /tmp", "du -xah /tmp | sort -h | tail -n 20"),
        ((), {}, "are free on /tmp", "du -xah /tmp | sort -h | tail -n 20"),
        ((), {"free_inodes": 0}, "no free inodes", "uniq -c"),
        ((CORE,), {"mount": "/", "used_bytes": 10**9}, "/tmp/core.4711", "du -xah / | sort"),
        (
            (CORE,),
            {"filesystem": "tmpfs", "used_bytes": 10**6},
            "/tmp/core.4711",
            "mount -o remount,size=50% /tmp",
        ),
    ],
)
def test_what_fills_it_is_named_and_what_frees_it_typed(users, fields, words, typed):
    finding = found(*users, **fields)
    assert words in finding.message
    assert typed in finding.fix.command


def test_the_probe_finds_large_files_deleted_ones_and_full_folders(tmp_path):
    (tmp_path / "many").mkdir()
    for number in range(20):
        (tmp_path / "many" / str(number)).touch()
    (tmp_path / "large").write_bytes(b"x" * 300_000)
    with (tmp_path / "gone").open("wb") as held:
        held.write(b"x" * 500_000)
        held.flush()
        os.unlink(held.name)
        users = space_users(str(tmp_path))
        by_path = {user["path"]: user for user in users}
        gone = by_path.get(held.name)
    assert users[-1]["entries"] == 20
    assert users[-1]["path"] == str(tmp_path / "many")
    # other programs of this machine may hold larger ones that are deleted
    if gone:
        assert (gone["pid"], gone["fd"] > 2) == (os.getpid(), True)
    assert len(users) <= 4
    assert all(user["bytes"] >= 0 for user in users)
