"""A node that lies: its answers, changed at random by a seed, as a broken or hostile one may."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, -(2**63), 1e308, 0.5,
    "", "x", "\x1b[31mred\x1b[0m", "\u202eevil", "\x9b31m", "a\nb", "\ud800", "\x00",
    "'; touch /tmp/pwned; '", "$(reboot)", "`id`", "<script>alert(1)</script>",
    "256.1.1.1", "::1", "1.2.3.4/99", "node1", "../../etc/passwd", "9" * 300,
    [], {}, [[]], [None], {"a": None}, ["x"] * 50,
)  # fmt: skip
ODD_LINES = (
    b"", b"{]", b"[" * 900 + b"]" * 900, b"9" * 100_000, b"NaN", b'{"data": 1e999}', b"\xff\xfe",
)  # fmt: skip
MANY = 20_000


def _paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value within one stands, by its keys and indices."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from _paths_in(item, (*path, key))


def mutate_data(rng: random.Random, data: Any) -> Any:
    """A copy in which some values have another type, size, place or text, or are missing."""
    data = copy.deepcopy(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        paths = list(_paths_in(data)) if isinstance(data, dict | list) else []
        if 0 < len(paths) < MANY:
            _mutate_value(rng, data, rng.choice(paths))
    return data


def _mutate_value(rng: random.Random, data: Any, path: tuple[Any, ...]) -> None:
    holder, key = data, path[-1]
    for step in path[:-1]:
        holder = holder[step]
    value, deed = holder[key], rng.random()
    if deed < 0.1:
        del holder[key]
    elif deed < 0.2 and isinstance(value, list) and len(value) < 100:
        value.extend(copy.deepcopy(value) * rng.choice([1, 5, 50]))
    elif deed < 0.3 and isinstance(value, str):
        holder[key] = value + "\x1b]0;t\x07"
    elif deed < 0.4 and type(value) in (int, float):
        holder[key] = value * -1_000_003
    else:
        holder[key] = copy.deepcopy(rng.choice(ODD_VALUES))


def mutate_line(rng: random.Random, text: bytes, silence: float) -> bytes:
    """A line of a probe's: another answer in its place, or with that probability none at all."""
    message = json.loads(text)
    if rng.random() < silence:
        odd = rng.choice([*ODD_LINES, b""])
        return odd or json.dumps(mutate_data(rng, message)).encode()
    return json.dumps({**message, "data": mutate_data(rng, message.get("data"))}).encode()
