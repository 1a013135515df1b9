"""Which nodes keep a group from meeting whose parts are well: found by halves. Pure.

Asked only where the whole failed and no node stands out. A group that fails is split, and both
halves are tried side by side, so that one bad node does not hide another:

- a half that fails holds a fault of its own, and is split again, down to a single node;
- where both halves meet, the fault lies between them: two nodes, one of each half, that fail only
  together. One half is halved while the other is kept whole, then the other way round.

Each round halves every failing group at once, so that log₂ n rounds find each node that is bad
alone; a bad pair takes up to 4 log₂ n more. Of eight nodes with a bad node6: 1-4 meet, 5-8 fail;
5-6 fail, 7-8 meet; 5 meets, 6 fails. A group is split where its networks part, as far as they do,
and then in the middle: a fault of one network is then found in the first round.
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
    rounds_left = rounds
    known = networks or {}
    order = list(dict.fromkeys(known.get(name, "") for name in whole))
    whole = tuple(sorted(whole, key=lambda name: order.index(known.get(name, ""))))

    def try_groups(groups: Sequence[Group]) -> Sequence[bool]:
        nonlocal rounds_left
        rounds_left -= 1
        return meets(groups)

    smallest: list[Group] = []
    failing = [whole]
    while failing and rounds_left > 0:
        splits = [_split_group(group, known) for group in failing]
        halves = [half for split in splits for half in split]
        met = dict(zip(halves, try_groups(halves), strict=True))
        smallest += [half for half in halves if len(half) == 1 and not met[half]]
        failing = [half for half in halves if len(half) > 1 and not met[half]]
        for left, right in splits:
            if met[left] and met[right]:
                smallest += _failing_pair_across(
                    left, right, lambda group: rounds_left > 0 and not try_groups([group])[0]
                )
    return smallest


def _split_group(group: Group, networks: Mapping[str, str] | None = None) -> tuple[Group, Group]:
    """Two parts, between two networks where there are some, as near to the middle as can be."""
    middle = (len(group) + 1) // 2
    network_of = [(networks or {}).get(name, "") for name in group]
    borders = [
        index for index in range(1, len(group)) if network_of[index - 1] != network_of[index]
    ]
    middle = min(borders, key=lambda index: abs(index - middle), default=middle)
    return group[:middle], group[middle:]


def _failing_pair_across(kept: Group, halved: Group, fails: Callable[[Group], bool]) -> list[Group]:
    """The two, one of each side, that fail together; [] where it is not down to two."""
    for _ in range(2):
        while len(halved) > 1:
            first, second = _split_group(halved)
            if fails((*kept, *first)):
                halved = first
            elif fails((*kept, *second)):
                halved = second
            else:
                return []
        kept, halved = halved, kept
    return [(*kept, *halved)]
