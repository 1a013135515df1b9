"""Turns what a node printed into a typed fact, or says exactly what is wrong with it."""

from __future__ import annotations

import base64
import dataclasses
import functools
import ipaddress
import re
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from checks.errors import FactError

F = TypeVar("F", bound="Fact")
R = TypeVar("R")

Address = Annotated[str, ipaddress.ip_address]
"""An IPv4 or IPv6 address; text that is none is refused."""
AddressWithPrefix = Annotated[str, ipaddress.ip_interface]
"""The same with its network's prefix, `10.0.0.1/24`."""


def _path_state(text: str) -> str:
    if text not in ("there", "missing", "denied", "hangs", "error"):
        raise ValueError(f"not the state of a path: {_short_repr(text)}")
    return text


PathStateName = Annotated[str, _path_state]
"""Of a path on a node; a finding's cause may be that word."""


def _system_name(text: str) -> str:
    if text.startswith("-") or _SHELL_CHARACTER.search(text):
        raise ValueError(f"not a name that a kernel gives: {_short_repr(text)}")
    return text


_SHELL_CHARACTER = re.compile(r"""[\s\x00-\x1f'"`$;&|<>(){}\\!*?~#]""")
SystemName = Annotated[str, _system_name]
"""The name of a device, a driver or a variable, an address, a version: one word to any shell."""


def _count(number: int) -> int:
    if number < 0:
        raise ValueError(f"not a count: {number}")
    return number


Count = Annotated[int, _count]
"""How many there are: not less than none."""


@dataclasses.dataclass(frozen=True)
class Fact:
    """One section that a probe answers. Subclasses are frozen dataclasses named after it.

    `heavy`: to learn it, the nodes train, compute or load the network. `late`: it is known only at
    the end of a run, which it compares with the beginning. `momentary`: it says how something went
    at that moment, not how a node is set up, so it is not compared with an earlier run or another
    node; what is heavy or late is momentary too. `of_command`: it is about files that change under
    the user's hands, so every start asks it. `inputs` are the fields of `Job` that the answer
    depends on, beside the nodes, the head, ssh and, where it is `of_command`, what the job runs.
    """

    section: ClassVar[str] = ""
    inputs: ClassVar[tuple[str, ...]] = ()
    of_command: ClassVar[bool] = False
    heavy: ClassVar[bool] = False
    late: ClassVar[bool] = False
    momentary: ClassVar[bool] = False


def decode_fact(kind: type[F], data: Any) -> F:
    """Build `kind` from JSON data; raises FactError naming the field. Unknown keys are let be."""
    return decode_record(kind, data, kind.section)


def decode_record(kind: type[R], data: Any, where: str) -> R:
    """Build any dataclass from JSON data in the same way; `where` begins the field's name.

    Bytes are in base64 there.
    """
    record: R = _decode_value(kind, data, where)
    return record


def _decode_value(kind: Any, data: Any, where: str) -> Any:
    if kind is Any:
        return data
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _decode_optional(arguments, data, where)
    if origin is Annotated:
        return _decode_checked(arguments, data, where)
    if origin is tuple:
        return _decode_sequence(arguments, data, where)
    if origin in (dict, Mapping):
        return _decode_mapping(arguments[0], arguments[1], data, where)
    if dataclasses.is_dataclass(kind):
        return _decode_record(typing.cast("type[Any]", kind), data, where)
    return _decode_scalar(kind, data, where)


def _decode_optional(arguments: tuple[Any, ...], data: Any, where: str) -> Any:
    if data is None:
        return None
    inner = [argument for argument in arguments if argument is not type(None)]
    return _decode_value(inner[0], data, where)


def _decode_checked(arguments: tuple[Any, ...], data: Any, where: str) -> Any:
    """A value of the first argument's type that the second, a parser, does not refuse."""
    kind, parse = arguments
    value = _decode_value(kind, data, where)
    try:
        parse(value)
    except ValueError as error:
        raise FactError(f"{where}: {error}") from None
    return value


def _decode_sequence(arguments: tuple[Any, ...], data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise FactError(f"{where}: expected a list, got {_short_repr(data)}")
    kinds = [arguments[0]] * len(data) if arguments[1] is ... else arguments
    if len(kinds) != len(data):
        raise FactError(f"{where}: expected {len(kinds)} values, got {len(data)}")
    return tuple(
        _decode_value(kind, item, f"{where}[{index}]")
        for index, (kind, item) in enumerate(zip(kinds, data, strict=True))
    )


def _decode_mapping(key_kind: Any, kind: Any, data: Any, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise FactError(f"{where}: expected an object, got {_short_repr(data)}")
    return {
        _decode_value(key_kind, str(key), where): _decode_value(kind, item, f"{where}.{key}")
        for key, item in data.items()
    }


@functools.cache
def _field_hints(kind: Any) -> list[tuple[str, Any, bool]]:
    hints = typing.get_type_hints(kind, include_extras=True)
    missing = dataclasses.MISSING
    return [
        (field.name, hints[field.name], field.default is missing is field.default_factory)
        for field in dataclasses.fields(kind)
    ]


def _decode_record(kind: type[Any], data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise FactError(f"{where}: expected an object, got {_short_repr(data)}")
    values = {}
    for name, hint, required in _field_hints(typing.cast("Any", kind)):
        if name in data:
            values[name] = _decode_value(hint, data[name], f"{where}.{name}")
        elif required:
            raise FactError(f"{where}.{name}: missing from the answer")
    return kind(**values)


def _decode_scalar(kind: Any, data: Any, where: str) -> Any:
    if kind is float and type(data) is int:
        return float(data)
    if kind is bytes and isinstance(data, str):
        return _decode_base64(data, where)
    if type(data) is not kind:
        raise FactError(f"{where}: expected {kind.__name__}, got {_short_repr(data)}")
    return data


def _decode_base64(data: str, where: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as error:
        raise FactError(f"{where}: expected base64: {error}") from None


def _short_repr(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "..."
