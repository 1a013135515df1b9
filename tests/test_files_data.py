"""Arguments, data, shared folders, rooms and mounts: seen for real, judged from facts."""

from __future__ import annotations

import json
from pathlib import Path as LocalPath
from typing import Any

import pytest

from checks.facts import Fact
from checks.facts.decode import decode
from checks.facts.deepspeed_config import DeepspeedConfig, Text
from checks.facts.files import Files, Path, Room
from checks.facts.job_paths import Held, JobPaths
from checks.facts.network_mounts import Mount, NetworkMounts
from checks.facts.rooms import Rooms
from checks.probe import files as files_probe
from checks.probe import job_paths as probe
from checks.probe import network_mounts as mounts_probe
from checks.probe import rooms as rooms_probe
from tests.snapshots import judged, snapshot, with_fact

NODES = ("node1", "node2", "node3")
MODEL = "/data/llama"
NFS = {"shared": True, "mount": "/data", "source": "store:/export", "filesystem": "nfs4"}


def held(path: str = MODEL, **fields: Any) -> Held:
    usual = {"kind": "directory", "real": path, "mount": "/", "filesystem": "ext4", "entries": 3}
    return Held("there", path, **{**usual, "source": "/dev/sda", **fields})


def paths(seen: Held, option: str | None = "model_name_or_path", path: str = MODEL) -> JobPaths:
    """One path, an argument unless its option is None."""
    arguments = {path: option} if option is not None else {}
    return JobPaths(held("/run"), arguments, {path: seen})


def cluster(*facts: Fact, **job: Any):
    snap = snapshot(NODES[: len(facts)], **job)
    for name, fact in zip(NODES, facts, strict=False):
        with_fact(snap, name, fact)
    return snap


def told(claim: str, snap: Any) -> list[str]:
    """By node: pass, skip, unknown, or the cause with ! where it blocks."""
    found = judged(snap, f"files.{claim}").values()
    assert all(one.message for one in found)
    assert all(one.fix for one in found if one.outcome.value == "fail")
    return [
        one.cause + "!" * one.stops if one.outcome.value == "fail" else one.outcome.value
        for one in found
    ]


MISSING = Held("missing", MODEL)
IN_COMMAND = "paths-in-the-command-are-there"


@pytest.mark.parametrize(
    ("here", "there", "option", "expected"),
    [
        (held(), held(), "model", "pass"),
        (MISSING, held(), "model", "missing!"),
        (MISSING, held(), "", "missing!"),
        (Held("denied", MODEL), held(), "model", "denied!"),
        (Held("hangs", MODEL), held(), "model", "hangs!"),
        (MISSING, MISSING, "model", "missing-everywhere"),
        (MISSING, MISSING, "steps", "pass"),
        (held(digest="a"), held(digest="b"), "config", "differs!"),
        (held(digest="b"), held(digest="b"), "config", "pass"),
    ],
)
def test_what_the_arguments_name_is_there(here, there, option, expected):
    snap = cluster(paths(there, option), paths(there, option), paths(here, option))
    assert told(IN_COMMAND, snap)[2] == expected
    assert told(IN_COMMAND, snap)[0] in ("pass", "missing-everywhere")


def test_what_is_missing_everywhere_may_be_made_before_the_start():
    snap = cluster(paths(MISSING), paths(MISSING), before=(("-m", "prepare"),))
    assert told(IN_COMMAND, snap) == ["pass", "pass"]


def test_nothing_is_asked_without_arguments_or_without_their_folder():
    assert told(IN_COMMAND, cluster(JobPaths(held("/run")))) == ["skip"]
    gone = JobPaths(Held("missing", "/run"), {"cfg.yml": ""}, {"cfg.yml": MISSING})
    assert told(IN_COMMAND, cluster(gone)) == ["skip"]


def test_what_others_have_on_a_shared_mount_is_mounted_and_not_copied():
    shared = held(**NFS)
    snap = cluster(paths(shared), paths(shared), paths(MISSING))
    finding = judged(snap, f"files.{IN_COMMAND}")[("node3",)]
    assert finding.fix
    assert finding.fix.command == "mount /data"
    own = cluster(paths(held()), paths(MISSING))
    copy = judged(own, f"files.{IN_COMMAND}")[("node2",)].fix
    assert copy
    assert copy.command == "mkdir -p /data && scp -rp node1:/data/llama /data/"


