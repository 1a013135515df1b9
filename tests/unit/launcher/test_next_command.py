"""The line to type after a failure is not the one that failed: what was refused is corrected."""

from __future__ import annotations

import json

import pytest

from launcher.cli import main

SCRIPT = "class Options:\n    length: int = 3\n"
TRAINER = (
    "Traceback (most recent call last):\n"
    '  File "train.py", line 3, in <module>\n'
    "    parser.parse_args_into_dataclasses()\n"
    "ValueError: Some specified arguments are not used by the HfArgumentParser: {refused}\n"
)
ARGPARSE = (
    "usage: train.py [-h] [--steps STEPS] [--lr LR]\n"
    "train.py: error: unrecognized arguments: {refused}\n"
)
STAGE = (
    "Traceback (most recent call last):\n"
    '  File "train.py", line 3, in <module>\n'
    "    deepspeed.initialize()\n"
    "pydantic_core._pydantic_core.ValidationError: 1 validation error for DeepSpeedZeroConfig\n"
    "stage\n"
    "  Input should be 0, 1, 2, 3 or 3 [type=enum, input_value=7, input_type=int]\n"
)


@pytest.fixture
def next_of(tmp_path, monkeypatch, capsys):
    """What `diagnose` says is next, of a run that was typed so and printed that."""
    monkeypatch.setattr("sys.orig_argv", ["python", "-m", "launcher", "diagnose"])

    def diagnose(typed, printed, *findings, how=False):
        (tmp_path / "logs").mkdir()
        (tmp_path / "train.py").write_text(SCRIPT)
        log = "".join(f"0: {line}\n" for line in printed.splitlines())
        (tmp_path / "logs" / "node1.log").write_text(log)
        job = {"command": ["train.py"], "workdir": str(tmp_path)}
        files = {
            "controller.json": {},
            "plan.json": {"job": job, "typed": typed.split(), "nodes": {"node1": {}}},
            "preflight.json": {
                "findings": [
                    {"check": name, "outcome": "fail", "evidence": {}} for name in findings
                ]
            },
            "result.json": {"state": "failed", "exit": 1},
        }
        for name, data in files.items():
            (tmp_path / name).write_text(json.dumps(data))
        assert main(["diagnose", str(tmp_path)]) == 0
        lines = capsys.readouterr().out.splitlines()
        found = [line.removeprefix("next   ") for line in lines if line.startswith("next ")]
        said, _, line = found[0].partition("python -m launcher ") if found else ("", "", "")
        return said.rpartition(" ")[0] if how else line

    return diagnose


@pytest.mark.parametrize(
    ("printed", "refused", "typed", "corrected"),
    [
        (TRAINER, "['--max_stps', '20']", "--max_stps 20", "--max_steps 20"),
        (TRAINER, "['--lenght', '9']", "--lenght 9 --seed 3", "--length 9 --seed 3"),
        (TRAINER, "['--wholly_unknown', '9']", "--wholly_unknown 9 --seed 3", "--seed 3"),
        (ARGPARSE, "--stesp 3", "--stesp 3 --lr 1", "--steps 3 --lr 1"),
        (ARGPARSE, "--wholly-unknown", "--lr 1 --wholly-unknown", "--lr 1"),
    ],
)
def test_a_refused_option_is_corrected_or_left_out(next_of, printed, refused, typed, corrected):
    line = next_of(f"start --sync -- train.py {typed}", printed.format(refused=refused))
    assert line == f"start --sync -- train.py {corrected}"


INVALID = (
    "usage: train.py [-h] [--steps STEPS] [--lr LR]\n"
    "train.py: error: argument --lr: invalid float value: 'abc'\n"
)


def test_a_wrong_value_leaves_its_option_in(next_of):
    assert next_of("start -- train.py --lr abc", INVALID) == ""


def test_what_is_left_out_is_said(next_of):
    words = "start -- train.py --lr 1 --wholly-unknown"
    assert next_of(words, ARGPARSE.format(refused="--wholly-unknown"), how=True) == (
        "without --wholly-unknown:"
    )


def test_what_stands_in_a_file_is_corrected_there(next_of):
    assert next_of("start", TRAINER.format(refused="['--max_stps']")) == "start"


@pytest.mark.parametrize(
    ("allow", "failed", "left"),
    [
        ("--allow deepspeed,files,training", (), " --allow files,training"),
        ("--allow deepspeed.values-are-accepted", (), ""),
        ("--allow=deepspeed", ("deepspeed.values-are-accepted",), ""),
        ("--allow deepspeed", ("deepspeed.paths-are-there",), " --allow deepspeed"),
        ("--allow files", (), " --allow files"),
    ],
)
def test_what_the_fix_settles_need_not_be_allowed(next_of, allow, failed, left):
    line = next_of(f"start {allow} -- train.py", STAGE, *failed)
    assert line == f"start{left} -- train.py"
