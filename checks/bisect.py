"""Which nodes keep a whole from meeting that is well in parts: found by halves. Pure.

Only asked where the whole failed and nobody stands out. Disjoint groups meet side by side, so that
one bad node does not hide the rest, and of n nodes about log₂ n rounds find each that is bad alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Group = tuple[str, ...]
Meets = Callable[[Sequence[Group]], Sequence[bool]]
"""Tries disjoint groups side by side; whether each of them met."""


def smallest(whole: Group, meets: Meets, rounds: int) -> list[Group]:
    """The smallest groups that do not meet, of a whole of two or more that did not.

    Each is one node, or two together. What `rounds` do not suffice for is left out, and so is what
    takes more than two.
    """
    left = rounds

    def tried(groups: Sequence[Group]) -> Sequence[bool]:
        nonlocal left
        left -= 1
        return meets(groups)

    found: list[Group] = []
    failing = [whole]
    while failing and left > 0:
        split = [_halves(group) for group in failing]
        halves = [half for pair in split for half in pair]
        met = dict(zip(halves, tried(halves), strict=True))
        found += [half for half in halves if len(half) == 1 and not met[half]]
        failing = [half for half in halves if len(half) > 1 and not met[half]]
        for one, other in split:
            if met[one] and met[other]:
                found += _across(one, other, lambda group: left > 0 and not tried([group])[0])
    return found


def _halves(group: Group) -> tuple[Group, Group]:
    middle = (len(group) + 1) // 2
    return group[:middle], group[middle:]


def _across(one: Group, other: Group, fails: Callable[[Group], bool]) -> list[Group]:
    """The two, one of each side, that fail together; [] where it is not down to two."""
    for _ in range(2):
        while len(other) > 1:
            first, second = _halves(other)
            if fails((*one, *first)):
                other = first
            elif fails((*one, *second)):
                other = second
            else:
                return []
        one, other = other, one
    return [(*one, *other)]
