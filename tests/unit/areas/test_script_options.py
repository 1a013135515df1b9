"""A command whose script refuses its arguments is told so before anything starts."""

from __future__ import annotations

import pytest

from checks.facts.controller_files import ControllerFiles
from checks.facts.decode import decode_fact
from checks.facts.script_options import ScriptOption, ScriptOptions, ScriptParser
from checks.model import HERE, Outcome
from checks.node.probe.script_options import script_options
from tests.support.snapshots import judged, snapshot, with_fact

SCRIPT = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--learning_rate", type=float, default=1e-3)
p.add_argument("--steps", "-n", type=int)
p.add_argument("--mode", choices=["fast", "slow"])
p.add_argument("--local_rank", type=int, default=-1)
p.add_argument("--bf16", action="store_true")
"""
NEEDS = 'p.add_argument("--data", required=True)\n'
ASK = "args = p.parse_args()\n"


def finding(*words, script=SCRIPT + ASK, typed=(), **job):
    snap = snapshot(command=("train.py", *words), **job)
    fact = decode_fact(ScriptOptions, {"parser": script_options(script)})
    with_fact(snap, "node1", fact)
    with_fact(snap, "node1", ControllerFiles(typed=typed))
    return judged(snap, "software.script-takes-its-arguments")["node1",]


@pytest.mark.parametrize(
    ("words", "says", "fix"),
    [
        (("--leraning_rate", "1"), "has --learning_rate for", '"--learning_rate", "1"]'),
        (("--epochs", "2"), "it has --learning_rate, --steps", '["train.py"]'),
        (("-n=2", "--epochs=2"), "unrecognized arguments: --epochs=2", '["train.py", "-n=2"]'),
        (("--steps", "two"), "invalid int value: 'two'", "correct that"),
        (("--mode", "quick"), "invalid choice: 'quick'", "correct that"),
        (("--steps",), "expected one argument", "correct that"),
        (("--bf16", "true"), "unrecognized arguments: true", "correct that"),
        (("--bf16=true",), "ignored explicit argument 'true'", "correct that"),
        (("--hf_token", "hf_abcDEF12"), "--hf_token ***", '["train.py"]'),
    ],
)  # fmt: skip
def test_refused_arguments_stop_the_start(words, says, fix):
    found = finding(*words)
    assert found.stops and found.cause == "arguments-refused"
    assert says in found.message and fix in found.fix.note and found.fix.on == HERE


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--steps", "3", "--learning_rate=1e-4", "--bf16", "--mode", "slow"),
        ("-n3", "--learn", "2"),
        ("--help",),
        ("--steps", "-3"),
    ],
)
def test_what_argparse_takes_passes(words):
    assert finding(*words).outcome is Outcome.PASS


def test_a_missing_argument_is_named():
    found = finding("--steps", "3", script=SCRIPT + NEEDS + ASK)
    assert found.stops and "--data" in found.message
    assert found.fix.note == "give it --data in `command` of [start] in launch.toml"


def test_the_line_that_was_typed_is_corrected():
    typed = ("python", "-m", "launcher", "start", "--", "train.py", "--stebs", "3")
    found = finding("--stebs", "3", typed=typed)
    assert found.fix.command == "python -m launcher start -- train.py --steps 3"


@pytest.mark.parametrize(
    ("words", "line", "note"),
    [
        (("--num-epochs", "4"), "", "type it without --num-epochs 4"),
        (("--step-count", "4"), "--steps 4", ""),
        (("--steps", "two"), None, "type what it takes behind --"),
    ],
    ids=["left-out", "the-same-in-other-words", "wrong-value"],
)
def test_what_the_line_to_type_leaves_out_is_said(words, line, note):
    typed = ("python", "-m", "launcher", "start", "--", "train.py")
    fix = finding(*words, typed=(*typed, *words)).fix
    assert fix.note == note
    assert fix.command == ("" if line is None else " ".join(filter(None, (*typed, line))))


@pytest.mark.parametrize(
    ("job", "stops"),
    [({}, False), ({"no_local_rank": True}, True), ({"launcher": "torchrun"}, True)],
)
def test_the_local_rank_that_deepspeed_gives_counts(job, stops):
    needs = 'p.add_argument("--local_rank", type=int, required=True)\n'
    script = SCRIPT.replace('p.add_argument("--local_rank", type=int, default=-1)\n', needs)
    found = finding("--steps", "3", script=script + ASK, **job)
    assert found.stops is stops and (not stops or "LOCAL_RANK" in found.fix.note)


@pytest.mark.parametrize(
    "script",
    ["", SCRIPT, SCRIPT + "p.parse_known_args()", SCRIPT + 'p.add_argument("--mode")\n' + ASK],
)
def test_a_parser_that_is_not_certain_accuses_nobody(script):
    assert finding("--epochs", "2", script=script).outcome in (Outcome.SKIP, Outcome.PASS)


def test_another_program_is_not_asked():
    snap = snapshot(command=("-m", "axolotl.cli.train", "cfg.yml"))
    with_fact(snap, "node1", ScriptOptions())
    found = judged(snap, "software.script-takes-its-arguments")["node1",]
    assert found.outcome is Outcome.SKIP


@pytest.mark.parametrize(
    ("words", "stops"),
    [
        (("--bf16", "True", "--max_stebs", "3"), True),
        (("--bf16", "--max_steps", "3", "4"), False),
        (("--max-steps=3",), False),
        (("--max_st", "3"), False),
        (("--b", "3", "--max_steps", "3"), False),
        (("config.json",), False),
    ],
)
def test_of_a_trainer_the_names_alone_count(words, stops):
    options = tuple(
        ScriptOption((f"--{name}", f"--no-{name.replace('_', '-')}", *more), nargs="*", type="any")
        for name, more in (("bf16", ()), ("bf16_full_eval", ()), ("max_steps", ("--max-steps",)))
    )
    snap = snapshot(command=("train.py", *words))
    with_fact(snap, "node1", ScriptOptions(ScriptParser(1, True, True, options, of_trainer=True)))
    found = judged(snap, "software.script-takes-its-arguments")["node1",]
    assert found.stops is stops
    assert not stops or '"--max_steps", "3"' in found.fix.note
