"""Values that pass as keys and types, and at which DeepSpeed or what it constructs raises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from checks.areas.deepspeed.lint import ConfigProblem, key_expression
from checks.knowledge.deepspeed_config import AUTO, ParsedConfig
from checks.knowledge.deepspeed_keys import REMOVED_IN, Version
from checks.knowledge.deepspeed_ranges import EVER, EXPECTED, NEVER_PRINTS, SINCE_0_19_8, WORDS


def values_out_of_range(config: ParsedConfig, version: Version | None) -> Iterator[ConfigProblem]:
    """Those for which the start ends; nothing is said of what only newer DeepSpeeds refuse."""
    yield from _problems(config, EVER)
    if version is not None and version >= REMOVED_IN:
        yield from _problems(config, SINCE_0_19_8)


def _problems(
    config: ParsedConfig, names_by_kind: Mapping[str, tuple[str, ...]]
) -> Iterator[ConfigProblem]:
    for kind, names in names_by_kind.items():
        for name in names:
            value = config.get(name)
            if value is None or value == AUTO or _fits(value, kind):
                continue
            expected = EXPECTED.get(kind) or f"one of {', '.join(WORDS[kind][:3])}"
            reason = f'"{name}" is {json.dumps(value)}; expected {expected}'
            yield ConfigProblem("out-of-range", reason, edit=_edit(name, value, kind))


def _fits(value: Any, kind: str) -> bool:
    if kind in WORDS:
        return isinstance(value, str) and value.lower() in WORDS[kind]
    return FITS[kind](value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_number_if(fits: Callable[[float], bool]) -> Callable[[Any], bool]:
    """Of what is no number another check says so, or DeepSpeed reads it from its text."""
    return lambda value: fits(value) if _is_number(value) else True


def _is_pair_of_shares(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    numbers = [number for number in value if _is_number(number)]
    return len(value) >= 2 and all(0 <= number < 1 for number in numbers)


FITS: Mapping[str, Callable[[Any], bool]] = {
    "divisor": lambda value: _is_number(value) and value != 0,
    "flag": lambda value: isinstance(value, int),
    "object": lambda value: isinstance(value, dict),
    "positive": _is_number_if(lambda number: number > 0),
    "not negative": _is_number_if(lambda number: number >= 0),
    "share": _is_number_if(lambda number: 0 <= number <= 1),
    "pair of shares": _is_pair_of_shares,
    "text": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, list),
}


def _edit(name: str, value: Any, kind: str) -> str:
    """What makes of it what was meant; empty where only its writer can know."""
    place = key_expression(name)
    if kind == "divisor" and value == 0:
        return f"{place}={NEVER_PRINTS}"
    if kind == "flag" and str(value).lower() in ("true", "false", "0", "1"):
        return f"{place}={str(value).lower() in ('true', '1')}"
    if kind == "positive" and value == 0 and "steps" in name:
        return f"{place}=1"
    if kind == "object" and value in (False, 0):
        above, _, last = name.rpartition(".")
        return f"{key_expression(above) if above else 'c'}.pop({json.dumps(last)})"
    number = _number_in(value) if kind == "divisor" else None
    return f"{place}={number}" if number else ""


def _number_in(value: Any) -> float | int | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if number.is_integer() else number
