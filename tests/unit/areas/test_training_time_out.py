"""The time that ranks wait for one another, against what an earlier run took to its first step."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from checks.facts.deepspeed_config import DeepspeedConfig, TrainingScript
from checks.facts.earlier_start import EarlierStart
from checks.facts.environment import Environment
from checks.model import Job, Node
from checks.stages.earlier_start import find_earlier_start
from tests.support.installed import cluster, software
from tests.support.snapshots import judged, with_fact

CLAIM = "training.starts-fit-the-time-out"
COMMAND = ("train.py", "--steps", "9")


def finding(
    seconds=0.0,
    *,
    before=None,
    deepspeed="0.19.8",
    job=None,
    shell=None,
    script=(),
    command=COMMAND,
):
    run = "2026-11-01-train" if seconds else ""
    base = {"software": software(packages={"torch": "2.13.0", "deepspeed": deepspeed})}
    snap = cluster(base=base, job={"launcher": "deepspeed", "command": command, **(job or {})})
    for fact in (
        EarlierStart(run, seconds, before),
        Environment(shell or {}),
        DeepspeedConfig(script=TrainingScript("train.py", script)),
    ):
        with_fact(snap, "node1", fact)
    return judged(snap, CLAIM)[()]


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ({}, ""),
        ({"seconds": 30.0}, ""),
        ({"seconds": 599.0}, ""),
        ({"seconds": 840.0}, "time-out-short"),
        ({"seconds": 840.0, "deepspeed": "0.19.6"}, "time-out-short"),
        ({"seconds": 840.0, "deepspeed": "0.19.5"}, ""),
        ({"seconds": 1900.0, "deepspeed": "0.19.5"}, "time-out-short"),
        ({"seconds": 840.0, "before": 600.0}, ""),
        ({"seconds": 840.0, "before": 1800.0}, "time-out-short"),
        ({"seconds": 840.0, "job": {"env": {"DEEPSPEED_TIMEOUT": "30"}}}, ""),
        ({"seconds": 840.0, "shell": {"DEEPSPEED_TIMEOUT": "5"}}, "time-out-short"),
        ({"job": {"env": {"DEEPSPEED_TIMEOUT": "1h"}}}, "time-out-no-number"),
        ({"job": {"env": {"DEEPSPEED_TIMEOUT": "0.5"}}}, "time-out-no-number"),
        ({"seconds": 840.0, "script": ("TrainingArguments",)}, ""),
        (
            {
                "seconds": 840.0,
                "script": ("TrainingArguments",),
                "command": (*COMMAND, "--ddp_timeout", "300"),
            },
            "time-out-short",
        ),
    ],
)
def test_what_an_earlier_start_took_against_the_time_out(given, cause):
    assert finding(**given).cause == cause


def test_only_what_cannot_be_imported_stops():
    assert finding(job={"env": {"DEEPSPEED_TIMEOUT": "1h"}}).stops
    assert not finding(840.0).stops


def test_the_fix_gives_twice_what_was_taken():
    assert 'DEEPSPEED_TIMEOUT = "30"' in finding(840.0).fix.note
    trainer = finding(2000.0, script=("TrainingArguments",))
    assert "--ddp_timeout 4200" in trainer.fix.note


def test_where_deepspeed_makes_no_group_it_has_no_time_out():
    assert finding(840.0, job={"launcher": "torchrun"}).outcome.value == "skip"


def record(runs: Path, name: str, command, result, evidence=None, number=None) -> None:
    folder = runs / name
    folder.mkdir(parents=True)
    known = {"number": number} if number else {}
    (folder / "controller.json").write_text(json.dumps(known))
    findings = [{"check": CLAIM, "evidence": evidence or {}}]
    (folder / "plan.json").write_text(json.dumps({"job": {"command": list(command)}}))
    (folder / "result.json").write_text(json.dumps(result))
    (folder / "preflight.json").write_text(json.dumps({"findings": findings}))


def test_the_newest_run_of_the_command_that_came_to_a_step_is_taken(tmp_path: Path):
    step = {"first_step_s": 700.0, "joined_s": 10.0}
    record(tmp_path, "20261101-1-train", COMMAND, {"first_step_s": 5.0})
    record(tmp_path, "20261102-1-train", COMMAND, step, {"timeout_s": 1800.0})
    record(tmp_path, "20261103-1-train", COMMAND, {"first_step_s": None})
    record(tmp_path, "20261104-1-other", ("other.py",), {"first_step_s": 1.0})
    (tmp_path / "20261105-1-train").mkdir()
    job = Job(nodes=(Node("node1"),), head="node1", command=COMMAND)
    expected = EarlierStart("20261102-1-train", 690.0, 1800.0)
    assert find_earlier_start(job, tmp_path) == expected
    assert find_earlier_start(replace(job, command=("new.py",)), tmp_path) == EarlierStart()
    assert find_earlier_start(job, tmp_path / "none") == EarlierStart()
    record(tmp_path, "20240101-1-train", COMMAND, {"first_step_s": 8.0}, number=1)
    assert find_earlier_start(job, tmp_path) == EarlierStart("20240101-1-train", 8.0, None)
