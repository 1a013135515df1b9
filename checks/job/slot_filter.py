"""The words of DeepSpeed's --include and --exclude, and the slots that they leave.

Grammar as in `parse_resource_filter` of deepspeed.launcher.runner:
`NODE[:SLOT[,SLOT…]][@NODE…]`, a bare name being the whole node. The order of the hosts file holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ChosenSlots = Mapping[str, set[int]]
"""Slots by node; an empty set is the whole node."""

_FILTER_PART = re.compile(r"([^:,\s]+)(?::([0-9]{1,6}(?:,[0-9]{1,6})*))?")


class FilterError(ValueError):
    """`part` is what cannot be read, or the node that is named both whole and by slots."""

    def __init__(self, part: str, *, twice: bool = False) -> None:
        super().__init__(part)
        self.part, self.twice = part, twice


def parse_slot_filter(text: str) -> ChosenSlots:
    """The slots that the text names, by node. Raises FilterError."""
    chosen: dict[str, set[int]] = {}
    for part in text.split("@"):
        match = _FILTER_PART.fullmatch(part)
        if match is None:
            raise FilterError(part)
        numbers = {int(number) for number in match[2].split(",")} if match[2] else set()
        if match[1] in chosen and bool(numbers) != bool(chosen[match[1]]):
            raise FilterError(match[1], twice=True)
        chosen.setdefault(match[1], set()).update(numbers)
    return chosen


def remaining_slots(
    slots: Mapping[str, int], chosen: ChosenSlots, *, including: bool
) -> dict[str, list[int]]:
    """The slots that take part, by node, out of `slots` (node to its number of slots).

    A node without any slot left is absent.
    """
    left = {
        name: [slot for slot in range(count) if _is_named_slot(name, slot, chosen) is including]
        for name, count in slots.items()
    }
    return {name: numbers for name, numbers in left.items() if numbers}


def _is_named_slot(name: str, slot: int, chosen: ChosenSlots) -> bool:
    return name in chosen and (not chosen[name] or slot in chosen[name])
