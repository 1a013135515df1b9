"""Reads JSON from a node: strict, and bounded in its depth and in the size of its numbers.

A node that is broken, or lies, may send anything. What passes here can be judged, kept and written
again as strict UTF-8 and strict JSON.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from sys import intern
from typing import Any, NoReturn, TypeVar

V = TypeVar("V", list[Any], dict[str, Any])

MAX_DEPTH = 64
MAX_DIGITS = 20
"""A counter of 64 bits has twenty; parsing takes the square of their number."""
MAX_SIZE = 1e30
"""What is computed from larger ones may be no finite number any more."""
FEW = 8
"""Values in what is shared: to look for long ones would take longer than to keep them."""
SHARED_WITHIN = frozenset({str, int, bool, type(None), list})
MOST_KNOWN = 1 << 14
_known: dict[str, Any] = {}
"""By their text, so that neither 1 and true nor 1 and 1.0 are alike; emptied when it is full."""


def read_untrusted_json(text: bytes) -> Any:
    """The value, in which what is short and alike is one: nobody may change it.

    Raises ValueError that says what is wrong with it. Half of a surrogate pair, which no file could
    hold, becomes a question mark.
    """
    strict = text.decode("utf-8")
    try:
        value = _parse(strict)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _limit_depth(value)
    if "\\ud" in strict or "\\uD" in strict:
        value = _parse(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode())
    return value


def _parse(text: str) -> Any:
    return json.loads(
        text,
        parse_int=_bounded_int,
        parse_float=_finite_float,
        parse_constant=_refuse_constant,
        object_pairs_hook=_shared_object,
    )


def _shared_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """What N nodes say of N nodes is mostly the same: each of it is kept once."""
    value = {intern(name): _shared(value) for name, value in pairs}
    return _kept_once(value, value.values())


def _shared(value: Any) -> Any:
    if type(value) is str:
        return intern(value)
    if type(value) is list:
        value[:] = [intern(item) if type(item) is str else item for item in value]
        return _kept_once(value, value)
    return value


def _kept_once(value: V, inner: Collection[Any]) -> V:
    """The first that was read of those with the same words and numbers, where there are few."""
    if len(inner) > FEW or not SHARED_WITHIN.issuperset(map(type, inner)):
        return value
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    known: V = _known.setdefault(repr(value), value)
    return known


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS + 1:
        raise ValueError(f"a number has {len(digits.lstrip('-'))} digits")
    return int(digits)


def _finite_float(text: str) -> float:
    value = float(text)
    if not abs(value) < MAX_SIZE:
        raise ValueError(f"the number {text[:20]} is out of range")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _limit_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for container in level
            if isinstance(container, dict | list)
            for item in (container.values() if isinstance(container, dict) else container)
        ]
        if not level:
            return
    raise ValueError("it is nested too deeply")
