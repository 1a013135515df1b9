"""Options that are misspelt are corrected from the usage text; others are left alone."""

from __future__ import annotations

import pytest

from checks.knowledge.misspelt_options import correct_options, correct_words

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


@pytest.mark.parametrize(
    ("words", "refused", "corrected"),
    [
        ("train.py --leraning-rate 0.1", "--leraning-rate 0.1", "train.py --learning-rate 0.1"),
        ("train.py --leraning-rate=0.1", "['--leraning-rate=0.1']", "train.py --learning-rate=0.1"),
        ("train.py --bf16 -o x", "--bf16", "train.py -o x"),
        ("train.py --warm 3 4 -o x", "['--warm', '3', '4']", "train.py -o x"),
        ("train.py --warm 3 in.txt", "--warm 3", "train.py in.txt"),
        ("train.py -o x", "--bf16", ""),
        (
            "train.py --model-name a --mode-name b",
            "--mode-name b",
            "train.py --model-name a",
        ),
    ],
)
def test_the_words_of_a_command_are_corrected_or_left_out(words, refused, corrected):
    found = correct_words(words.split(), refused, USAGE)
    assert " ".join(found.words) == corrected
    if corrected and len(found.words) < len(words.split()):
        assert {*found.left_out} == {*words.split()} - {*found.words}


def test_of_an_option_that_is_known_the_value_is_wrong_and_it_is_not_left_out():
    words = ("train.py", "--learning-rate", "abc")
    assert correct_words(words, "argument --learning-rate: invalid float value: 'abc'", USAGE) == (
        (),
        (),
    )


@pytest.mark.parametrize(
    ("typed", "usage", "near"),
    [
        ("--epoch-count", "--epochs --lr", "--epochs"),
        ("--num_train_epochs", "--epochs --lr", "--epochs"),
        ("--max-steps", "--steps --eval-steps", "--steps"),
        ("--learning-rate", "--lr --learning-rate-decay", "--lr"),
        ("--lr", "--learning_rate --lr2", "--learning_rate"),
        ("--bs", "--batch-size --lr", "--batch-size"),
        ("--eval-steps", "--steps", ""),
        ("--no-cache", "--cache", ""),
        ("--min-lr", "--lr", ""),
        ("--num-steps", "--max-steps --total-steps-x", "--max-steps"),
        ("--count", "--num", ""),
    ],
)
def test_an_option_that_says_the_same_in_other_words_is_the_nearest(typed, usage, near):
    assert correct_options(typed, usage) == (near and f"{near} for {typed}")