def test_a_needed_file_that_others_have_on_a_shared_mount_is_mounted():
    shared = paths(held(**NFS), None)
    snap = cluster(shared, shared, paths(MISSING, None))
    run = Path("there", "/run", "directory")
    for name in NODES:
        state = "missing" if name == "node3" else "there"
        with_fact(snap, name, Files(run, exist={MODEL: Path(state, MODEL, "directory")}))
    finding = judged(snap, "files.needed-files-exist")[("node3",)]
    assert finding.cause == "missing"
    assert finding.fix
    assert finding.fix.command == "mount /data"


LINKED = {"real": "/models/v2", "entries": 3}


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ({}, {}, "pass"),
        ({"entries": 0}, {}, "empty!"),
        ({"entries": 0}, {"entries": 0}, "pass"),
        ({"entries": 9}, {}, "pass"),
        ({"weights": 1, "weight_bytes": 5}, {"weights": 2, "weight_bytes": 9}, "incomplete!"),
        ({}, {"weights": 2, "weight_bytes": 9}, "incomplete!"),
        ({"weights": 1, "pointers": ("a.bin",)}, {"weights": 1}, "lfs-pointer!"),
        ({"kind": "file", "bytes": 4}, {"kind": "file", "bytes": 5}, "incomplete!"),
        ({"kind": "file", "bytes": 4, "digest": "a"}, {"kind": "file", "digest": "b"}, "pass"),
        ({"real": "/models/v1"}, LINKED, "another-version"),
        ({"real": "/models/v1", "weights": 1}, {**LINKED, "weights": 2}, "another-version!"),
        ({"real": "/nvme/llama"}, {"real": "/scratch/llama"}, "pass"),
        ({}, {"real": "/models/v2"}, "pass"),
    ],
)
def test_data_is_whole(here, there, expected):
    good = paths(held(**there), None)
    snap = cluster(good, good, paths(held(**here), None))
    assert told("needed-data-is-whole", snap) == ["pass", "pass", expected]


def test_pointers_on_all_nodes_are_pulled():
    left = paths(held(pointers=("a.bin",)))
    snap = cluster(left, left)
    assert told("needed-data-is-whole", snap) == ["lfs-pointer!"] * 2
    fix = judged(snap, "files.needed-data-is-whole")[("node1",)].fix
    assert fix
    assert fix.command == "git -C /data/llama lfs pull"


SHARED = "shared-folders-are-shared-everywhere"


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        (NFS, "pass"),
        ({}, "not-mounted"),
        ({**NFS, "source": "10.0.0.9:/export"}, "pass"),
        ({**NFS, "source": "store:/other"}, "another-mount"),
        ({**NFS, "mount": "/data/llama", "source": "store:/export/llama"}, "pass"),
    ],
)
def test_a_shared_folder_is_one_everywhere(here, expected):
    good = paths(held(**NFS))
    snap = cluster(good, good, paths(held(**here)))
    assert told(SHARED, snap) == ["pass", "pass", expected]


def test_a_folder_that_only_one_node_mounts_accuses_nobody():
    snap = cluster(paths(held(**NFS)), paths(held()), paths(held()))
    assert told(SHARED, snap) == ["pass"] * 3
    gone = JobPaths(Held("missing", "/run"))
    assert told(SHARED, cluster(gone)) == ["skip"]


def room(**fields: Any) -> Room:
    healthy = {"nearest": "/tmp", "directory": True, "writable": True, "free_bytes": 10**11}
    given = {**healthy, "mount": "/", "filesystem": "ext4", **fields}
    return Room(given.pop("state", "there"), given.pop("absolute", "/tmp"), **given)


def rooms(temporary: Room | None = None, home: Room | None = None, output: Room | None = None):
    snap = cluster(Rooms(temporary or room(), home or room(), room()))
    return with_fact(snap, "node1", Files(Path("there", "/run", "directory"), output=output))


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
        ({"writable": False}, "not-writable!"),
        ({"state": "missing"}, "missing"),
        ({"state": "hangs"}, "unreadable!"),
    ],
)
def test_temporary_files_can_be_written(fields, expected):
    assert told(TEMPORARY, rooms(room(**fields))) == [expected]


