"""Configs of a node that would take a reader's memory, time or numbers: refused, in few words."""

from __future__ import annotations

import pytest

from checks.errors import FactError
from checks.facts.nccl_tests_output import parse_perf_output
from checks.knowledge import accelerate_config
from checks.knowledge.deepspeed_config import NotAConfig, ParsedConfig, parse_config, require_config
from checks.knowledge.firewalls.nftables import parse_nftables

ALIASES = "a0: &a0 [x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 30)
)
"""In two kilobytes more values than there are atoms."""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ALIASES, "too many values"),
        (f"{ALIASES}num_machines: *a29", "too many values"),
        ("a: &a [*a]", "too many values"),
        ("a: &a {b: *a}", "too many values"),
        ("num_processes: 0x" + "f" * 6000, "too large"),
        ("num_processes: 0b" + "1" * 6000, "too large"),
        ("num_machines: .inf", "too large"),
        ("fsdp_config: {x: [.nan]}", "too large"),
        ("num_processes: " + ":".join(["1"] * 20_000), "too large"),
        ("num_processes: " + ":".join(["1"] * 20_000) + ".5", "too large"),
        ("num_processes: " + "9" * 5000, "digits"),
        ("a: " + "[" * 900 + "]" * 900, "deep"),
        ("#\n" * 100_000, "over 64 KiB"),
    ],
    ids=range(13),
)
def test_accelerates_file_is_bounded(text, why):
    with pytest.raises(accelerate_config.ConfigError, match=why) as raised:
        accelerate_config.parse_config("config.yaml", text)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("number", ["9" * 5000, "1e999", "NaN", "-Infinity"])
def test_accelerates_json_is_bounded(number):
    with pytest.raises(accelerate_config.ConfigError):
        accelerate_config.parse_config("config.json", f'{{"num_machines": {number}}}')


def test_aliases_that_repeat_a_little_are_read():
    text = "a: &a {x: 1}\nb: [*a, *a]\nc: {<<: *a, y: 2}"
    values = accelerate_config.parse_config("config.yaml", text).values
    assert values["b"] == [{"x": 1}, {"x": 1}] and values["c"] == {"x": 1, "y": 2}


@pytest.mark.parametrize("digits", [310, 5000, 100_000])
def test_a_number_of_deepspeeds_config_is_one_that_can_be_computed_with(digits):
    with pytest.raises(NotAConfig, match="digits"):
        require_config(f'{{"train_batch_size": {"9" * digits}}}')
    assert parse_config(f'{{"train_batch_size": {"9" * 309}}}').values


@pytest.mark.parametrize("stage", ["1e999", "nan", "-1e999", "9" * 400, [], {}])
def test_a_stage_that_is_no_number_is_none(stage):
    assert ParsedConfig({"zero_optimization": {"stage": stage}}).stage == 0


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"nftables": ["x"]}',
        '{"nftables": 5}',
        "9" * 100_000,
        '{"nftables": [{"set": 1}]}',
    ],
)
def test_a_ruleset_that_is_none_is_not_readable(text):
    with pytest.raises(FactError, match="not readable"):
        parse_nftables(text)


def test_a_table_of_speeds_that_is_odd_is_read_as_far_as_it_can_be():
    odd = f"# Rank {'9' * 5000} Pid 1 on n device  0 [0] x\n# Out of bounds values : {'9' * 5000}\n"
    result = parse_perf_output(f"{odd}# Avg bus bandwidth : {'9' * 400}\n")
    assert (result.rows, result.ranks, result.average) == ((), (), None)
