"""A second start beside a run from here: refused before anything is done where both want a port."""

from __future__ import annotations

import dataclasses
import json

import pytest

from checks.model import Job
from launcher.commands.live_runs import next_start
from launcher.commands.start import checks_of_copies, refuse_beside_live_run
from launcher.record import RunRecord
from tests.support.snapshots import snapshot

JOB = dataclasses.replace(snapshot().job, command=("train.py",))


@pytest.fixture
def live(tmp_path, monkeypatch):
    """A run of JOB whose launcher is this process."""
    monkeypatch.setattr("sys.orig_argv", ["python", "-m", "launcher", "start", "--", "train.py"])
    record = RunRecord(tmp_path, "train")
    record.write_json("plan.json", {"job": dataclasses.asdict(JOB)})
    return record


def test_a_start_with_the_same_port_of_the_same_head_is_refused(live, tmp_path):
    refusal = refuse_beside_live_run(JOB, tmp_path)
    assert refusal.startswith(f"{live.path.name}, which was started here, runs with port 29500 of")
    assert f"stop {live.path.name}" in refusal
    assert refusal.endswith("-m launcher start --master-port 29501 -- train.py")


@pytest.mark.parametrize("change", [{"master_port": 29501}, {"head": "node2"}])
def test_a_start_that_meets_elsewhere_is_not(live, tmp_path, change):
    assert live.path
    assert not refuse_beside_live_run(dataclasses.replace(JOB, **change), tmp_path)


def test_a_run_that_ended_or_whose_launcher_is_gone_refuses_nothing(live, tmp_path):
    known = json.loads((live.path / "controller.json").read_text())
    live.write_json("controller.json", {**known, "born": known["born"] - 1})
    assert not refuse_beside_live_run(JOB, tmp_path)
    live.write_json("controller.json", known)
    live.close({"state": "finished"})
    assert not refuse_beside_live_run(JOB, tmp_path)


@pytest.mark.parametrize("plan", [{}, {"job": {}}, {"job": {"nodes": 3}}, []])
def test_a_damaged_plan_refuses_nothing(live, tmp_path, plan):
    live.write_json("plan.json", plan)
    assert not refuse_beside_live_run(JOB, tmp_path)


def job(**fields: str) -> Job:
    return dataclasses.replace(JOB, workdir="/run-of-nobody", **fields)


@pytest.mark.parametrize(
    ("path", "copied", "judged"),
    [
        ("zero.json", {"zero.json"}, True),
        ("./conf/zero.json", {"conf/zero.json", "train.py"}, True),
        ("/run-of-nobody/zero.json", {"zero.json"}, True),
        ("/data/zero.json", {"zero.json"}, False),
        ("zero.json", {"train.py"}, False),
        (None, {"zero.json"}, False),
    ],
)
def test_a_dry_run_lets_pass_what_judges_files_that_are_to_be_copied(
    path, copied, judged, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    for file in ("train.py", "zero.json", "conf/zero.json"):
        (tmp_path / file).touch()
    allowed = checks_of_copies(job(deepspeed_config=path), copied)
    assert "files.same-files-are-equal" in allowed
    assert ("deepspeed" in allowed) is judged
    assert "files.output-is-writable" not in allowed


@pytest.mark.parametrize(
    ("fields", "forgiven"),
    [
        ({"command": ("train.py",)}, True),
        ({"command": ("nosuch.py",)}, False),
        ({"command": ("-m", "nosuch")}, True),
        ({"command": ("/data/nosuch.py",)}, True),
        ({"command": ("train.py",), "deepspeed_config": "nosuch.json"}, False),
        ({"command": ("train.py",), "same": ("nosuch.yaml",)}, False),
    ],
)
def test_a_dry_run_forgives_no_file_that_a_copy_does_not_bring(
    fields, forgiven, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").touch()
    assert bool(checks_of_copies(job(**fields), {"train.py"})) == forgiven


def test_who_is_told_what_to_type_next_hears_of_the_run_that_has_the_port(live, tmp_path):
    said = next_start(JOB, tmp_path)
    assert said.startswith(f"{live.path.name} runs with port 29500 of node1; to watch it: ")
    other = dataclasses.replace(JOB, master_port=1)
    assert next_start(other, tmp_path).startswith("Next (copies this folder")
