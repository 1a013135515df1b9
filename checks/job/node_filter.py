"""DeepSpeed's --include and --exclude as typed: held against the nodes that there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from checks.errors import UsageError
from checks.job.slot_filter import ChosenSlots, FilterError, parse_slot_filter, remaining_slots
from checks.job.user_files import near_word, quote_text, suggest_word

EXPECTED = "expected NODE, or NODE:SLOT,SLOT, joined by '@', such as node1@node2:0,1"


def select_slots(
    slots: Mapping[str, int], include: str | None = None, exclude: str | None = None
) -> dict[str, list[int]]:
    """The slots that take part, by node: a subset of `slots` (node to its number of slots).

    Nodes without any slot left are absent. Raises UsageError for a word that is not the grammar,
    an unknown node or slot, both filters at once, or nothing left.
    """
    chosen, option = _active_filter(include, exclude, slots)
    for name, numbers in chosen.items():
        _require_slots(name, numbers, slots[name], option)
    left = remaining_slots(slots, chosen, including=option == "--include")
    if not left:
        raise UsageError(f"{option or '--hosts'}: no slot is left to train on; choose others")
    return left


def kept_nodes(
    names: Collection[str], include: str | None = None, exclude: str | None = None
) -> tuple[str, ...]:
    """The nodes that can still take part, as far as that is known before slots are counted.

    Raises UsageError as `select_slots` does, except about slots.
    """
    chosen, option = _active_filter(include, exclude, names)
    left = tuple(
        name
        for name in names
        if (name in chosen if option == "--include" else chosen.get(name, {0}) != set())
    )
    if not left:
        raise UsageError(f"{option or '--hosts'}: no node is left to train on; choose others")
    return left


def _active_filter(
    include: str | None, exclude: str | None, names: Collection[str]
) -> tuple[ChosenSlots, str]:
    """The filter in force, by node (an empty set: the whole node), and its option's name."""
    if include and exclude:
        raise UsageError("--include and --exclude: give one of them, not both")
    option = "--include" if include else "--exclude" if exclude else ""
    chosen = _parse_filter(include or exclude or "", option) if option else {}
    for name in chosen:
        if name not in names:
            raise UsageError(
                f"{option}: no node {quote_text(name, 60)} in the hosts "
                f"file{suggest_word(name, names)}",
                typed=(option, include or exclude or ""),
                right=_with_near_node(option, include or exclude or "", name, names),
            )
    return chosen, option


def _with_near_node(option: str, text: str, name: str, names: Collection[str]) -> tuple[str, ...]:
    """The option with the node that is likely meant; nothing, to be typed without, for none."""
    near = near_word(name, names)
    return (option, text.replace(name, near)) if near else ()


def _parse_filter(text: str, option: str) -> ChosenSlots:
    """The slots that the text names, by node."""
    try:
        return parse_slot_filter(text)
    except FilterError as error:
        wrong = f"cannot read {quote_text(error.part, 60)}"
        if error.twice:
            wrong = f"{error.part} both whole and by slots"
        raise UsageError(f"{option} {quote_text(text)}: {wrong}; {EXPECTED}") from None


def _require_slots(name: str, numbers: Collection[int], count: int, option: str) -> None:
    """Every named slot is there."""
    beyond = sorted(number for number in numbers if number >= count)
    if beyond:
        raise UsageError(
            f"{option}: no slot {beyond[0]} on {name}, which has slots 0 to {count - 1}"
        )
