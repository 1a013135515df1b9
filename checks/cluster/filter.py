"""DeepSpeed's --include and --exclude as typed: held against the nodes that there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from checks.cluster.userfile import nearest, shown
from checks.errors import UsageError
from checks.selection import Chosen, FilterError, parse, remaining

EXPECTED = "expected NODE, or NODE:SLOT,SLOT, joined by '@', such as node1@node2:0,1"


def select(
    slots: Mapping[str, int], include: str | None = None, exclude: str | None = None
) -> dict[str, list[int]]:
    """The slots that take part, by node: a subset of `slots` (node to its number of slots).

    Nodes without any slot left are absent. Raises UsageError for a word that is not the grammar,
    an unknown node or slot, both filters at once, or nothing left.
    """
    chosen, option = _filter(include, exclude, slots)
    for name, numbers in chosen.items():
        _require_slots(name, numbers, slots[name], option)
    left = remaining(slots, chosen, including=option == "--include")
    if not left:
        raise UsageError(f"{option or '--hosts'}: no slot is left to train on; choose others")
    return left


def kept_nodes(
    names: Collection[str], include: str | None = None, exclude: str | None = None
) -> tuple[str, ...]:
    """The nodes that can still take part, as far as that is known before slots are counted.

    Raises UsageError as `select` does, except about slots.
    """
    chosen, option = _filter(include, exclude, names)
    left = tuple(
        name
        for name in names
        if (name in chosen if option == "--include" else chosen.get(name, {0}) != set())
    )
    if not left:
        raise UsageError(f"{option or '--hosts'}: no node is left to train on; choose others")
    return left


def _filter(include: str | None, exclude: str | None, names: Collection[str]) -> tuple[Chosen, str]:
    """The filter in force, by node (an empty set: the whole node), and its option's name."""
    if include and exclude:
        raise UsageError("--include and --exclude: give one of them, not both")
    option = "--include" if include else "--exclude" if exclude else ""
    chosen = _parse(include or exclude or "", option) if option else {}
    for name in chosen:
        if name not in names:
            raise UsageError(
                f"{option}: no node {shown(name, 60)} in the hosts file{nearest(name, names)}"
            )
    return chosen, option


def _parse(text: str, option: str) -> Chosen:
    """The slots that the text names, by node."""
    try:
        return parse(text)
    except FilterError as error:
        wrong = f"cannot read {shown(error.part, 60)}"
        if error.twice:
            wrong = f"{error.part} both whole and by slots"
        raise UsageError(f"{option} {shown(text)}: {wrong}; {EXPECTED}") from None


def _require_slots(name: str, numbers: Collection[int], count: int, option: str) -> None:
    """Every named slot is there."""
    beyond = sorted(number for number in numbers if number >= count)
    if beyond:
        raise UsageError(
            f"{option}: no slot {beyond[0]} on {name}, which has slots 0 to {count - 1}"
        )
