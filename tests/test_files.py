"""Paths on the nodes: looked at for real here, judged from facts."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from checks.facts.decode import decode
from checks.facts.files import Files, Path, Room
from checks.model import Node
from checks.probe import files as probe
from tests.snapshots import judged, snapshot, with_fact, without

WORKDIR = Path("there", "/run", "directory")


def script(digest: str = "aaaa", state: str = "there", **fields: Any) -> Path:
    return Path(state, "/run/train.py", "file", 10, digest if state == "there" else "", **fields)


def room(**fields: Any) -> Room:
    healthy = {"nearest": "/out", "directory": True, "writable": True, "free_bytes": 10**12}
    given = {**healthy, "free_inodes": 10**6, "mount": "/", "filesystem": "ext4", **fields}
    return Room(given.pop("state", "there"), "/out", **given)


def files(same: Path | None = None, **fields: Any) -> Files:
    return Files(fields.pop("workdir", WORKDIR), {"train.py": same} if same else {}, **fields)


def cluster(*facts: Files, **job: Any):
    names = tuple(f"node{number}" for number in range(1, len(facts) + 1))
    snap = snapshot(names, **job)
    for name, fact in zip(names, facts, strict=True):
        with_fact(snap, name, fact)
    return snap


def of(snap, check, node="node1"):
    return judged(snap, f"files.{check}")[(node,)]


def accused(snap, check):
    findings = judged(snap, f"files.{check}")
    return {node: one.cause for (node,), one in findings.items() if one.outcome.value == "fail"}


def test_a_working_directory_holds():
    assert of(cluster(files()), "workdir-is-there").outcome.value == "pass"


def test_a_missing_working_directory_blocks_and_is_copied_from_a_node_that_has_it():
    snap = cluster(files(), files(workdir=Path("missing", "/data/run")))
    finding = of(snap, "workdir-is-there", "node2")
    assert (finding.cause, finding.stops) == ("missing", True)
    assert finding.fix
    assert finding.fix.command == "mkdir -p /data && scp -rp node1:/data/run /data/"


def test_a_working_directory_that_is_missing_everywhere_is_a_wrong_path():
    finding = of(cluster(files(workdir=Path("missing", "/data/run"))), "workdir-is-there")
    assert finding.fix
    assert "correct the path" in finding.fix.note


@pytest.mark.parametrize(
    ("workdir", "cause"),
    [
        (Path("there", "/run", "file"), "not-a-directory"),
        (Path("hangs", "/run"), "hangs"),
        (Path("denied", "/run", detail="Permission denied"), "denied"),
    ],
)
def test_each_other_fault_of_the_working_directory_has_its_cause(workdir, cause):
    assert of(cluster(files(workdir=workdir)), "workdir-is-there").cause == cause


def test_equal_files_hold():
    snap = cluster(files(script()), files(script()))
    finding = of(snap, "same-files-are-equal", "node2")
    assert finding.outcome.value == "pass"
    assert "train.py" in finding.message


def test_only_the_node_with_another_content_is_accused():
    snap = cluster(files(script("bbbb")), files(script()), files(script()))
    assert accused(snap, "same-files-are-equal") == {"node1": "differs"}
    finding = of(snap, "same-files-are-equal")
    assert "node2 and 1 more" in finding.message
    assert finding.fix
    assert finding.fix.command == "mkdir -p /run && scp -rp node2:/run/train.py /run/"


def test_of_two_the_head_is_right():
    snap = cluster(files(script()), files(script("bbbb")))
    assert accused(snap, "same-files-are-equal") == {"node2": "differs"}


def test_a_missing_file_is_fetched_with_the_user_and_port_of_its_source():
    hosts = (Node("node1", 1, "ubuntu", 2222), Node("node2", 1))
    snap = cluster(files(script()), files(script(state="missing")), hosts=hosts)
    finding = of(snap, "same-files-are-equal", "node2")
    assert finding.cause == "missing"
    assert finding.fix
    assert "scp -rp -P 2222 ubuntu@node1:/run/train.py /run/" in finding.fix.command


def test_a_file_that_no_node_has_is_a_wrong_path():
    finding = of(cluster(files(script(state="missing"))), "same-files-are-equal")
    assert finding.stops
    assert finding.fix
    assert "correct the path" in finding.fix.note


def test_comparison_by_samples_is_said():
    big = script(partial=True)
    assert "samples" in of(cluster(files(big), files(big)), "same-files-are-equal").message


def test_nothing_listed_is_nothing_to_compare():
    finding = of(cluster(files()), "same-files-are-equal")
    assert finding.outcome.value == "skip"
    assert "launch.toml" in finding.message


def test_a_missing_working_directory_is_accused_once():
    gone = Path("missing", "/run")
    snap = cluster(files(script()), files(script(state="missing"), workdir=gone))
    finding = of(snap, "same-files-are-equal", "node2")
    assert finding.outcome.value == "skip"
    assert "files.workdir-is-there" in finding.message


def test_needed_files_that_are_there_hold():
    model = Path("there", "/data/llama", "directory")
    assert of(cluster(files(exist={"/data/llama": model})), "needed-files-exist").message == (
        "/data/llama"
    )


@pytest.mark.parametrize("state", ["missing", "hangs", "denied", "error"])
def test_a_needed_path_that_cannot_be_read_blocks(state):
    bad, good = Path(state, "/data/llama"), Path("there", "/data/llama", "directory")
    snap = cluster(files(exist={"/data/llama": good}), files(exist={"/data/llama": bad}))
    assert accused(snap, "needed-files-exist") == {"node2": state}
    assert of(snap, "needed-files-exist", "node2").stops


def test_nothing_needed_is_skipped():
    assert of(cluster(files()), "needed-files-exist").outcome.value == "skip"


def test_a_writable_output_with_room_holds():
    finding = of(cluster(files(output=room())), "output-is-writable")
    assert finding.outcome.value == "pass"
    assert "ext4" in finding.message
    assert "1.0 TB" in finding.message


@pytest.mark.parametrize(
    ("output", "cause", "command"),
    [
        (room(read_only=True, mount="/o"), "read-only", "mount -o remount,rw /o"),
        (
            room(writable=False),
            "not-writable",
            "sudo mkdir -p /out && sudo chown $(id -u) /out",
        ),
        (room(directory=False), "not-a-directory", "ls -ld /out"),
        (room(free_inodes=0), "no-inodes", ""),
        (room(free_bytes=10**8), "no-space", ""),
        (Room("hangs", "/out"), "hangs", "findmnt --target /"),
    ],
)
def test_an_output_that_cannot_be_written_blocks(output, cause, command):
    finding = of(cluster(files(output=output)), "output-is-writable")
    assert (finding.cause, finding.stops) == (cause, True)
    assert finding.fix
    assert command in finding.fix.command


def test_little_room_warns():
    finding = of(cluster(files(output=room(free_bytes=10**9))), "output-is-writable")
    assert (finding.cause, finding.warned) == ("little-space", True)


def test_a_file_system_that_counts_no_inodes_is_not_full():
    assert of(cluster(files(output=room(free_inodes=None))), "output-is-writable").message


def test_an_output_that_is_local_where_most_share_it_is_not_mounted():
    nfs = room(shared=True, filesystem="nfs4", mount="/out")
    snap = cluster(files(output=nfs), files(output=nfs), files(output=room()))
    assert accused(snap, "output-is-writable") == {"node3": "not-mounted"}
    assert of(snap, "output-is-writable", "node3").warned


def test_no_output_asked_for_is_skipped():
    assert of(cluster(files()), "output-is-writable").outcome.value == "skip"


def test_no_answer_is_no_pass():
    snap = without(cluster(files()), "node1", Files)
    for check in (
        "workdir-is-there",
        "same-files-are-equal",
        "needed-files-exist",
        "output-is-writable",
    ):
        assert of(snap, check).outcome.value == "unknown"


def seen(folder, **args: Any) -> Files:
    return decode(Files, probe.files({"workdir": str(folder), "exist": [], **args}))


def test_relative_paths_are_below_the_working_directory(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    found = seen(tmp_path, same=["a.json"], exist=["a.json", "no"])
    assert found.same["a.json"].absolute == str(tmp_path / "a.json")
    assert found.exist["a.json"].state == "there"
    assert found.exist["no"].state == "missing"


def test_the_script_and_the_config_must_be_alike_too(tmp_path):
    found = seen(tmp_path, command=["train.py", "--x"], deepspeed_config="ds.json")
    assert set(found.same) == {"train.py", "ds.json"}
    assert set(seen(tmp_path, command=["-m", "axolotl"]).same) == set()


def test_one_byte_makes_another_digest(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 5000)
    (tmp_path / "b").write_bytes(b"x" * 4999 + b"y")
    found = seen(tmp_path, same=["a", "b"]).same
    assert found["a"].digest != found["b"].digest
    assert not found["a"].partial


def test_folders_are_alike_by_names_and_contents(tmp_path):
    for name in ("one", "two", "three"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub/cfg").write_text("same")
        (tmp_path / name / "dangling").symlink_to("nowhere")
    (tmp_path / "two/__pycache__").mkdir()
    (tmp_path / "two/__pycache__/x.pyc").write_text("node's own")
    (tmp_path / "three/sub/cfg").rename(tmp_path / "three/sub/cfg2")
    found = seen(tmp_path, same=["one", "two", "three"]).same
    assert found["one"].digest == found["two"].digest
    assert found["one"].digest != found["three"].digest


def test_a_large_file_is_compared_by_samples(tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "WHOLE_BYTES", 1024)
    monkeypatch.setattr(probe, "CHUNK", 16)
    (tmp_path / "big").write_bytes(os.urandom(5000))
    found = seen(tmp_path, same=["big"]).same["big"]
    assert found.partial
    assert found.digest


def test_a_path_that_hangs_is_told_while_others_answer(tmp_path, monkeypatch):
    release, real = threading.Event(), os.stat

    def stat(path, **options):
        if str(path).endswith("hung"):
            release.wait(30)
        return real(path, **options)

    monkeypatch.setattr(probe.os, "stat", stat)
    monkeypatch.setattr(probe, "LOOK_LIMIT", 0.5)
    try:
        found = seen(tmp_path, exist=["hung", "/etc"])
    finally:
        release.set()
    assert found.exist["hung"].state == "hangs"
    assert found.exist["/etc"].state == "there"
    assert found.workdir.state == "there"


def test_output_looks_at_the_nearest_folder_and_makes_nothing(tmp_path):
    output = seen(tmp_path, output="runs/1/ckpt").output
    assert output
    assert output.nearest == str(tmp_path)
    assert output.writable
    assert output.free_bytes > 0
    assert list(tmp_path.iterdir()) == []


def test_output_below_a_file_is_no_folder(tmp_path):
    (tmp_path / "runs").write_text("")
    output = seen(tmp_path, output="runs/1").output
    assert output
    assert not output.directory


MOUNTS = """\
/dev/sda / ext4 rw 0 0
srv:/data /data nfs4 rw 0 0
tmpfs /data\\040b tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/data/run", ("/data", "nfs4", "srv:/data")),
        ("/database", ("/", "ext4", "/dev/sda")),
        ("/data b/x", ("/data b", "tmpfs", "tmpfs")),
    ],
)
def test_the_innermost_mount_holds_a_path(path, mount):
    assert probe.mount_of(path, MOUNTS) == mount


@pytest.mark.parametrize(
    ("kind", "shared"), [("nfs4", True), ("lustre", True), ("fuse.sshfs", True), ("ext4", False)]
)
def test_shared_file_systems_are_known(kind, shared):
    assert probe.remote(kind) is shared
