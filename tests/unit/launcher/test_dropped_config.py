"""A start that has lost its DeepSpeed config says so: nothing else would."""

from __future__ import annotations

import dataclasses
import json

import pytest

from checks.model import Job, Node
from launcher.commands.dropped_config import describe_dropped_config

JOB = Job(nodes=(Node("n1"),), head="n1", workdir="/w", command=("train.py", "--lr", "1"))


def with_run(base, *command, name="20260101-000000-a"):
    (base / name).mkdir(parents=True)
    job = dataclasses.asdict(dataclasses.replace(JOB, command=command))
    (base / name / "plan.json").write_text(json.dumps({"job": job, "nodes": ["n1"]}))
    (base / name / "controller.json").write_text(json.dumps({"started": 1.0}))


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        (["train.py", "--deepspeed", "ds.json"], "its last run here had ds.json"),
        (["train.py", "--deepspeed_config=ds.json", "--lr", "2"], "its last run here had ds.json"),
        (["train.py", "--lr", "2"], ""),
        (["other.py", "--deepspeed", "ds.json"], ""),
    ],
)
def test_the_last_run_of_the_same_script_counts(tmp_path, earlier, said):
    with_run(tmp_path, *earlier)
    text = describe_dropped_config(JOB, tmp_path)
    assert said in text and bool(text) == bool(said)
    assert "ranks are started by deepspeed" in text or not said


def test_a_run_after_it_that_had_none_settles_it(tmp_path):
    with_run(tmp_path, "train.py", "--deepspeed", "ds.json")
    with_run(tmp_path, "train.py", name="20260101-000001-a")
    assert not describe_dropped_config(JOB, tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"deepspeed_config": "ds.json"}, "launch.toml names ds.json"),
        (
            {"deepspeed_config": "ds.json", "typed": (("--deepspeed-config", "ds.json"),)},
            "--deepspeed-config names ds.json",
        ),
        ({"deepspeed_config": "ds.json", "command": ("train.py", "--deepspeed", "ds.json")}, ""),
        ({"deepspeed_config": "ds.json", "found_config": ("ds.json", "train.py")}, ""),
        ({"deepspeed_config": "ds.json", "launcher": "accelerate"}, ""),
        ({}, ""),
    ],
)
def test_what_launch_toml_names_counts(tmp_path, change, said):
    text = describe_dropped_config(dataclasses.replace(JOB, **change), tmp_path)
    assert said in text and bool(text) == bool(said)
