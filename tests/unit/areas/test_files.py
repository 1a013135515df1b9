"""Paths on the nodes: the working directory, files that must be alike or there, and the output."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checks.areas.files.fixes import FROM_HERE
from checks.facts.controller_files import ControllerFiles
from checks.facts.files import Files, FolderSpace, PathState
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.local_modules import LocalModules
from checks.model import HERE, Node
from tests.support.snapshots import judged, snapshot, with_fact, without

WORKDIR = PathState("there", "/run", "directory")


def script(digest: str = "aaaa", state: str = "there", **fields: Any) -> PathState:
    return PathState(
        state, "/run/train.py", "file", 10, digest if state == "there" else "", **fields
    )


def room(**fields: Any) -> FolderSpace:
    healthy = {"nearest": "/out", "directory": True, "writable": True, "free_bytes": 10**12}
    given = {**healthy, "free_inodes": 10**6, "mount": "/", "filesystem": "ext4", **fields}
    return FolderSpace(given.pop("state", "there"), "/out", **given)


def files(same: PathState | None = None, **fields: Any) -> Files:
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
    return {
        node: finding.cause
        for (node,), finding in findings.items()
        if finding.outcome.value == "fail"
    }


def test_a_working_directory_holds():
    assert of(cluster(files()), "workdir-is-there").outcome.value == "pass"


def test_a_missing_working_directory_blocks_and_is_copied_from_a_node_that_has_it():
    snap = cluster(files(), files(workdir=PathState("missing", "/data/run")))
    finding = of(snap, "workdir-is-there", "node2")
    assert (finding.cause, finding.stops) == ("missing", True)
    assert finding.fix
    assert finding.fix.command == "mkdir -p /data && scp -rp node1:/data/run /data/"


@pytest.mark.parametrize(
    ("workdir", "having", "said", "noted"),
    [
        ("/run", "100", "; only node1 has it", True),
        ("/run", "110", "; 2 of the other nodes have it", True),
        ("/other", "100", "; only node1 has it", False),
    ],
)
def test_who_has_what_is_missing_is_said_and_that_sync_copies_it(workdir, having, said, noted):
    there = {"1": script(), "0": script(state="missing")}
    finding = of(
        cluster(*(files(there[each]) for each in having), workdir=workdir),
        "same-files-are-equal",
        "node3",
    )
    assert finding.message.endswith(f"is missing on node3{said}")
    assert finding.fix.command.startswith("mkdir -p /run && scp -rp node1:")
    assert finding.fix.note == (FROM_HERE if noted else "")


def test_a_working_directory_that_is_missing_everywhere_is_a_wrong_path():
    finding = of(cluster(files(workdir=PathState("missing", "/data/run"))), "workdir-is-there")
    assert finding.fix
    assert "correct the path" in finding.fix.note


COPIES = ControllerFiles({"train.py": "a"}, sync_line="sync --hosts h", source="/run")


def test_a_working_directory_that_this_machine_alone_has_is_copied_from_here():
    gone = PathState("missing", "/run")
    snap = cluster(files(workdir=gone), files(workdir=gone))
    for name in snap.job.names:
        with_fact(snap, name, COPIES)
    first, second = (of(snap, "workdir-is-there", name).fix for name in snap.job.names)
    assert first and first == second
    assert (first.command, first.on) == ("sync --hosts h", HERE)
    assert "`start --sync`" in first.note


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("launcher start -- train.py --lr 1", "launcher start -- t.py --lr 1"),
        ("preflight -q", ""),
    ],
)
def test_a_misspelt_script_has_the_line_with_the_name_that_was_meant(typed, line):
    missing = files(script(state="missing", near=("t.py",)))
    snap = cluster(missing, missing, command=("train.py", "--lr", "1"))
    copies = replace(COPIES, at_path={}, typed=tuple(typed.split()))
    for name in snap.job.names:
        with_fact(snap, name, copies)
    fix = of(snap, "same-files-are-equal", "node1").fix
    assert (fix.command, fix.on) == (line, HERE)
    assert fix.note.startswith("type t.py in" if not line else "t.py in place of train.py")


def test_a_misspelt_config_of_the_script_is_corrected_where_it_stands():
    gone = PathState("missing", "/run/zer02.json", near=("zero2.json",))
    missing = Files(PathState("there", "/run", "directory"), {"zer02.json": gone})
    job = {"deepspeed_config": "zer02.json", "found_config": ("zer02.json", "train.py")}
    snap = cluster(missing, missing, command=("train.py",), **job)
    for name in snap.job.names:
        with_fact(snap, name, replace(COPIES, at_path={}, typed=("start", "--", "train.py")))
    finding = of(snap, "same-files-are-equal", "node1")
    assert finding.stops and finding.fix and not finding.fix.command
    assert (
        ", which train.py names, is missing on node1; did you mean zero2.json?" in finding.message
    )
    assert finding.fix.note.startswith("in train.py, write zero2.json in place of zer02.json")


@pytest.mark.parametrize(
    ("copies", "near", "command", "words"),
    [
        (COPIES, (), "sync --hosts h", "copies /run of this machine"),
        (replace(COPIES, source="/me", folder="/me"), ("t.py",), "", "type t.py in place of train"),
        (replace(COPIES, at_path={}, near={"train.py": "trian.py"}), (), "", "type trian.py in"),
        (replace(COPIES, at_path={}), ("tr.py",), "", "type tr.py in place of train.py; no node"),
        (replace(COPIES, in_folder={"train.py": "a"}, source="/me", folder="/me"), (), "sync", ""),
    ],
    ids=[
        "here",
        "another folder is copied",
        "near here",
        "near there",
        "in the folder of the call",
    ],
)
def test_a_script_that_no_node_has_is_copied_from_here_or_misspelt(copies, near, command, words):
    snap = cluster(*[files(script(state="missing", near=near))] * 2)
    for name in snap.job.names:
        with_fact(snap, name, copies)
    findings = [of(snap, "same-files-are-equal", name) for name in snap.job.names]
    assert all(finding.stops and finding.fix and finding.fix.on == HERE for finding in findings)
    assert findings[0].fix == findings[1].fix
    assert findings[0].fix.command.startswith(command)
    assert bool(findings[0].fix.command) == bool(command)
    assert words in findings[0].fix.note
    assert ("did you mean" in findings[0].message) == (not command)


@pytest.mark.parametrize(
    ("workdir", "cause"),
    [
        (PathState("there", "/run", "file"), "not-a-directory"),
        (PathState("hangs", "/run"), "hangs"),
        (PathState("denied", "/run", detail="Permission denied"), "denied"),
        (PathState("error", "/run", detail="Input/output error"), "error"),
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
    gone = PathState("missing", "/run")
    snap = cluster(files(script()), files(script(state="missing"), workdir=gone))
    finding = of(snap, "same-files-are-equal", "node2")
    assert finding.outcome.value == "skip"
    assert "files.workdir-is-there" in finding.message


def test_needed_files_that_are_there_hold():
    model = PathState("there", "/data/llama", "directory")
    assert of(cluster(files(exist={"/data/llama": model})), "needed-files-exist").message == (
        "/data/llama"
    )


@pytest.mark.parametrize("state", ["missing", "hangs", "denied", "error"])
def test_a_needed_path_that_cannot_be_read_blocks(state):
    bad, good = PathState(state, "/data/llama"), PathState("there", "/data/llama", "directory")
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
            "mkdir -p /out && chown $(id -u) /out",
        ),
        (room(directory=False), "not-a-directory", "mv -nT /out /out.moved && mkdir -p /out"),
        (room(directory=False, target="/mnt/out"), "dangling-link", "mkdir -p /mnt/out"),
        (room(free_inodes=0), "no-inodes", ""),
        (room(free_bytes=10**8), "no-space", ""),
        (FolderSpace("hangs", "/out"), "hangs", "findmnt --target /"),
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


@pytest.mark.parametrize(
    ("free", "cause", "stops"),
    [
        ({"free_bytes": 65536}, "no-space", True),
        ({"free_bytes": 10**8}, "little-space", False),
        ({"free_bytes": 10**9}, "", False),
        ({"free_inodes": 0}, "no-inodes", True),
    ],
)
def test_a_folder_that_the_command_writes_has_room_on_each_node(free, cause, stops):
    snap = cluster(files(), files())
    for name, folder in {"node1": room(), "node2": room(**free)}.items():
        there = JobPath("there", "/run", "directory")
        paths = JobPaths(there, written={"out": "output_dir"}, written_folders={"out": folder})
        with_fact(snap, name, paths)
    found = of(snap, "output-is-writable", "node2")
    assert (found.cause, found.stops) == (cause, stops)
    assert ("/out on node2" in found.message) == bool(cause)
    assert of(snap, "output-is-writable", "node1").cause == ""


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


def modules(*digests):
    """A script that is the same everywhere, and the digest of its lib/model.py on each node."""
    snap = cluster(*(files(script()) for _ in digests))
    for name, digest in zip(snap.job.names, digests, strict=True):
        with_fact(snap, name, LocalModules({"lib/model.py": digest} if digest else {}))
    return snap


@pytest.mark.parametrize(
    ("digests", "cause", "said"),
    [
        (("a", "a", "b"), "differs", "/run/lib/model.py on node3 differs from the one on node1"),
        (("a", "a", ""), "missing", "/run/lib/model.py is missing on node3; node1 and 1 more"),
    ],
)
def test_a_module_of_the_script_must_be_equal_too(digests, cause, said):
    finding = of(modules(*digests), "same-files-are-equal", "node3")
    assert (finding.cause, finding.stops) == (cause, True)
    assert said in finding.message
    assert finding.fix
    assert "scp -rp node1:/run/lib/model.py /run/lib/" in finding.fix.command
    assert of(modules(*digests), "same-files-are-equal", "node1").outcome.value == "pass"


def test_equal_modules_are_counted():
    assert (
        "train.py and what it imports (1)" in of(modules("a", "a"), "same-files-are-equal").message
    )


@pytest.mark.parametrize(
    ("head_modified", "expected"),
    [(200.0, {"node2": "differs", "node3": "differs"}), (50.0, {"node1": "differs"})],
)
def test_of_a_newer_file_on_the_head_the_others_are_copies(head_modified, expected):
    own, others = script("bbbb", modified=head_modified), script("aaaa", modified=100.0)
    snap = cluster(files(own), files(others), files(others))
    assert accused(snap, "same-files-are-equal") == expected
    source = "node1" if "node2" in expected else "node2"
    findings = [of(snap, "same-files-are-equal", node) for node in expected]
    assert all(f"scp -rp {source}:/run/train.py" in finding.fix.command for finding in findings)


def test_a_link_to_nothing_is_removed_before_the_copy():
    link = script(state="missing", target="/none/x")
    finding = of(cluster(files(script()), files(link)), "same-files-are-equal", "node2")
    assert "is a link to /none/x" in finding.message
    assert finding.fix.command.startswith("rm /run/train.py && mkdir -p /run && scp")
