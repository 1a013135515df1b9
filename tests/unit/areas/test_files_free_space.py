"""Rooms, mounts and places for checkpoints: seen for real, judged from facts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path as LocalPath
from typing import Any

import pytest

from checks.facts.decode import decode_fact
from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig, TrainingScript
from checks.facts.files import Files, FolderSpace, PathState
from checks.facts.free_space import FreeSpace
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.network_mounts import Mount, NetworkMounts
from checks.facts.write_locks import WriteLock
from checks.node.probe import files as files_probe
from checks.node.probe import free_space as rooms_probe
from checks.node.probe import network_mounts as mounts_probe
from tests.support.job_paths import MODEL, cluster, existing, outcomes, paths
from tests.support.snapshots import judged, with_fact


def room(**fields: Any) -> FolderSpace:
    healthy = {"nearest": "/tmp", "directory": True, "writable": True, "free_bytes": 10**11}
    given = {**healthy, "mount": "/", "filesystem": "ext4", **fields}
    return FolderSpace(given.pop("state", "there"), given.pop("absolute", "/tmp"), **given)


def rooms(
    temporary: FolderSpace | None = None,
    home: FolderSpace | None = None,
    output: FolderSpace | None = None,
):
    snap = cluster(FreeSpace(temporary or room(), home or room(), room()))
    return with_fact(snap, "node1", Files(PathState("there", "/run", "directory"), output=output))


TEMPORARY = "temporary-folder-is-usable"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "pass"),
        ({"noexec": True}, "pass"),
        ({"free_bytes": 10**6}, "no-space!"),
        ({"free_bytes": 10**8}, "little-space"),
        ({"free_inodes": 0}, "no-inodes!"),
        ({"read_only": True}, "read-only!"),
        ({"lock": WriteLock("/tmp", "i")}, "immutable!"),
        ({"lock": WriteLock("/tmp", "a")}, "append-only!"),
        ({"writable": False}, "not-writable!"),
        ({"state": "missing"}, "missing"),
        ({"state": "hangs"}, "unreadable!"),
    ],
)
def test_temporary_files_can_be_written(fields, expected):
    assert outcomes(TEMPORARY, rooms(room(**fields))) == [expected]


def test_one_full_disk_is_told_once():
    full = room(free_bytes=10**6)
    assert outcomes(TEMPORARY, rooms(full, full, full)) == ["skip"]
    assert outcomes("home-and-caches-have-room", rooms(full, full)) == ["pass"]
    own = room(free_bytes=10**6, mount="/home")
    assert outcomes("home-and-caches-have-room", rooms(room(), own)) == ["little-space"]


MOUNTED = Mount("there", "nfs4", "store:/old")


@pytest.mark.parametrize(
    ("mounts", "lustre", "expected"),
    [
        ({}, "", "skip"),
        ({"/mnt": MOUNTED}, "", "pass"),
        ({"/mnt": Mount("denied", "fuse.sshfs")}, "", "pass"),
        ({"/mnt": Mount("hangs", "nfs4", "store:/old")}, "", "dead-mount"),
        ({"/mnt": Mount("error", "nfs4", "store:/old", "Stale file handle")}, "", "dead-mount"),
        ({}, "healthy", "pass"),
        ({}, "NOT HEALTHY\n", "lustre-unhealthy"),
    ],
)
def test_network_mounts_answer(mounts, lustre, expected):
    snap = cluster(NetworkMounts(mounts, lustre))
    with_fact(snap, "node1", JobPaths(existing("/run")))
    assert outcomes("network-mounts-answer", snap) == [expected]


def test_a_dead_mount_that_the_job_uses_is_told_by_the_path():
    snap = cluster(NetworkMounts({"/data": Mount("hangs", "nfs4")}))
    with_fact(snap, "node1", paths(JobPath("hangs", MODEL)))
    assert outcomes("network-mounts-answer", snap) == ["skip"]


CHECKPOINTS = "checkpoints-can-be-resumed"


@pytest.mark.parametrize(
    ("config", "shared", "expected"),
    [
        ({"zero_optimization": {"stage": 2}}, (False, False), "local-checkpoints"),
        ({"zero_optimization": {"stage": 2}}, (True, True), "pass"),
        ({"zero_optimization": {"stage": 2}}, (True, False), "skip"),
        ({"zero_optimization": {"stage": 2}}, (False,), "pass"),
        ({"zero_optimization": {"stage": 0}}, (False, False), "pass"),
        (
            {"zero_optimization": {"stage": 3}, "checkpoint": {"use_node_local_storage": True}},
            (False, False),
            "pass",
        ),
    ],
)
def test_checkpoints_on_own_disks_are_known_to_deepspeed(config, shared, expected):
    run = PathState("there", "/run", "directory")
    facts = [Files(run, output=room(absolute="/out", shared=entry)) for entry in shared]
    snap = cluster(*facts, deepspeed_config="ds.json", output="/out")
    text = ConfigText("there", "/run/ds.json", json.dumps(config))
    for name in snap.job.names:
        with_fact(snap, name, DeepspeedConfig(text))
    assert outcomes(CHECKPOINTS, snap) == [expected]


def test_checkpoints_without_a_config_or_an_output_are_not_judged():
    run = PathState("there", "/run", "directory")
    assert outcomes(CHECKPOINTS, cluster(Files(run), Files(run))) == ["skip"]
    assert outcomes(CHECKPOINTS, cluster(Files(run), deepspeed_config="ds.json")) == ["skip"]


CACHES = "caches-can-be-written"


def caches(*folders: FolderSpace, variable: str = "HF_HOME", **job: Any):
    home = room(absolute="/root")
    return cluster(*(FreeSpace(room(), home, room(), caches={variable: folder}) for folder in folders), **job)  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    ("fields", "named", "expected"),
    [
        ({}, True, "pass"),
        ({"directory": False}, True, "not-a-directory!"),
        ({"directory": False}, False, "not-a-directory"),
        ({"directory": False, "target": "/mnt/hf"}, True, "dangling-link!"),
        ({"read_only": True}, True, "read-only"),
        ({"lock": WriteLock("/hf", "i")}, True, "immutable"),
        ({"lock": WriteLock("/hf", "a")}, False, "append-only"),
        ({"writable": False, "state": "missing"}, True, "not-writable"),
        ({"state": "hangs", "directory": False}, True, "hangs"),
        ({"state": "denied", "directory": False}, False, "denied"),
        ({"state": "error", "directory": False}, False, "error"),
    ],
)
def test_a_cache_of_one_node_can_be_written(fields, named, expected):
    env = {"HF_HOME": "/hf"} if named else {}
    usual = {"absolute": "/hf", "nearest": "/hf"}
    snap = caches(room(**usual), room(**{**usual, **fields}), env=env)
    assert outcomes(CACHES, snap) == ["pass", expected]


@pytest.mark.parametrize(("flag", "cause"), [("i", "immutable"), ("a", "append-only")])
def test_an_output_folder_that_a_flag_closes_is_opened_by_taking_it_away(flag, cause):
    output = room(absolute="/out", nearest="/out", lock=WriteLock("/out", flag))
    found = judged(rooms(output=output), "files.output-is-writable")["node1",]
    assert (found.cause, found.stops) == (cause, flag == "i")
    assert f"chattr -{flag} /out" in found.fix.command


def test_models_that_are_only_read_need_no_writable_folder():
    folder = room(absolute="/hf", read_only=True)
    offline = {"HF_HUB_OFFLINE": "1"}
    assert outcomes(CACHES, caches(folder, env=offline)) == ["pass"]
    assert outcomes(CACHES, caches(folder, variable="TORCH_HOME", env=offline)) == ["read-only"]


def test_the_usual_cache_counts_where_others_can_write_theirs():
    usual, closed = {"absolute": "/root/.cache"}, {"absolute": "/root/.cache", "writable": False}
    snap = caches(room(**usual), room(**closed), variable="XDG_CACHE_HOME")
    assert outcomes(CACHES, snap) == ["pass", "not-writable"]
    snap = caches(room(**closed), room(**closed), variable="XDG_CACHE_HOME")
    assert outcomes(CACHES, snap) == ["pass", "pass"]


@pytest.mark.parametrize(
    ("words", "env", "expected"),
    [
        ((), {"TORCH_EXTENSIONS_DIR": "/var/tmp/x"}, "pass"),
        (("from_pretrained",), {"TORCH_EXTENSIONS_DIR": "/var/tmp/x"}, "read-only"),
        ((), {}, "read-only"),
    ],
)
def test_a_read_only_home_is_of_no_matter_to_a_job_that_writes_elsewhere(words, env, expected):
    usual = {"absolute": "/root/.cache"}
    closed = room(**usual, writable=False, read_only=True)
    snap = caches(room(**usual), closed, variable="XDG_CACHE_HOME", env=env)
    script = TrainingScript("/run/train.py", words)
    for name in snap.job.names:
        with_fact(snap, name, DeepspeedConfig(ConfigText("missing", ""), script=script))
    assert outcomes(CACHES, snap) == ["pass", expected]


def test_nothing_is_moved_or_given_away_that_may_belong_to_others():
    file = room(absolute="/hf", nearest="/hf", directory=False)
    shared = room(absolute="/hf", writable=False, shared=True)
    device = room(absolute="/dev/null/hf", nearest="/dev/null", directory=False)
    for folders in ((file, file), (shared, room()), (device, room())):
        finding = next(iter(judged(caches(*folders), f"files.{CACHES}").values()))
        assert finding.fix
        assert not finding.fix.command
        assert "HF_HOME" in finding.fix.note


def test_a_link_to_nothing_is_no_folder_and_no_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    seen = files_probe.writable_space(str(tmp_path / "link/run"))
    assert (seen["nearest"], seen["target"]) == (str(tmp_path / "link"), str(tmp_path / "gone"))
    assert not seen["directory"]
    assert not files_probe.writable_space(str(tmp_path / "run"))["target"]


def test_caches_are_those_that_variables_name(tmp_path, monkeypatch):
    for name in rooms_probe.CACHES:
        monkeypatch.delenv(name, raising=False)
    env = {"HF_HOME": "~/hf", "TORCH_HOME": "kept"}
    seen = decode_fact(FreeSpace, rooms_probe.rooms({"env": env, "workdir": str(tmp_path)}))
    assert {name: folder.absolute for name, folder in seen.caches.items()} == {
        "XDG_CACHE_HOME": str(LocalPath.home() / ".cache"),
        "HF_HOME": str(LocalPath.home() / "hf"),
        "TORCH_HOME": str(tmp_path / "kept"),
    }


def test_rooms_of_this_machine(tmp_path):
    env = {"TMPDIR": str(tmp_path), "HF_HOME": str(tmp_path / "hf")}
    seen = decode_fact(FreeSpace, rooms_probe.rooms({"env": env}))
    assert seen.by_variable
    assert seen.temporary.absolute == str(tmp_path)
    assert seen.hub.absolute == str(tmp_path / "hf/hub")
    assert seen.home.absolute == str(LocalPath.home())


def test_only_mounts_of_other_machines_are_network_mounts():
    lines = (
        "srv:/a /mnt/a\\040b nfs4 rw 0 0\n/dev/sda / ext4 rw 0 0\nx /run/user fuse.portal rw 0 0"
    )
    assert mounts_probe.remote_mounts(lines) == {"/mnt/a b": ("nfs4", "srv:/a")}
    assert decode_fact(NetworkMounts, mounts_probe.network_mounts({}))


def test_the_options_of_a_mount_are_told(tmp_path):
    seen = files_probe.writable_space(str(tmp_path))
    assert seen["noexec"] is False
    assert seen["source"]


@pytest.mark.parametrize(
    ("rooms", "words", "expected", "fix"),
    [
        ([("s60", ("s40", "s60")), ("s40", ("s40",))], ("load_checkpoint",), "latest-differs",
         "printf %s s40 >/out/latest"),
        ([("s60", ("s60",)), ("s40", ("s40",))], ("load_checkpoint",), "latest-differs", ""),
        ([("s60", ("s40", "s60")), ("s60", ("s40",))], (), "latest-differs",
         "printf %s s40 >/out/latest"),
        ([("s60", ("s60",)), ("s60", ("s60",))], ("load_checkpoint",), "skip", ""),
        ([("s60", ("s60",)), ("", ())], ("load_checkpoint",), "skip", ""),
    ],
)  # fmt: skip
def test_the_newest_step_of_each_node_is_the_same_and_there(rooms, words, expected, fix):
    run = PathState("there", "/run", "directory")
    spaces = [room(absolute="/out", latest=latest, tags=tags) for latest, tags in rooms]
    snap = cluster(*(Files(run, output=space) for space in spaces), output="/out")
    script = TrainingScript("/run/train.py", words)
    for name in snap.job.names:
        with_fact(snap, name, DeepspeedConfig(ConfigText("missing", ""), script=script))
    stops = expected == "latest-differs" and bool(words)
    assert outcomes(CHECKPOINTS, snap) == [expected + "!" * stops]
    (found,) = judged(snap, f"files.{CHECKPOINTS}").values()
    assert (found.fix.command if found.fix else "") == fix


LOCAL = '{"zero_optimization": {"stage": 2}, "checkpoint": {"use_node_local_storage": true}}'


@pytest.mark.parametrize(
    ("rooms", "words", "cause", "fix"),
    [
        ([("s60", ("s60",)), ("", ("s60",))], ("load_checkpoint",), "latest-missing",
         "printf %s s60 >/out/latest"),
        ([("s60", ("s60",)), ("", ("s40",))], ("load_checkpoint",), "latest-missing", ""),
        ([("s60", ("s60",)), ("", ("s60",))], (), "", ""),
        ([("", ()), ("", ())], ("load_checkpoint",), "", ""),
        ([("s60", ("s60",)), ("s60", ("s60",))], ("load_checkpoint",), "", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shared", [False, True])
def test_nodes_that_resume_by_themselves_have_a_latest_each(rooms, words, cause, fix, shared):
    run = PathState("there", "/run", "directory")
    spaces = [room(absolute="/out", latest=tag, tags=tags, shared=shared) for tag, tags in rooms]
    snap = cluster(*(Files(run, output=space) for space in spaces), output="/out")
    snap.job = replace(snap.job, deepspeed_config="ds.json")
    script = TrainingScript("/run/train.py", words)
    config = ConfigText("there", "/run/ds.json", LOCAL, bytes=len(LOCAL))
    for name in snap.job.names:
        with_fact(snap, name, DeepspeedConfig(config, script=script))
    (found,) = judged(snap, f"files.{CHECKPOINTS}").values()
    assert found.cause == ("" if shared else cause) and not found.stops
    assert (found.fix.command if found.fix else "") == ("" if shared else fix)


@pytest.mark.parametrize(
    ("argument", "stops"),
    [
        ("--resume", True),
        ("--resume_from_checkpoint=/out", True),
        ("trainer.resume_mode=auto", True),
        ("/data/resumes.json", False),
        ("--data=/data/resumes.json", False),
    ],
)
def test_a_run_that_is_told_to_resume_stops_for_steps_that_differ(argument, stops):
    run = PathState("there", "/run", "directory")
    spaces = (room(absolute="/out", latest=tag, tags=("s40", "s60")) for tag in ("s40", "s60"))
    snap = cluster(*(Files(run, output=space) for space in spaces), output="/out")
    snap.job = replace(snap.job, command=("train.py", argument))
    (found,) = judged(snap, f"files.{CHECKPOINTS}").values()
    assert (found.cause, found.stops) == ("latest-differs", stops)


@pytest.mark.parametrize(
    ("last", "argument", "cause", "stops", "fix"),
    [
        ({"latest_empty": True}, "--resume", "latest-empty", True, "printf %s s60 >/out/latest"),
        ({"latest_empty": True, "tags": ("s40",)}, "--resume", "latest-empty", True, ""),
        ({"latest_empty": True}, "--steps", "", False, ""),
        ({"latest": "s60", "torn": {"a.pt": "is cut short"}}, "--resume", "cut-short", True,
         "ls -l /out/s60/a.pt"),
        ({"latest": "s60", "torn": {"a.pt": "is cut short"}}, "--steps", "", False, ""),
        ({"latest": "s60"}, "--resume", "", False, ""),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_loaded_stops_a_run_that_resumes(last, argument, cause, stops, fix):
    run, tags = PathState("there", "/run", "directory"), {"tags": ("s40", "s60")}
    whole = [room(absolute="/out", latest="s60", **tags) for _ in range(2)]
    rooms = [*whole, room(absolute="/out", **{**tags, **last})]
    snap = cluster(*(Files(run, output=space) for space in rooms), output="/out")
    snap.job = replace(snap.job, command=("train.py", argument))
    (found,) = judged(snap, f"files.{CHECKPOINTS}").values()
    assert (found.cause, found.stops) == (cause, stops)
    assert (found.fix.command if found.fix else "") == fix


@pytest.mark.parametrize("keep", [True, False])
def test_what_of_a_step_is_cut_short_is_seen(tmp_path, keep):
    step = tmp_path / "s60"
    step.mkdir()
    (step / "a.pt").write_bytes(b"PK\x03\x04" + bytes(50) + (b"PK\x05\x06" + bytes(18)) * keep)
    (step / "old.pt").write_bytes(b"pickled")
    (tmp_path / "latest").write_text("s60")
    seen = files_probe.output_space(str(tmp_path))
    assert (seen["torn"], seen["latest_empty"]) == ({} if keep else {"a.pt": "is cut short"}, False)
    (tmp_path / "latest").write_text("")
    seen = files_probe.output_space(str(tmp_path))
    assert (seen["torn"], seen["latest_empty"]) == ({}, True)
