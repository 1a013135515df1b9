"""Options that are misspelt are corrected from the usage text; others are left alone."""

from __future__ import annotations

import pytest

from checks.knowledge.misspelt_options import correct_options

USAGE = """usage: train.py [-h] [--learning-rate LR] [--num_train_epochs N] [-o OUT]
                [--lr-scheduler {cosine,linear}] --model-name MODEL_NAME"""


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("--leraning-rate 0.1", "--learning-rate for --leraning-rate"),
        ("--leraning-rate=-0.1", "--learning-rate for --leraning-rate"),
        ("--learning_rate 1e-4", "--learning-rate for --learning_rate"),
        ("-learning-rate 1e-4", "--learning-rate for -learning-rate"),
        ("--num-train-epoch 3 --mdoel-name x", "--num_train_epochs for --num-train-epoch, "
         "--model-name for --mdoel-name"),
        ("--num-train-epoch 3 --bf16", "--num_train_epochs for --num-train-epoch"),
        ("--bf16", ""),
        ("--warmup-steps 10", ""),
        ("learning-rate 0.1", ""),
        ("''", ""),
        ("-1", ""),
    ],
)  # fmt: skip
def test_the_nearest_option_is_named_where_one_is_near(typed, corrected):
    assert correct_options(typed, USAGE) == corrected


def test_a_program_without_options_has_none_to_name():
    assert correct_options("--steps 3", "usage: train.py [file]") == ""
