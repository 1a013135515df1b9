"""Which nodes keep a whole from meeting that is well in parts: found by halves. Pure.

Only asked where the whole failed and nobody stands out. Disjoint groups meet side by side, so that
one bad node does not hide the rest, and of n nodes about log₂ n rounds find each that is bad alone.
Groups are parted where their networks part, as far as they do, and then in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Group = tuple[str, ...]
TryGroups = Callable[[Sequence[Group]], Sequence[bool]]
"""Tries disjoint groups side by side; whether each of them met."""


def smallest_failing_groups(
    whole: Group, meets: TryGroups, rounds: int, networks: Mapping[str, str] | None = None
) -> list[Group]:
    """The smallest groups that do not meet, of a whole of two or more that did not.

    Each is one node, or two together. What `rounds` do not suffice for is left out, and so is what
    takes more than two. `networks` are those of the nodes, where they are known.
    """
    left = rounds
    known = networks or {}
    order = list(dict.fromkeys(known.get(name, "") for name in whole))
    whole = tuple(sorted(whole, key=lambda name: order.index(known.get(name, ""))))

    def tried(groups: Sequence[Group]) -> Sequence[bool]:
        nonlocal left
        left -= 1
        return meets(groups)

    found: list[Group] = []
    failing = [whole]
    while failing and left > 0:
        split = [_split_group(group, known) for group in failing]
        halves = [half for pair in split for half in pair]
        met = dict(zip(halves, tried(halves), strict=True))
        found += [half for half in halves if len(half) == 1 and not met[half]]
        failing = [half for half in halves if len(half) > 1 and not met[half]]
        for one, other in split:
            if met[one] and met[other]:
                found += _failing_pair_across(
                    one, other, lambda group: left > 0 and not tried([group])[0]
                )
    return found


def _split_group(group: Group, networks: Mapping[str, str] | None = None) -> tuple[Group, Group]:
    """Two parts, between two networks where there are some, as near to the middle as can be."""
    middle = (len(group) + 1) // 2
    known = [(networks or {}).get(name, "") for name in group]
    borders = [at for at in range(1, len(group)) if known[at - 1] != known[at]]
    middle = min(borders, key=lambda at: abs(at - middle), default=middle)
    return group[:middle], group[middle:]


def _failing_pair_across(one: Group, other: Group, fails: Callable[[Group], bool]) -> list[Group]:
    """The two, one of each side, that fail together; [] where it is not down to two."""
    for _ in range(2):
        while len(other) > 1:
            first, second = _split_group(other)
            if fails((*one, *first)):
                other = first
            elif fails((*one, *second)):
                other = second
            else:
                return []
        one, other = other, one
    return [(*one, *other)]
