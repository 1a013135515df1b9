"""`dataclass` as everything here uses it: some three hundred, each made in a fifth of the time.

The standard one writes, compiles and runs six functions for each frozen class, which together was
a fifth of what every start takes before it asks a node. Here that is done for `__init__` alone;
comparison, hash and text are alike for all. That nobody changes a frozen one is held by mypy, which
takes these for what the standard library makes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        kind: type[T] | None = None,
        /,
        *,
        frozen: bool = False,
        slots: bool = False,
        eq: bool = True,
    ) -> type[T] | Callable[[type[T]], type[T]]:
        """The standard decorator, as far as it is used here."""

        def make(kind: type[T]) -> type[T]:
            own = frozenset(vars(kind))
            made = dataclasses.dataclass(eq=False, repr=False, slots=slots)(kind)
            added = {"__repr__": _text_of(made)}
            if eq:
                is_equal, digest = _comparison_of(made)
                added |= {"__eq__": is_equal, "__hash__": digest if frozen else None}
            for name in added.keys() - own:
                setattr(made, name, added[name])
            return made

        return make(kind) if kind else make


def _comparison_of(kind: Any) -> tuple[Callable[[Any, Any], Any], Callable[[Any], int]]:
    """Equal are objects of one kind with equal values; and their hash."""
    names = [field.name for field in dataclasses.fields(kind) if field.compare]
    values = attrgetter(*names) if names else lambda _: ()

    def is_equal(self: Any, other: Any) -> Any:
        return values(self) == values(other) if type(self) is type(other) else NotImplemented

    return is_equal, lambda self: hash(values(self))


def _text_of(kind: Any) -> Callable[[Any], str]:
    """What shows an object of the kind."""
    names = [field.name for field in dataclasses.fields(kind) if field.repr]

    def text(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return text
