"""Which rank runs where: the numbering that the launchers underneath will give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rank:
    """One training process: `rank` in the world, `local` on its node, on device `slot`."""

    rank: int
    node: str
    local: int
    slot: int


MAX_NAMED = 6


def join_names(names: Sequence[str]) -> str:
    """`a, b and c`; of more than MAX_NAMED the first, and how many more there are."""
    more = [f"{len(names) - MAX_NAMED} more"] if len(names) > MAX_NAMED else []
    *first, last = [*names[:MAX_NAMED], *more]
    return f"{', '.join(first)} and {last}" if first else last


def name_ranks(numbers: Sequence[int]) -> str:
    """`rank 3`, or `ranks 0, 1 and 3`."""
    return f"rank{'s' if len(numbers) > 1 else ''} {join_names([str(rank) for rank in numbers])}"


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
