"""What is said to be out of range is what the DeepSpeed that is installed raises at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from checks.knowledge.deepspeed_ranges import EVER, SINCE_0_19_8
from checks.node.probe.smoke import free_port
from tests.support.zero_cases import MICRO, finding, outcome
from tests.support.zero_cases import cluster as cluster_with

BAD: dict[str, list[Any]] = {
    "divisor": [0, "10", []],
    "flag": ["true", 1.5, []],
    "object": [True, "x", [1]],
    "positive": [0, -1],
    "not negative": [-1],
    "share": [-1, 1.5],
    "pair of shares": [0.9, [0.9, 1.5]],
    "text": [1, []],
    "list": ["x", 1],
    **{kind: [1, "x"] for kind in ("TagValidation", "AllreduceOp", "Precision", "LogLevel")},
}
GOOD: dict[str, list[Any]] = {
    "divisor": [10, None, 1.5],
    "flag": [True, 0],
    "object": [{}],
    "positive": [4],
    "not negative": [0, 4],
    "share": [1],
    "pair of shares": [[0.9, 0.95]],
    "text": ["x"],
    "list": [[]],
    "TagValidation": ["Warn"],
    "AllreduceOp": ["sum"],
    "Precision": ["bf16", "torch.float16"],
    "LogLevel": ["info", None],
}
NEEDED = {
    "WarmupLR": ("warmup_num_steps",),
    "LRRangeTest": ("lr_range_test_step_size",),
    "OneCycle": ("cycle_first_step_size", "cycle_second_step_size"),
}
ENGINE = """
import json, os, sys
import deepspeed, deepspeed.ops, torch
deepspeed.ops.__compatible_ops__ = {}
answers = []
for config in json.load(sys.stdin):
    model = torch.nn.Linear(4, 4)
    try:
        engine, *_ = deepspeed.initialize(
            model=model, model_parameters=model.parameters(), config=config
        )
        for _ in range(2):
            engine.backward(engine(torch.ones(1, 4)).sum())
            engine.step()
        answers.append("")
    except Exception as error:
        answers.append(type(error).__name__ + ": " + str(error)[:200])
print("ANSWERS" + json.dumps(answers))
"""


def config_with(name: str, value: Any) -> dict[str, Any]:
    """A config that DeepSpeed takes, but for that value."""
    config: dict[str, Any] = {
        MICRO: 1,
        "optimizer": {"type": "AdamW", "params": {"lr": 1e-3, "torch_adam": True}},
    }
    if "momentum" in name:
        config["optimizer"] = {"type": "SGD", "params": {"lr": 1e-3}}
    for scheduler, keys in NEEDED.items():
        if name.rpartition(".")[2] in keys:
            rates = {"cycle_min_lr": 1e-4, "cycle_max_lr": 1e-3} if scheduler == "OneCycle" else {}
            config["scheduler"] = {"type": scheduler, "params": rates}
    if name.startswith("zero_optimization"):
        config["zero_optimization"] = {"stage": 3 if "offload_param" in name else 2}
    if name.startswith("fp16"):
        config["fp16"] = {"enabled": False}
    holder = config
    *above, last = name.split(".")
    for part in above:
        holder = holder.setdefault(part, {})
        if part.startswith("offload"):
            holder["device"] = "cpu"
    holder[last] = value
    return config


def cases(values: dict[str, list[Any]], *tables: Any) -> list[tuple[str, Any, dict[str, Any]]]:
    """(name, value, config) of each such value at each name."""
    return [
        (name, value, config_with(name, value))
        for table in tables
        for kind, names in table.items()
        for name in names
        for value in values[kind]
    ]


def answers_of(configs: list[Any]) -> list[str]:
    """What DeepSpeed raises at each, empty where it trains."""
    env = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1"}
    env |= {"MASTER_PORT": str(free_port()), "DS_ACCELERATOR": "cpu", "LOCAL_SIZE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", ENGINE],
        input=json.dumps(configs),
        capture_output=True,
        text=True,
        env={**os.environ, **env, "GLOO_SOCKET_IFNAME": "lo"},
        check=True,
    )
    said: list[str] = json.loads(ran.stdout.rpartition("ANSWERS")[2])
    return said


def test_deepspeed_raises_at_what_is_out_of_range():
    bad = cases(BAD, EVER, SINCE_0_19_8)
    raised = answers_of([config for *_, config in bad])
    trained = [
        (name, value) for (name, value, _), said in zip(bad, raised, strict=True) if not said
    ]
    assert not trained
    passed = [
        (name, value)
        for name, value, config in bad
        if outcome("values-are-accepted", config) == "pass"
    ]
    assert not passed


def test_what_deepspeed_takes_is_accepted():
    good = cases(GOOD, EVER, SINCE_0_19_8)
    accepted = [outcome("values-are-accepted", config) for *_, config in good]
    assert set(accepted) == {"pass"}


def test_an_older_deepspeed_is_not_held_to_what_the_newest_refuses():
    config = config_with("scheduler.params.warmup_num_steps", 0)
    assert outcome("values-are-accepted", config) == "out-of-range!"
    assert outcome("values-are-accepted", config, version="0.14.0") == "pass"


@pytest.mark.parametrize(
    ("name", "value", "after"),
    [
        ("steps_per_print", 0, 1_000_000_000),
        ("steps_per_print", "50", 50),
        ("wall_clock_breakdown", "False", False),
        ("scheduler.params.warmup_num_steps", 0, 1),
    ],
)
def test_the_fix_writes_what_was_meant(name, value, after, tmp_path):
    config = config_with(name, value)
    path = tmp_path / "ds.json"
    path.write_text(json.dumps(config, indent=2))
    snap = cluster_with(path.read_text(), path=str(path))
    fix = finding("values-are-accepted", snap).fix
    assert fix is not None
    subprocess.run(["sh", "-c", fix.command], check=True)
    assert json.loads(path.read_text()) == config_with(name, after)
