"""What the Trainer would refuse: its arguments given, passed, defaulted, and not to be known."""

from __future__ import annotations

import json

import pytest

from checks.areas.deepspeed.trainer import trainer_conflicts
from checks.facts.decode import decode_record
from checks.facts.deepspeed_config import TrainingScript
from checks.knowledge.deepspeed_config import parse_config
from checks.model import Job, Node
from checks.node.probe.deepspeed_config import script_words
from tests.support.trainer_cases import CASES, GIVEN, IMPORT, PARSED, RANKS, config, optimizer
from tests.support.zero_cases import apply_fix, cluster, finding

LR = optimizer(lr=1e-3)
REFUSED = ["optimizer.params.lr"]


def refused(folder, text, values, *words, **job):
    """The keys that this script, as the probe of a node sees it, is said to contradict."""
    (folder / "train.py").write_text(text)
    command = ["train.py", *words]
    script = decode_record(TrainingScript, script_words(command, str(folder)), "script")
    given = Job((Node("node1"),), "node1", command=tuple(command), **job)
    found = trainer_conflicts(parse_config(json.dumps(values)), given, script, RANKS)
    return [conflict.key for conflict in found]


@pytest.mark.parametrize(("values", "given", "keys"), CASES)
def test_arguments_in_the_script_and_in_the_command_are_judged_as_the_trainer_judges(
    tmp_path, values, given, keys
):
    text = GIVEN.format(", ".join(f"{name}={value!r}" for name, value in given.items()))
    assert refused(tmp_path, text, values) == keys
    words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    assert refused(tmp_path, PARSED, values, *words) == keys


@pytest.mark.parametrize(
    ("text", "words", "keys"),
    [
        (GIVEN.format(""), (), REFUSED),
        (GIVEN.format("learning_rate=LR") + "LR = 2e-3", (), REFUSED),
        (GIVEN.format("learning_rate=LR") + "LR = 1e-3", (), []),
        ("import transformers\ntransformers.TrainingArguments('o')", (), REFUSED),
        (PARSED, ("--deepspeed", "ds.json"), REFUSED),
        (PARSED, ("--learning_rate", "1e-3"), []),
        (PARSED.replace("(Train", "((Own, Train").replace("ments).p", "ments)).p"), (), REFUSED),
        (
            f"{IMPORT}class Own(TrainingArguments):\n    x: int = 1\nHfArgumentParser(Own)",
            (),
            REFUSED,
        ),
        # what cannot be known
        (GIVEN.format("learning_rate=rate()"), (), []),
        (GIVEN.format("learning_rate=LR") + "LR = 1\nLR = 2e-3", (), []),
        (GIVEN.format("**more"), (), []),
        (GIVEN.format("") * 2, (), []),
        (GIVEN.format("") + "args.learning_rate = 1e-3", (), []),
        (GIVEN.format("") + "args = replace(args, learning_rate=1e-3)", (), []),
        (GIVEN.format("") + "args.set_training(1e-3)", (), []),
        (GIVEN.format("") + "setattr(args, name, 1e-3)", (), []),
        (GIVEN.format("") + "vars(args).update(more)", (), []),
        (PARSED, ("settings.yaml",), []),
        (PARSED.replace("parse_args_into_dataclasses()", "parse_dict(d)"), (), []),
        (PARSED.replace("(args,) =", "p.set_defaults(learning_rate=1e-3)\nx ="), (), []),
        ("from own import TrainingArguments\nTrainingArguments('o')", (), []),
        (
            f"{IMPORT}class Own(TrainingArguments):\n    learning_rate: float = 1e-3\nOwn('o')",
            (),
            [],
        ),
        ("from trl import SFTConfig\nSFTConfig(output_dir='o')", (), []),
        ("from trl import SFTConfig\nSFTConfig(output_dir='o', learning_rate=1)", (), REFUSED),
        ("def broken(:", (), []),
    ],
)
def test_a_value_that_cannot_be_known_accuses_nobody(tmp_path, text, words, keys):
    assert refused(tmp_path, text, LR, *words, deepspeed_config="ds.json") == keys


def test_the_fix_of_a_trainer_s_config_is_auto_and_never_a_number(tmp_path):
    for claim, values in (
        ("batch-sizes-agree", config(train_batch_size=30)),
        ("arguments-agree", {"train_micro_batch_size_per_gpu": 4}),
    ):
        words = ("TrainingArguments",)
        command = ("train.py", "--per_device_train_batch_size", "8")
        snap = cluster(values, words, command=command)
        fix = finding(claim, snap).fix
        assert fix and '"auto"' in fix.command and "=32" not in fix.command
        apply_fix(tmp_path, claim, values, words, command=command)
