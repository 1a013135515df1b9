"""Turns what a node printed into a typed fact, or says exactly what is wrong with it."""

from __future__ import annotations

import base64
import dataclasses
import functools
import ipaddress
import itertools
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from checks.errors import FactError

F = TypeVar("F", bound="Fact")
R = TypeVar("R")

Address = Annotated[str, functools.lru_cache(maxsize=4096)(ipaddress.ip_address)]
"""An IPv4 or IPv6 address; text that is none is refused."""
AddressWithPrefix = Annotated[str, functools.lru_cache(maxsize=4096)(ipaddress.ip_interface)]
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


class Fact:
    """One section that a probe answers. Subclasses, named after it, are frozen dataclasses.

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

    def as_json(self) -> dict[str, Any]:
        """The data from which it is decoded."""
        return dataclasses.asdict(typing.cast("Any", self))


def decode_fact(kind: type[F], data: Any) -> F:
    """Build `kind` from JSON data; raises FactError naming the field. Unknown keys are let be."""
    return decode_record(kind, data, kind.section)


def decode_record(kind: type[R], data: Any, where: str) -> R:
    """Build any dataclass from JSON data in the same way; `where` begins the field's name.

    Bytes are in base64 there.
    """
    try:
        record: R = _decoder(typing.cast("Any", kind))(data)
    except _MisfitError as misfit:
        raise FactError(f"{where}{misfit.place}: {misfit}") from None
    return record


class _MisfitError(Exception):
    """What is wrong with a value; `place` is put together on the way out, where it costs nothing
    as long as all fits.
    """

    place = ""

    def within(self, place: str) -> _MisfitError:
        self.place = place + self.place
        return self


_Decoder = Callable[[Any], Any]


@functools.cache
def _decoder(kind: Any) -> _Decoder:
    """What decodes that type: its annotations are taken apart once, not for each of N² values."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return lambda data: data
    if origin in (typing.Union, types.UnionType):
        return _optional_decoder(arguments)
    if origin is Annotated:
        return _checked_decoder(*arguments)
    if origin is tuple and arguments[1] is ...:
        return _sequence_decoder(arguments[0])
    if origin is tuple:
        return _tuple_decoder(arguments)
    if origin in (dict, Mapping):
        return _mapping_decoder(*arguments)
    if dataclasses.is_dataclass(kind):
        return _record_decoder(typing.cast("type[Any]", kind))
    return _scalar_decoder(kind)


def _optional_decoder(arguments: tuple[Any, ...]) -> _Decoder:
    decode = _decoder(next(argument for argument in arguments if argument is not type(None)))
    return lambda data: None if data is None else decode(data)


def _checked_decoder(kind: Any, parse: Callable[[Any], object]) -> _Decoder:
    """A value of the first argument's type that the second, a parser, does not refuse."""
    decode = _decoder(kind)

    def decode_checked(data: Any) -> Any:
        value = decode(data)
        try:
            parse(value)
        except ValueError as error:
            raise _MisfitError(str(error)) from None
        return value

    return decode_checked


def _sequence_decoder(kind: Any) -> _Decoder:
    decode = _decoder(kind)
    return lambda data: _decode_items(itertools.repeat(decode), _require_list(data))


def _tuple_decoder(kinds: tuple[Any, ...]) -> _Decoder:
    decoders = [_decoder(kind) for kind in kinds]

    def decode_tuple(data: Any) -> tuple[Any, ...]:
        items = _require_list(data)
        if len(decoders) != len(items):
            raise _MisfitError(f"expected {len(decoders)} values, got {len(items)}")
        return _decode_items(decoders, items)

    return decode_tuple


def _require_list(data: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise _MisfitError(f"expected a list, got {_short_repr(data)}")
    return data


def _decode_items(decoders: Iterable[_Decoder], items: Sequence[Any]) -> tuple[Any, ...]:
    values: list[Any] = []
    try:
        for decode, item in zip(decoders, items, strict=False):
            values.append(decode(item))
    except _MisfitError as misfit:
        raise misfit.within(f"[{len(values)}]") from None
    return tuple(values)


def _mapping_decoder(key_kind: Any, kind: Any) -> _Decoder:
    """A mapping that decodes to itself is not copied, and neighbours that are one object stay one:
    of N nodes that say the same of N nodes that would be N² of each.
    """
    decode_key, decode = _decoder(key_kind), _decoder(kind)

    def decode_mapping(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise _MisfitError(f"expected an object, got {_short_repr(data)}")
        values: dict[str, Any] = {}
        last = value = None
        for key, item in data.items():
            name = decode_key(str(key))
            try:
                last, value = item, value if item is last and values else decode(item)
            except _MisfitError as misfit:
                raise misfit.within(f".{key}") from None
            values[name] = value
        return data if _is_same(values, data) else values

    return decode_mapping


def _is_same(values: Mapping[Any, Any], data: Mapping[Any, Any]) -> bool:
    """Whether they have the same objects under the same names."""
    return all(name in data and data[name] is value for name, value in values.items())


def _record_decoder(kind: type[Any]) -> _Decoder:
    hints, missing = typing.get_type_hints(kind, include_extras=True), dataclasses.MISSING
    fields = [
        (each.name, _decoder(hints[each.name]), each.default is missing is each.default_factory)
        for each in dataclasses.fields(kind)
    ]

    def decode_fields(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _MisfitError(f"expected an object, got {_short_repr(data)}")
        values = {}
        for name, decode, required in fields:
            if name in data:
                try:
                    values[name] = decode(data[name])
                except _MisfitError as misfit:
                    raise misfit.within(f".{name}") from None
            elif required:
                raise _MisfitError("missing from the answer").within(f".{name}")
        return kind(**values)

    return decode_fields


def _scalar_decoder(kind: Any) -> _Decoder:
    def decode_scalar(data: Any) -> Any:
        if type(data) is kind:
            return data
        if kind is float and type(data) is int:
            return float(data)
        if kind is bytes and isinstance(data, str):
            return _decode_base64(data)
        raise _MisfitError(f"expected {kind.__name__}, got {_short_repr(data)}")

    return decode_scalar


def _decode_base64(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as error:
        raise _MisfitError(f"expected base64: {error}") from None


def _short_repr(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 60 else text[:57] + "..."
