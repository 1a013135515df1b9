"""What transformers' Trainer holds against DeepSpeed's config, as far as its arguments are known.

As `HfTrainerDeepSpeedConfig` of transformers.integrations.deepspeed from 4.31 to 5.24: what the
config gives and what is not "auto" must be what the argument says, also where that is a default.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence

from checks.areas.deepspeed.reader import command_options
from checks.facts.deepspeed_config import TrainerArguments, TrainingScript
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.model import Job
from checks.quick_dataclass import dataclass

DEFAULTS: Mapping[str, float] = {
    "per_device_train_batch_size": 8,
    "gradient_accumulation_steps": 1,
    "auto_find_batch_size": False,
    "learning_rate": 5e-5,
    "weight_decay": 0.0,
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_epsilon": 1e-8,
    "max_grad_norm": 1.0,
    "warmup_steps": 0,
    "warmup_ratio": 0.0,
    "max_steps": -1,
    "fp16": False,
    "fp16_full_eval": False,
    "fp16_backend": False,
    "bf16": False,
    "bf16_full_eval": False,
}
"""Of transformers' TrainingArguments; a backend is known only where none is named."""
RARE = {"auto_find_batch_size", "fp16_full_eval", "fp16_backend", "bf16_full_eval"}
"""Taken for their default where nothing shows that they are given."""
SETTINGS = (".json", ".yaml", ".yml")
_TRUE, _FALSE = ("", "true", "1", "yes", "y", "t", "on"), ("false", "0", "no", "n", "f", "off")

Value = float | list[float]
Values = Sequence[float]


@dataclass(frozen=True)
class Conflict:
    """`arguments` are what the Trainer has, in words, `key` where the config says otherwise."""

    arguments: str
    key: str


@dataclass(frozen=True)
class _Rule:
    """What the config may have at `key` besides "auto", from the values of these arguments.

    `allowed` gives nothing where it cannot be known.
    """

    key: str
    arguments: tuple[str, ...]
    allowed: Callable[[Values], Sequence[Value]]


def _first(values: Values) -> Sequence[Value]:
    return [values[0]]


def _any(values: Values) -> Sequence[Value]:
    return [any(values)]


def _batch(values: Values) -> Sequence[Value]:
    """Nothing where the Trainer looks for the size itself."""
    *factors, finds_it = values
    return [] if finds_it else [math.prod(factors)]


def _steps(values: Values) -> Sequence[Value]:
    """Those of all training, where they are not counted from the data."""
    return [values[0]] if values[0] > 0 else []


def _warmup(values: Values) -> Sequence[Value]:
    """Without any it is 0, or since 5.24 at least 1."""
    steps, ratio, total = values
    if steps >= 1:
        return [int(steps)]
    ratio = steps or ratio
    if not ratio:
        return [0, 1]
    return [math.ceil(total * ratio)] if total > 0 else []


_MICRO, _STEPS = "per_device_train_batch_size", "gradient_accumulation_steps"
_FINDS = "auto_find_batch_size"
_RULES = (
    _Rule("train_micro_batch_size_per_gpu", (_MICRO, _FINDS), _batch),
    _Rule("gradient_accumulation_steps", (_STEPS,), _first),
    _Rule("train_batch_size", (_MICRO, _STEPS, "ranks", _FINDS), _batch),
    _Rule("gradient_clipping", ("max_grad_norm",), _first),
    _Rule("optimizer.params.lr", ("learning_rate",), _first),
    _Rule("optimizer.params.betas", ("adam_beta1", "adam_beta2"), lambda values: [list(values)]),
    _Rule("optimizer.params.eps", ("adam_epsilon",), _first),
    _Rule("optimizer.params.weight_decay", ("weight_decay",), _first),
    _Rule("scheduler.params.warmup_max_lr", ("learning_rate",), _first),
    _Rule(
        "scheduler.params.warmup_num_steps", ("warmup_steps", "warmup_ratio", "max_steps"), _warmup
    ),
    _Rule("scheduler.params.total_num_steps", ("max_steps",), _steps),
    _Rule("fp16.enabled", ("fp16", "fp16_full_eval", "fp16_backend"), _any),
    _Rule("bf16.enabled", ("bf16", "bf16_full_eval"), _any),
)


def trainer_conflicts(
    config: ParsedConfig, job: Job, script: TrainingScript | None, ranks: int | None
) -> list[Conflict]:
    """Where the Trainer would refuse the config of a run of so many ranks, if they are counted."""
    known = known_arguments(job, script)
    if ranks:
        known["ranks"] = (ranks, f"{ranks} ranks")
    conflicts = []
    for rule in _RULES:
        found = [known[name] for name in rule.arguments if name in known]
        if len(found) == len(rule.arguments) and _refuses(
            config.get(rule.key), rule.allowed([value for value, _ in found])
        ):
            conflicts.append(Conflict(_describe(found), rule.key))
    return conflicts


def _refuses(value: object, allowed: Sequence[Value]) -> bool:
    """Whether a value of the config is none of those; what is no number is another check's."""
    is_number = isinstance(value, int | float | list)
    return is_number and bool(allowed) and value not in allowed


def _describe(found: Sequence[tuple[float, str]]) -> str:
    """The first argument, and those that change what follows from it."""
    return " and ".join(words for at, (value, words) in enumerate(found) if not at or value > 0)


def known_arguments(job: Job, script: TrainingScript | None) -> dict[str, tuple[float, str]]:
    """{argument: (value, how it is said)} of those whose value is certain.

    An option of the command fills an argument where a parser does, or where the script is unseen.
    """
    arguments = (script and script.arguments) or TrainerArguments()
    seen = script is not None and script.arguments is not None
    options = dict(command_options(job))
    known: dict[str, tuple[float, str]] = {}
    for name, default in DEFAULTS.items():
        if name in arguments.given:
            known[name] = (json.loads(arguments.given[name]), f"{name}={arguments.given[name]}")
        elif name in options and (not seen or arguments.parsed or name in arguments.unread):
            value = _read_value(options[name], is_flag=default is False)
            if value is not None:
                known[name] = (value, f"--{name} {options[name]}".rstrip())
        elif name not in arguments.unread and (
            name in RARE or (arguments.defaults and not _has_settings(job))
        ):
            known[name] = (default, f"{name} {default} by default")
    return known


def _has_settings(job: Job) -> bool:
    """Whether a file among the arguments may set any of them."""
    words = (word.rpartition("=")[2] for word in job.command[1:])
    return any(word.endswith(SETTINGS) and word != job.deepspeed_config for word in words)


def _read_value(text: str, *, is_flag: bool) -> float | None:
    """A number, or a truth value of a flag; None for anything else."""
    if is_flag and text.lower() in (*_TRUE, *_FALSE):
        return text.lower() in _TRUE
    try:
        return float(text)
    except ValueError:
        return None
