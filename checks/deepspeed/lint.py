"""What is wrong with a DeepSpeed config by itself: what DeepSpeed ignores silently, or refuses."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checks.deepspeed.config import AUTO, Config
from checks.deepspeed.keys import (
    COMMUNICATION,
    EXPECTED,
    LIGHT,
    NULLABLE,
    REMOVED,
    REMOVED_IN,
    REMOVED_ZERO,
    SECTIONS,
    TABLES_OF,
    TOGETHER,
    TOP,
    TOP_KINDS,
    WEIGHTY,
    Version,
)

SPELT = frozenset(("true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "1", "0"))


@dataclass(frozen=True)
class Problem:
    """One thing wrong. `edit` mends it: Python that changes `c`, the config; may be empty."""

    cause: str
    why: str
    blocks: bool = True
    edit: str = ""


def at(name: str) -> str:
    """The place of a dotted name in `c`, as Python."""
    return "c" + "".join(f"[{json.dumps(part)}]" for part in name.split("."))


def _moved(key: str, above: str, target: str) -> str:
    return f"{target}={above}.pop({json.dumps(key)})"


def top_level(config: Config) -> Iterator[Problem]:
    """Keys at the top that DeepSpeed does not look at, and so ignores without a word."""
    for key in config.values:
        if key not in TOP and key[:1] not in ("_", "/", "#", "$") and "comment" not in key.lower():
            yield _ignored(key, config)


def _ignored(key: str, config: Config) -> Problem:
    near = nearest(key, (WEIGHTY | LIGHT) - config.values.keys())
    home = next((name for name, keys in SECTIONS.items() if key in keys and key != "enabled"), "")
    if "." in key and key.partition(".")[0] in TOP:
        why = f'"{key}" is ignored: a dot has no meaning in a key; write an object in an object'
        return Problem("misplaced-key", why)
    if near:
        why = f'"{key}" is no key of DeepSpeed, which ignores it; nearest is "{near}"'
        return Problem("misspelt-key", why, near in WEIGHTY, _moved(key, "c", at(near)))
    if home:
        why = f'"{key}" stands at the top, where DeepSpeed ignores it; it belongs in "{home}"'
        first, _, second = home.partition(".")
        place = f"c.setdefault({json.dumps(first)},{{}})"
        place += f".setdefault({json.dumps(second)},{{}})" if second else ""
        edit = _moved(key, "c", f"{place}[{json.dumps(key)}]")
        return Problem("misplaced-key", why, edit=edit)
    why = f'"{key}" is no key of DeepSpeed 0.19.8, which ignores it'
    return Problem("unknown-key", why, blocks=False)


def refused(config: Config, version: Version | None) -> Iterator[Problem]:
    """Keys and values for which DeepSpeed ends the start; `version` None where unknown."""
    yield from _removed(config, version)
    for name, kinds in SECTIONS.items():
        yield from _section(config, name, kinds, version)
    for key, kind in TOP_KINDS.items():
        yield from _value(key, config.get(key), kind)
    yield from _choices(config)
    zero = config.section("zero_optimization")
    for old, new in TOGETHER:
        if old in zero and new in zero:
            edit = f"del {at(f'zero_optimization.{old}')}"
            yield Problem("both-keys", f'"{old}" and "{new}" stand together', edit=edit)


def _removed(config: Config, version: Version | None) -> Iterator[Problem]:
    if version is not None and version < REMOVED_IN:
        return
    zero = config.section("zero_optimization")
    names = [key for key in config.values if key in REMOVED]
    names += [f"zero_optimization.{key}" for key in zero if key in REMOVED_ZERO]
    for name in names:
        why = f'"{name}" was removed: DeepSpeed 0.19.8 and newer refuse it, even switched off'
        yield Problem("removed-key", why, version is not None, f"del {at(name)}")


def _section(
    config: Config, name: str, kinds: Mapping[str, str], version: Version | None
) -> Iterator[Problem]:
    above, _, last = name.rpartition(".")
    holder = config.section(above) if above else config.values
    if last in holder and not _is_section(name, holder[last]):
        why = f'"{name}" is {json.dumps(holder[last])}; expected an object {{…}}'
        yield Problem("wrong-value", why)
    for key, inner in config.section(name).items():
        if inner is None and kinds.get(key, "any") != "any" and key not in NULLABLE:
            yield Problem("wrong-value", f'"{name}.{key}" is null; expected {EXPECTED[kinds[key]]}')
        elif key in kinds:
            yield from _value(f"{name}.{key}", inner, kinds[key])
        elif key not in REMOVED_ZERO and inner != AUTO:
            yield _unknown(name, key, nearest(key, kinds.keys() - config.section(name)), version)


def _is_section(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return name == "zero_optimization"  # the old way to write stage 1
    if value is None or value == AUTO:
        return "offload" in name or (name == "bf16" and value is None)
    return isinstance(value, dict)


def _unknown(name: str, key: str, near: str, version: Version | None) -> Problem:
    hint = f'; nearest is "{near}"' if near else ""
    sure = bool(near) or (version or ())[:2] == TABLES_OF
    edit = _moved(key, at(name), at(f"{name}.{near}")) if near else f"{at(name)}.pop({_q(key)})"
    why = f'"{key}" is no key of "{name}" in DeepSpeed 0.19.8, which refuses it{hint}'
    return Problem("refused-key", why, sure, edit)


def _q(key: str) -> str:
    return json.dumps(key)


def _value(name: str, value: Any, kind: str) -> Iterator[Problem]:
    if value is None or value == AUTO or kind == "any" or _fits(value, kind):
        return
    why = f'"{name}" is {json.dumps(value)}; expected {EXPECTED[kind]}'
    number = _number(value) if kind != "switch" and isinstance(value, str) else None
    edit = f"{at(name)}={number:g}" if number is not None and kind in ("plain", "number") else ""
    if number is not None and number.is_integer() and not edit:
        edit = f"{at(name)}={int(number)}"
    yield Problem("wrong-value", why, edit=edit)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _fits(value: Any, kind: str) -> bool:
    """As pydantic takes values: a string that spells one, 5e8 for a whole number, 0 and 1."""
    if kind == "switch":
        return value in (0, 1) or (isinstance(value, str) and value.lower() in SPELT)
    if kind in ("count", "plain") and isinstance(value, str | bool):
        return False
    number = _number(value)
    if number is None or (isinstance(value, str) and kind == "whole" and not _digits(value)):
        return False
    if kind == "count":
        return number > 0 and number.is_integer()
    return number.is_integer() if kind == "whole" else True


def _digits(value: str) -> bool:
    return value.strip().removeprefix("-").replace("_", "").isdigit()


def _choices(config: Config) -> Iterator[Problem]:
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
        "communication_data_type": COMMUNICATION,
        "seq_parallel_communication_data_type": COMMUNICATION,
    }
    for name, choices in allowed.items():
        value = config.get(name)
        lower = str(value).lower() if choices is COMMUNICATION else str(value)
        if value is not None and lower not in choices:
            expected = ", ".join(
                choice
                for choice in choices
                if choice != AUTO and (choice.islower() or choice.isdigit())
            )
            yield Problem("wrong-value", f'"{name}" is {json.dumps(value)}; expected {expected}')


def nearest(key: str, known: Iterable[str]) -> str:
    """The known key that was probably meant, or nothing."""
    found = difflib.get_close_matches(key.lower(), sorted(known), 1, 0.84)
    return found[0] if found else ""
