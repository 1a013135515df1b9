"""What NCCL's RAS adds to what is seen of ranks; pure.

It counts the operations that each rank has launched. Where torch has no record, these counts stand
for it: the first operation that a rank has not launched is one in which those that have do wait,
unless some rank launched one between two answers. Only communicators of all ranks are read so, in
which a rank has its own number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from launcher.run.stall.observation import (
    Collective,
    Communicator,
    LaunchedCount,
    LostRank,
    Observations,
    RankObservation,
    RasAnswer,
    RendezvousPlan,
)

Launched = Mapping[tuple[str, str], Mapping[int, int]]
"""How many operations each rank has launched, by communicator and operation."""


def with_ras(plan: RendezvousPlan, observations: Observations) -> Observations:
    """The same, with NCCL's counts for ranks of which torch has no record."""
    answer = _answer(observations)
    if answer is None:
        return observations
    size = len(plan.ranks)
    now, before = launched(answer.communicators, size), launched(answer.before, size)

    def add(rank: RankObservation) -> RankObservation:
        if rank.collectives or not now:
            return rank
        launches = _has_moved(now, before, rank.rank)
        own = tuple(_records(now, before, rank.rank))
        moved = launches if rank.moved is None else rank.moved or bool(launches)
        return replace(rank, collectives=own or rank.collectives, moved=moved)

    return {
        name: replace(node, ranks=tuple(map(add, node.ranks)))
        for name, node in observations.items()
    }


def lost_rank_lines(plan: RendezvousPlan, observations: Observations) -> Iterator[str]:
    """Ranks whose process does not answer NCCL, each once."""
    answer = _answer(observations)
    seen = set()
    for own in answer.communicators if answer else ():
        for lost in own.missing:
            words = _describe_lost(own, lost, len(plan.ranks))
            if words not in seen:
                seen.add(words)
                yield words


def _describe_lost(own: Communicator, lost: LostRank, size: int) -> str:
    process = f" (process {lost.pid} on {lost.host})" if lost.host else ""
    of = "" if own.size == size else f" of a communicator of {own.size}"
    verb = "has given up" if lost.dead else "gets no answer from"
    return f"NCCL {verb} rank {lost.rank}{of}{process}"


def _answer(observations: Observations) -> RasAnswer | None:
    """All nodes have the same, since each is of the whole run."""
    return next((node.ras for node in observations.values() if node.ras), None)


def launched(communicators: Iterable[Communicator], size: int) -> Launched:
    """The counts of communicators of all ranks, as far as it is known whose they are."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for own in communicators:
        operations: dict[str, list[LaunchedCount]] = {}
        for count in own.counts if own.size == size else ():
            operations.setdefault(count.operation, []).append(count)
        lost = {rank.rank for rank in own.missing}
        for operation, counts in operations.items():
            found[own.name, operation] = _by_rank(counts, set(range(size)) - lost)
    return found


def _by_rank(counts: Iterable[LaunchedCount], ranks: set[int]) -> dict[int, int]:
    """The number of each rank; those that no count names belong to the one that names none."""
    named = {rank: count.number for count in counts for rank in count.named}
    rest = [count for count in counts if len(count.named) < count.ranks]
    others = ranks - named.keys()
    if len(rest) == 1 and len(others) == rest[0].ranks - len(rest[0].named):
        named.update(dict.fromkeys(others, rest[0].number))
    return named


def _records(now: Launched, before: Launched, rank: int) -> Iterator[Collective]:
    """Of each operation how far the rank is, and whether it waits there for others."""
    for (name, operation), numbers in now.items():
        if rank in numbers:
            own, first = numbers[rank], min(numbers.values()) + 1
            waits = own >= first and before.get((name, operation)) == numbers
            what = f"NCCL's {operation}"
            number, group = first if waits else own, f"{name} {operation} default_pg"
            yield Collective(group, number, own, what, "", "", waits, math.inf)


def _has_moved(now: Launched, before: Launched, rank: int) -> bool | None:
    """Whether it launched anything in between; None where that is not known."""
    pairs = [
        (numbers[rank], before[key][rank])
        for key, numbers in now.items()
        if rank in numbers and rank in before.get(key, {})
    ]
    return any(first != second for first, second in pairs) if pairs else None
