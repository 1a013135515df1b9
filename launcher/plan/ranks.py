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
