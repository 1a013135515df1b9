"""What is wrong with a DeepSpeed config by itself: what DeepSpeed ignores silently, or refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from checks.knowledge.deepspeed_config import AUTO, ParsedConfig, nearest_key
from checks.knowledge.deepspeed_keys import (
    COMMUNICATION_TYPES,
    EXCLUSIVE_KEYS,
    EXPECTED_WORDS,
    LIGHT_KEYS,
    NULLABLE_KEYS,
    REMOVED_IN,
    REMOVED_KEYS,
    REMOVED_ZERO_KEYS,
    SECTION_KEYS,
    TABLES_VERSION,
    TOP_KEYS,
    TOP_KINDS,
    WEIGHTY_KEYS,
    Version,
)
from checks.quick_dataclass import dataclass

NUMBERS = ("lr", "eps", "weight_decay", "momentum", "betas")
"""Parameters of optimizers that are numbers, whatever else stands there."""
SPELT_SWITCHES = frozenset(
    ("true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "1", "0")
)


@dataclass(frozen=True)
class ConfigProblem:
    """One thing wrong. `edit` fixes it: Python that changes `c`, the config; may be empty."""

    cause: str
    why: str
    blocks: bool = True
    edit: str = ""


def key_expression(name: str) -> str:
    """The place of a dotted name in `c`, as Python."""
    return "c" + "".join(f"[{json.dumps(part)}]" for part in name.split("."))


def _move_edit(key: str, above: str, target: str) -> str:
    return f"{target}={above}.pop({json.dumps(key)})"


def ignored_top_keys(config: ParsedConfig) -> Iterator[ConfigProblem]:
    """Keys at the top that DeepSpeed does not look at, and so ignores without a word."""
    for key in config.values:
        if (
            key not in TOP_KEYS
            and key[:1] not in ("_", "/", "#", "$")
            and "comment" not in key.lower()
        ):
            yield _ignored_key_problem(key, config)


def _ignored_key_problem(key: str, config: ParsedConfig) -> ConfigProblem:
    near = nearest_key(key, (WEIGHTY_KEYS | LIGHT_KEYS) - config.values.keys())
    home = next(
        (name for name, keys in SECTION_KEYS.items() if key in keys and key != "enabled"), ""
    )
    if "." in key and key.partition(".")[0] in TOP_KEYS:
        reason = f'"{key}" is ignored: a dot in a key has no meaning; use nested objects'
        return ConfigProblem("misplaced-key", reason)
    if near:
        reason = f'"{key}" is not a key of DeepSpeed and is ignored; did you mean "{near}"?'
        return ConfigProblem(
            "misspelt-key", reason, near in WEIGHTY_KEYS, _move_edit(key, "c", key_expression(near))
        )
    if home:
        reason = f'"{key}" at the top level is ignored; it belongs in "{home}"'
        first, _, second = home.partition(".")
        place = f"c.setdefault({json.dumps(first)},{{}})"
        place += f".setdefault({json.dumps(second)},{{}})" if second else ""
        edit = _move_edit(key, "c", f"{place}[{json.dumps(key)}]")
        return ConfigProblem("misplaced-key", reason, edit=edit)
    reason = f'"{key}" is not a key of DeepSpeed 0.19.8 and is ignored'
    return ConfigProblem("unknown-key", reason, blocks=False)


def refused_settings(config: ParsedConfig, version: Version | None) -> Iterator[ConfigProblem]:
    """Keys and values for which DeepSpeed ends the start; `version` None where unknown."""
    yield from _removed_key_problems(config, version)
    for name, kinds in SECTION_KEYS.items():
        yield from _section_problems(config, name, kinds, version)
    for key, kind in TOP_KINDS.items():
        yield from _value_problems(key, config.get(key), kind)
    yield from _choice_problems(config)
    yield from _quoted_number_problems(config)
    zero = config.section("zero_optimization")
    for old, new in EXCLUSIVE_KEYS:
        if old in zero and new in zero:
            edit = f"del {key_expression(f'zero_optimization.{old}')}"
            yield ConfigProblem("both-keys", f'"{old}" and "{new}" exclude each other', edit=edit)


def _removed_key_problems(config: ParsedConfig, version: Version | None) -> Iterator[ConfigProblem]:
    if version is not None and version < REMOVED_IN:
        return
    zero = config.section("zero_optimization")
    names = [key for key in config.values if key in REMOVED_KEYS]
    names += [f"zero_optimization.{key}" for key in zero if key in REMOVED_ZERO_KEYS]
    for name in names:
        reason = f'"{name}" was removed: DeepSpeed 0.19.8 and newer reject it, even when it is off'
        yield ConfigProblem(
            "removed-key", reason, version is not None, f"del {key_expression(name)}"
        )


def _section_problems(
    config: ParsedConfig, name: str, kinds: Mapping[str, str], version: Version | None
) -> Iterator[ConfigProblem]:
    above, _, last = name.rpartition(".")
    holder = config.section(above) if above else config.values
    if last in holder and not _is_section(name, holder[last]):
        reason = f'"{name}" is {json.dumps(holder[last])}; expected an object {{…}}'
        yield ConfigProblem("wrong-value", reason)
    for key, inner in config.section(name).items():
        if inner is None and kinds.get(key, "any") != "any" and key not in NULLABLE_KEYS:
            yield ConfigProblem(
                "wrong-value", f'"{name}.{key}" is null; expected {EXPECTED_WORDS[kinds[key]]}'
            )
        elif key in kinds:
            yield from _value_problems(f"{name}.{key}", inner, kinds[key])
        elif key not in REMOVED_ZERO_KEYS and inner != AUTO:
            yield _unknown_key_problem(
                name, key, nearest_key(key, kinds.keys() - config.section(name)), version
            )


def _is_section(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return name == "zero_optimization"  # the old way to write stage 1
    if value is None or value == AUTO:
        return "offload" in name or (name == "bf16" and value is None)
    return isinstance(value, dict)


def _unknown_key_problem(name: str, key: str, near: str, version: Version | None) -> ConfigProblem:
    hint = f'; did you mean "{near}"?' if near else ""
    sure = bool(near) or (version or ())[:2] == TABLES_VERSION
    edit = (
        _move_edit(key, key_expression(name), key_expression(f"{name}.{near}"))
        if near
        else f"{key_expression(name)}.pop({_quoted_key(key)})"
    )
    reason = f'"{key}" is not a key of "{name}" in DeepSpeed 0.19.8, which rejects it{hint}'
    return ConfigProblem("refused-key", reason, sure, edit)


def _quoted_key(key: str) -> str:
    return json.dumps(key)


def _value_problems(name: str, value: Any, kind: str) -> Iterator[ConfigProblem]:
    if value is None or value == AUTO or kind == "any" or _fits_kind(value, kind):
        return
    reason = f'"{name}" is {json.dumps(value)}; expected {EXPECTED_WORDS[kind]}'
    number = _parse_number(value) if kind != "switch" and isinstance(value, str) else None
    edit = (
        f"{key_expression(name)}={number:g}"
        if number is not None and kind in ("plain", "number")
        else ""
    )
    if number is not None and number.is_integer() and not edit:
        edit = f"{key_expression(name)}={int(number)}"
    yield ConfigProblem("wrong-value", reason, edit=edit)


def _quoted_number_problems(config: ParsedConfig) -> Iterator[ConfigProblem]:
    """Numbers in quotes among parameters, which go to the constructors as they stand."""
    for holder in ("optimizer.params", "scheduler.params"):
        for key, value in config.section(holder).items():
            values = value if isinstance(value, list) else [value]
            quoted = [text for text in values if isinstance(text, str) and text != AUTO]
            numbers = [
                _parse_number(value) if isinstance(value, str) else value for value in values
            ]
            if not quoted or (key not in NUMBERS and None in numbers):
                continue
            right = numbers if isinstance(value, list) else numbers[0]
            name = f"{holder}.{key}"
            reason = f'"{name}" is {json.dumps(value)}; expected a number without quotes'
            edit = "" if None in numbers else f"{key_expression(name)}={right!r}"
            yield ConfigProblem("wrong-value", reason, edit=edit)


def _parse_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _fits_kind(value: Any, kind: str) -> bool:
    """As pydantic takes values: a string that spells one, 5e8 for a whole number, 0 and 1."""
    if kind == "switch":
        return value in (0, 1) or (isinstance(value, str) and value.lower() in SPELT_SWITCHES)
    if kind in ("count", "plain") and isinstance(value, str | bool):
        return False
    number = _parse_number(value)
    if number is None or (
        isinstance(value, str) and kind == "whole" and not _is_integer_text(value)
    ):
        return False
    if kind == "count":
        return number > 0 and number.is_integer()
    return number.is_integer() if kind == "whole" else True


def _is_integer_text(value: str) -> bool:
    return value.strip().removeprefix("-").replace("_", "").isdigit()


def _choice_problems(config: ParsedConfig) -> Iterator[ConfigProblem]:
    allowed = {
        "zero_optimization.stage": (
            "0",
            "1",
            "2",
            "3",
            "0.0",
            "1.0",
            "2.0",
            "3.0",
            "True",
            "False",
            AUTO,
        ),
        "zero_optimization.offload_param.device": ("none", "cpu", "nvme", AUTO),
        "zero_optimization.offload_optimizer.device": ("none", "cpu", "nvme", AUTO),
        "communication_data_type": COMMUNICATION_TYPES,
        "seq_parallel_communication_data_type": COMMUNICATION_TYPES,
    }
    for name, choices in allowed.items():
        value = config.get(name)
        lower = str(value).lower() if choices is COMMUNICATION_TYPES else str(value)
        if value is not None and lower not in choices:
            expected = ", ".join(
                choice
                for choice in choices
                if choice != AUTO and (choice.islower() or choice.isdigit())
            )
            yield ConfigProblem(
                "wrong-value", f'"{name}" is {json.dumps(value)}; expected {expected}'
            )
