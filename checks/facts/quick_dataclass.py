"""`dataclass` for the facts, of which there are more than a hundred: each is made in a fifth of
the time.

The standard one writes, compiles and runs six functions for each frozen class, which together was
a sixth of what every start takes before it asks a node. Here that is done for `__init__` alone;
comparison, hash and text are alike for all. That nobody changes a fact is held by mypy, which takes
these for what the standard library makes.
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

    def dataclass(*, frozen: bool, slots: bool = False) -> Callable[[type[T]], type[T]]:
        """The standard decorator, as far as facts need it: all are `frozen`."""
        assert frozen

        def make(kind: type[T]) -> type[T]:
            made = dataclasses.dataclass(eq=False, repr=False, slots=slots)(kind)
            _add_comparison(made)
            return made

        return make


def _add_comparison(kind: Any) -> None:
    """Equal are facts of one kind with equal values."""
    fields = dataclasses.fields(kind)
    values = attrgetter(*(f.name for f in fields)) if fields else lambda _: ()

    def is_equal(self: Any, other: Any) -> Any:
        return values(self) == values(other) if type(self) is type(other) else NotImplemented

    def text(self: Any) -> str:
        shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields)
        return f"{type(self).__qualname__}({shown})"

    kind.__eq__, kind.__hash__, kind.__repr__ = is_equal, lambda self: hash(values(self)), text
