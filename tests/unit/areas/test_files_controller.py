"""The ranks run what the user sees: the controller's copies against those of the nodes."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.controller_files import ControllerFiles
from checks.facts.files import Files, PathState
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.local_modules import LocalModules
from checks.stages import controller_files as stage
from tests.support.snapshots import judged, snapshot, with_fact, without

CHECK = "files.nodes-have-the-controllers-files"
THERE = PathState("there", "/run", kind="directory")


def cluster(copies, *scripts, config="c"):
    """Nodes with these digests of train.py, all with one of cfg.yml."""
    snap = snapshot(tuple(f"node{number}" for number in range(1, len(scripts) + 1)))
    for name, digest in zip(snap.job.names, scripts, strict=True):
        state = "there" if digest else "missing"
        same = {"train.py": PathState(state, "/run/train.py", digest=digest)}
        paths = {"cfg.yml": JobPath("there", "/run/cfg.yml", digest=config)}
        with_fact(snap, name, Files(THERE, same=same))
        with_fact(snap, name, JobPaths(JobPath("there", "/run"), {"cfg.yml": "config"}, paths))
        with_fact(snap, name, LocalModules({"lib/model.py": "m"}))
        with_fact(snap, name, ControllerFiles(**copies, sync_line="launcher sync"))
    return snap


def of(*args, **options):
    return judged(cluster(*args, **options), CHECK)[()]


@pytest.mark.parametrize(
    ("copies", "path"), [({"train.py": "a"}, "train.py"), ({"cfg.yml": "d"}, "cfg.yml")]
)
def test_what_was_edited_here_alone_stops_the_start(copies, path):
    finding = of({"at_path": copies}, "b", "b")
    assert (finding.cause, finding.stops) == ("differs", True)
    assert f"/run/{path} differs between this machine and node[1-2]" in finding.message
    assert finding.fix
    assert finding.fix.command == "launcher sync"


@pytest.mark.parametrize(
    ("nodes", "allow", "way"),
    [
        ("bb", (), f"; where theirs are right: --allow {CHECK}"),
        ("bb", (CHECK,), ""),
        ("bb", ("files",), ""),
        ("abb", (), "; where theirs is right, copy that one here first"),
        ("bx", (), "; where theirs is right, copy that one here first"),
    ],
    ids=["alike", "allowed", "area-allowed", "the-head-is-here", "all-differ"],
)
def test_an_allowance_is_named_where_it_helps_alone(nodes, allow, way):
    snap = cluster({"at_path": {"train.py": "a"}}, *nodes)
    snap.job = dataclasses.replace(snap.job, allow=allow)
    fix = judged(snap, CHECK)[()].fix
    assert fix
    assert fix.note == f"here; it copies the files to the nodes, as `start --sync` does{way}"


def test_of_several_files_the_first_is_named_and_the_others_are_counted():
    finding = of({"at_path": {"train.py": "a", "cfg.yml": "d"}}, "b", "b")
    assert "train.py, and 1 more, differs" in finding.message
    assert finding.evidence["files"] == ["train.py", "cfg.yml"]


def test_a_node_that_differs_from_the_others_is_no_matter_of_the_controllers():
    assert of({"at_path": {"train.py": "b"}}, "b", "x", "b").outcome.value == "pass"
    finding = of({"at_path": {"train.py": "x"}}, "b", "x", "b")
    assert finding.cause == "differs"
    assert finding.evidence["nodes"] == ["node1", "node3"]


def test_a_copy_in_the_folder_of_the_call_warns():
    finding = of({"in_folder": {"train.py": "a"}, "folder": "/home/me"}, "b", "b")
    assert (finding.cause, finding.stops, finding.warned) == ("differs-in-folder", False, True)
    assert "will run /run/train.py of the nodes, which differs from /home/me/train.py" in (
        finding.message
    )


@pytest.mark.parametrize(
    "copies",
    [
        {"at_path": {"train.py": "b"}},
        {"at_path": {"train.py": "b", "cfg.yml": "c"}, "in_folder": {"cfg.yml": "c"}},
        {"in_folder": {"train.py": "b"}, "folder": "/home/me"},
    ],
)
def test_equal_copies_pass(copies):
    assert of(copies, "b", "b").outcome.value == "pass"


def test_nothing_to_compare_is_no_pass():
    assert of({}, "b", "b").outcome.value == "skip"
    assert of({"at_path": {"train.py": "b"}}, "", "").outcome.value == "skip"


def test_a_node_that_does_not_answer_is_not_compared():
    snap = without(cluster({"at_path": {"train.py": "b"}}, "b", "b"), "node2", Files)
    assert judged(snap, CHECK)[()].outcome.value == "pass"


def test_the_controller_looks_at_the_path_of_the_nodes_and_in_the_folder_of_the_call(
    tmp_path, monkeypatch
):
    (tmp_path / "run").mkdir()
    (tmp_path / "call").mkdir()
    (tmp_path / "run/train.py").write_text("1")
    (tmp_path / "call/train.py").write_text("2")
    (tmp_path / "call/cfg.yml").write_text("a: 1")
    monkeypatch.chdir(tmp_path / "call")
    snap = snapshot(workdir=str(tmp_path / "run"), command=("train.py", "--config", "cfg.yml"))
    stage.run_stage(None, snap, snap.job.names)
    found = snap.answer("node3", ControllerFiles.section).fields
    assert set(found["at_path"]) == {"train.py"}
    assert set(found["in_folder"]) == {"train.py", "cfg.yml"}
    assert found["at_path"]["train.py"] != found["in_folder"]["train.py"]
    assert (found["source"], found["near"]) == (str(tmp_path / "run"), {})
    monkeypatch.chdir(tmp_path / "run")
    stage.run_stage(None, snap, snap.job.names)
    found = snap.answer("node3", ControllerFiles.section).fields
    assert (set(found["at_path"]), found["in_folder"]) == ({"train.py"}, {})


def test_where_this_machine_lacks_the_path_the_folder_of_the_call_is_what_is_copied(
    tmp_path, monkeypatch
):
    for path in ("train.py", "pkg/__init__.py", "pkg/deep/run.py", ".venv/x.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path)
    snap = snapshot(workdir="/nowhere", command=("trian.py",))
    stage.run_stage(None, snap, snap.job.names)
    found = snap.answer("node1", ControllerFiles.section).fields
    assert found["near"] == {"trian.py": "train.py"}
    assert {"train", "pkg", "pkg.deep.run"} <= {*found["modules"]}
    fact = ControllerFiles(**found)
    assert (fact.source, fact.copied) == (str(tmp_path), fact.in_folder)