def test_one_full_disk_is_told_once():
    full = room(free_bytes=10**6)
    assert told(TEMPORARY, rooms(full, full, full)) == ["skip"]
    assert told("home-and-caches-have-room", rooms(full, full)) == ["pass"]
    own = room(free_bytes=10**6, mount="/home")
    assert told("home-and-caches-have-room", rooms(room(), own)) == ["little-space"]


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
    with_fact(snap, "node1", JobPaths(held("/run")))
    assert told("network-mounts-answer", snap) == [expected]


def test_a_dead_mount_that_the_job_uses_is_told_by_the_path():
    snap = cluster(NetworkMounts({"/data": Mount("hangs", "nfs4")}))
    with_fact(snap, "node1", paths(Held("hangs", MODEL)))
    assert told("network-mounts-answer", snap) == ["skip"]


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
    run = Path("there", "/run", "directory")
    facts = [Files(run, output=room(absolute="/out", shared=one)) for one in shared]
    snap = cluster(*facts, deepspeed_config="ds.json", output="/out")
    text = Text("there", "/run/ds.json", json.dumps(config))
    for name in snap.job.names:
        with_fact(snap, name, DeepspeedConfig(text))
    assert told(CHECKPOINTS, snap) == [expected]


def test_checkpoints_without_a_config_or_an_output_are_not_judged():
    run = Path("there", "/run", "directory")
    assert told(CHECKPOINTS, cluster(Files(run), Files(run))) == ["skip"]
    assert told(CHECKPOINTS, cluster(Files(run), deepspeed_config="ds.json")) == ["skip"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("train.py", "--data_path", "/data/x"), {"/data/x": "data_path"}),
        (
            ("train.py", "--config=c.yaml", "--bf16", "x.json"),
            {"c.yaml": "config", "x.json": "bf16"},
        ),
        (("-m", "axolotl.cli.train", "cfg.yml"), {"cfg.yml": ""}),
        (("train.py", "--output_dir", "/out", "--logging_dir=/logs", "--cache_dir", "/c"), {}),
        (("train.py", "--resume_from_checkpoint", "/out/1"), {"/out/1": "resume_from_checkpoint"}),
        (("train.py", "--model", "meta-llama/Llama-2-7b", "--url", "s3://b/x.json"), {}),
        (("train.py", "--glob", "/data/*.json", "--lr", "1e-5"), {}),
    ],
)
def test_paths_among_arguments(words, expected):
    assert probe.named({"command": words}) == expected


def test_what_others_look_at_is_not_looked_at_twice():
    words = ("train.py", "--deepspeed", "zero.json", "--model", "/m")
    args = {"command": words, "deepspeed_config": "zero.json", "exist": ["/m"]}
    assert probe.named(args) == {}


def test_a_model_folder_is_looked_into(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a.safetensors").write_bytes(b"x" * 5000)
    (folder / "b.bin").write_bytes(probe.POINTER + b"/spec/v1")
    (folder / "config.json").write_text("{}")
    (tmp_path / "c.yml").write_text("lr: 1")
    words = ["train.py", "--model=./model", "c.yml", "--data", "./none"]
    seen = decode(JobPaths, probe.job_paths({"workdir": str(tmp_path), "command": words}))
    model = seen.paths["./model"]
    assert (model.entries, model.weights, model.pointers) == (3, 2, ("b.bin",))
    assert seen.paths["c.yml"].digest
    assert seen.paths["./none"].state == "missing"
    assert seen.workdir.there


def test_rooms_of_this_machine(tmp_path):
    env = {"TMPDIR": str(tmp_path), "HF_HOME": str(tmp_path / "hf")}
    seen = decode(Rooms, rooms_probe.rooms({"env": env}))
    assert seen.by_variable
    assert seen.temporary.absolute == str(tmp_path)
    assert seen.hub.absolute == str(tmp_path / "hf/hub")
    assert seen.home.absolute == str(LocalPath.home())


def test_only_mounts_of_other_machines_are_network_mounts():
    lines = (
        "srv:/a /mnt/a\\040b nfs4 rw 0 0\n/dev/sda / ext4 rw 0 0\nx /run/user fuse.portal rw 0 0"
    )
    assert mounts_probe.remote_mounts(lines) == {"/mnt/a b": ("nfs4", "srv:/a")}
    assert decode(NetworkMounts, mounts_probe.network_mounts({}))


def test_the_options_of_a_mount_are_told(tmp_path):
    seen = files_probe.room(str(tmp_path))
    assert seen["noexec"] is False
    assert seen["source"]
