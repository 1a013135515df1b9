"""What fills /dev/shm, and what may go."""

from __future__ import annotations

import dataclasses
import mmap
import os

import pytest

from checks.facts.gpus import Gpus
from checks.facts.limits import ShmFile, ShmHolder, ShmUsers
from checks.node.probe import shm_users as probe
from tests.support.networks import HEALTHY_LIMITS, nth_account
from tests.support.snapshots import judged, snapshot, with_fact

MIB = 1 << 20
LOST = tuple(ShmFile(f"/dev/shm/nccl-{number}", 60 * MIB) for number in range(3))
HOLDER = ShmHolder(77, "eva", "python train.py", 500 * MIB)


def found(users, *, total=600 * MIB, memory=1 << 36, container=False):
    fields = {"shm_bytes": total, "shm_free_bytes": 20 * MIB, "shm_users": users}
    limits = dataclasses.replace(HEALTHY_LIMITS, container=container, **fields)
    snap = with_fact(snapshot(("node1",)), "node1", limits)
    with_fact(snap, "node1", nth_account(1, memory_bytes=memory))
    with_fact(snap, "node1", Gpus((), ()))
    return judged(snap, "limits.shm-is-large-enough")["node1",]


@pytest.mark.parametrize(
    ("users", "fields", "words", "typed"),
    [
        (ShmUsers(LOST), {}, "which no process has", "rm -f /dev/shm/nccl-0 /dev/shm/nccl-1"),
        (ShmUsers(LOST[:1], (HOLDER,)), {}, "python train.py (pid 77, of eva)", "remount,size=50%"),
        (ShmUsers((), (HOLDER,)), {"memory": 1 << 30}, "pid 77", "-p 77"),
        (ShmUsers(), {"memory": 1 << 30}, "is full", "ls -lS /dev/shm"),
        (ShmUsers(LOST), {"container": True}, "is full", ""),
    ],
)
def test_only_what_nobody_has_is_removed(users, fields, words, typed):
    finding = found(users, **fields)
    assert (finding.cause, finding.stops) == ("shm-full", True)
    assert words in finding.message
    assert typed in finding.fix.command and bool(typed) == bool(finding.fix.command)


def test_the_probe_tells_what_is_open_or_mapped_from_what_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "SHM", f"{tmp_path}/")
    monkeypatch.setattr(probe, "process_ids", lambda: [os.getpid()])
    for name in ("left", "open", "mapped"):
        (tmp_path / name).write_bytes(b"x" * 100_000)
    with (tmp_path / "open").open("rb"), (tmp_path / "mapped").open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        file.close()
        users = probe.shm_users(0)
        mapped.close()
    assert [os.path.basename(orphan["path"]) for orphan in users["orphans"]] == ["left"]
    (holder,) = users["holders"]
    assert holder["pid"] == os.getpid() and holder["bytes"] >= 200_000
    assert probe.shm_users(1 << 40) == {"orphans": [], "holders": []}


def test_where_a_process_cannot_be_looked_into_nothing_is_called_left(tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "SHM", f"{tmp_path}/")
    (tmp_path / "left").write_bytes(b"x" * 100_000)
    monkeypatch.setattr(probe, "process_ids", lambda: [1])
    monkeypatch.setattr(probe, "process_owner", lambda _: os.geteuid())
    monkeypatch.setattr(probe, "held_by", lambda _: None)
    assert probe.shm_users(0)["orphans"] == []
