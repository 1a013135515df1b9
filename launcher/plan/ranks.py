"""Which rank runs where: the numbering that the launchers underneath will give."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from checks.folded_names import fold_names
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Rank:
    """One training process: `rank` in the world, `local` on its node, on device `slot`."""

    rank: int
    node: str
    local: int
    slot: int


class Placed(Protocol):
    """A rank, planned or observed, of which it is known where it is."""

    @property
    def rank(self) -> int:
        """Its number in the world."""
        ...

    @property
    def node(self) -> str:
        """The node's name."""
        ...


MAX_NAMED = 6


def join_names(names: Sequence[str]) -> str:
    """`a, b and c`; of more than MAX_NAMED the first, and how many more there are."""
    more = [f"{len(names) - MAX_NAMED} more"] if len(names) > MAX_NAMED else []
    *first, last = [*names[:MAX_NAMED], *more]
    return f"{', '.join(first)} and {last}" if first else last


def name_ranks(numbers: Sequence[int]) -> str:
    """`rank 3`, or `ranks 0-5, 7 and 9`."""
    spans = [
        span for first, last in _spans(sorted(set(numbers))) for span in _name_span(first, last)
    ]
    return f"rank{'s' if len(numbers) > 1 else ''} {join_names(spans)}"


def name_places(ranks: Sequence[Placed]) -> str:
    """`rank 3 on node2`, or `ranks 0-3 and 6 on node[1-3]`."""
    nodes = fold_names(dict.fromkeys(rank.node for rank in ranks))
    return f"{name_ranks([rank.rank for rank in ranks])} on {nodes}"


def name_launchers(nodes: Collection[str]) -> str:
    """`the launcher on node1`, or `the launchers on node[1-3]`: what starts the ranks of a node."""
    return f"the launcher{'s' if len(nodes) > 1 else ''} on {fold_names(nodes)}"


def _spans(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last of all that follow each other."""
    firsts = [number for number in numbers if number - 1 not in numbers]
    lasts = [number for number in numbers if number + 1 not in numbers]
    return list(zip(firsts, lasts, strict=True))


def _name_span(first: int, last: int) -> list[str]:
    return [f"{first}-{last}"] if last - first > 1 else [str(at) for at in range(first, last + 1)]


def rank_map(slots: Mapping[str, Sequence[int]], *, rotated: bool) -> tuple[Rank, ...]:
    """Ranks in the order of the nodes.

    `rotated`: local rank = rank modulo slots there, as deepspeed.launcher.launch numbers them; else
    each node's begin at 0, as torch.distributed.run does.
    """
    ranks: list[Rank] = []
    for node, own in slots.items():
        for at, slot in enumerate(own):
            local = len(ranks) % len(own) if rotated else at
            ranks.append(Rank(len(ranks), node, local, slot))
    return tuple(ranks)
