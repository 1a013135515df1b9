"""Turns what a node printed into a typed fact, or says exactly what is wrong with it."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from checks.errors import FactError

F = TypeVar("F", bound="Fact")


@dataclasses.dataclass(frozen=True)
class Fact:
    """One section that a probe answers. Subclasses are frozen dataclasses named after it."""

    section: ClassVar[str] = ""


def decode(kind: type[F], data: Any) -> F:
    """Build `kind` from JSON data; raises FactError naming the field. Unknown keys are let be."""
    fact: F = _value(kind, data, kind.section)
    return fact


def _value(kind: Any, data: Any, where: str) -> Any:
    if kind is Any:
        return data
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _optional(arguments, data, where)
    if origin is tuple:
        return _sequence(arguments[0], data, where)
    if origin in (dict, Mapping):
        return _mapping(arguments[1], data, where)
    if dataclasses.is_dataclass(kind):
        return _record(typing.cast("type[Any]", kind), data, where)
    return _scalar(kind, data, where)


def _optional(arguments: tuple[Any, ...], data: Any, where: str) -> Any:
    if data is None:
        return None
    inner = [argument for argument in arguments if argument is not type(None)]
    return _value(inner[0], data, where)


def _sequence(kind: Any, data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise FactError(f"{where}: expected a list, got {_shown(data)}")
    return tuple(_value(kind, item, f"{where}[{index}]") for index, item in enumerate(data))


def _mapping(kind: Any, data: Any, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise FactError(f"{where}: expected an object, got {_shown(data)}")
    return {str(key): _value(kind, item, f"{where}.{key}") for key, item in data.items()}


@functools.cache
def _fields(kind: Any) -> list[tuple[str, Any, bool]]:
    hints = typing.get_type_hints(kind)
    missing = dataclasses.MISSING
    return [
        (field.name, hints[field.name], field.default is missing is field.default_factory)
        for field in dataclasses.fields(kind)
    ]


def _record(kind: type[Any], data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise FactError(f"{where}: expected an object, got {_shown(data)}")
    values = {}
    for name, hint, required in _fields(typing.cast("Any", kind)):
        if name in data:
            values[name] = _value(hint, data[name], f"{where}.{name}")
        elif required:
            raise FactError(f"{where}.{name}: missing from the answer")
    return kind(**values)


def _scalar(kind: Any, data: Any, where: str) -> Any:
    if kind is float and type(data) is int:
        return float(data)
    if type(data) is not kind:
        raise FactError(f"{where}: expected {kind.__name__}, got {_shown(data)}")
    return data


def _shown(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "..."
