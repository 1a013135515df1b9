"""Which ranks keep others waiting in a collective, from what each rank recorded of it; pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from checks.quick_dataclass import dataclass
from launcher.plan.ranks import name_ranks
from launcher.run.stall.observation import Collective, RankObservation

LONG_S = 2.0
POINT_TO_POINT = " p2p"
OWN_SIZES = ("all_to_all", "alltoall", "all_gather", "gather", "scatter", "coalesced")
"""Collectives to which each rank may bring tensors of other sizes."""


@dataclass(frozen=True)
class Missed:
    """A collective in which ranks wait, and those of its group that did not enter it."""

    collective: Collective
    waiting: tuple[int, ...]
    absent: tuple[int, ...]

    @property
    def words(self) -> str:
        """`has not entered all_reduce 7, in which ranks 0 and 1 have waited for 9 s`."""
        what, age_s = describe_collective(self.collective), self.collective.age_s
        one = len(self.waiting) == 1
        verb = "waits" if one else "wait"
        if math.isfinite(age_s):
            verb = f"{'has' if one else 'have'} waited for {age_s:.0f} s"
        return f"has not entered {what}, in which {name_ranks(self.waiting)} {verb}"


@dataclass(frozen=True)
class Unfinished:
    """A collective that all of its group have entered, alike, and that does not end.

    `begun` are the ranks whose GPUs are known to be in it, `others` those of which that is not so.
    """

    collective: Collective
    begun: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def late(self) -> tuple[int, ...]:
        """The ranks whose GPU has not begun it, where others have; without that nobody."""
        return self.others if self.begun else ()

    @property
    def words(self) -> str:
        """`ranks 0-7 have been in all_reduce 9 for 40 s`."""
        ranks = tuple(sorted(self.begun + self.others))
        what, age_s = describe_collective(self.collective), self.collective.age_s
        if math.isinf(age_s):
            return f"{name_ranks(ranks)} {_verb(ranks)} entered {what}"
        return f"{name_ranks(ranks)} {_verb(ranks)} been in {what} for {age_s:.0f} s"

    @property
    def reason(self) -> str:
        """What keeps it from ending, as far as the ranks' records say it."""
        if self.late:
            whose = "its GPU does" if len(self.late) == 1 else "their GPUs do"
            begun, late = (f"{name_ranks(of)} {_verb(of)}" for of in (self.begun, self.late))
            return (
                f"{begun} begun it on the GPU, and {late} not: {whose} not finish what was given "
                "before it"
            )
        if self.begun:
            return "it has begun on all GPUs: one of them or the network does not get on"
        if self.collective.stage:
            return (
                "the network or a GPU does not get on; which GPU has not begun it is recorded "
                "where TORCH_NCCL_ENABLE_TIMING=1 is set"
            )
        return "no rank is missing: the network does not get on"


def _verb(ranks: Sequence[int]) -> str:
    return "has" if len(ranks) == 1 else "have"


@dataclass(frozen=True)
class Mismatch:
    """Ranks that wait under one number in different collectives: each with those in it."""

    calls: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def words(self) -> str:
        """`ranks are in different collectives: rank 0 in barrier 9; rank 1 in all_gather 9`."""
        parts = [f"{name_ranks(ranks)} in {what}" for what, ranks in self.calls]
        return f"ranks are in different collectives: {'; '.join(parts)}"

    @property
    def fewest(self) -> tuple[int, ...]:
        """The ranks that are not in the collective of most; nobody where it has too few."""
        most = max((ranks for _, ranks in self.calls), key=len)
        others = [rank for _, ranks in self.calls if ranks is not most for rank in ranks]
        return tuple(sorted(others)) if len(others) < len(most) else ()


def describe_collective(seen: Collective) -> str:
    """`all_reduce 7`, with its group where that is not the default one."""
    if seen.group.endswith("default_pg"):
        return f"{seen.name} {seen.number}"
    members = f" ({name_ranks(seen.members)})" if seen.members else ""
    return f"{seen.name} {seen.number} of group {seen.group}{members}"


def is_waited_in(seen: Collective) -> bool:
    """Whether the rank waits there for longer than a collective takes."""
    return seen.pending and seen.age_s >= LONG_S


def find_missed(ranks: Sequence[RankObservation]) -> list[Missed]:
    """The collectives that some ranks of a group wait in and others have not entered.

    Of each group only the first in its order counts: the later ones wait for it. Those that miss
    the fewest ranks come first. A rank is of the
    group if its record names it or it ever entered one of its collectives; every rank is of the
    default one.
    """
    found = []
    for members in _by_group(ranks).values():
        pending = [seen for seen in members.values() if is_waited_in(seen)]
        if not pending:
            continue
        first = min(pending, key=lambda seen: seen.number)
        known = {rank.rank for rank in ranks if rank.collectives is not None}
        absent = [rank for rank, seen in members.items() if seen.entered < first.number]
        of_group = known if first.group.endswith("default_pg") else known & set(first.members)
        absent += of_group - members.keys()
        waiting = [rank for rank, seen in members.items() if seen.number == first.number]
        if absent:
            found.append(Missed(first, tuple(sorted(waiting)), tuple(sorted(absent))))
    return sorted(found, key=lambda missed: len(missed.absent))


def find_mismatches(ranks: Sequence[RankObservation]) -> list[Mismatch]:
    """Where ranks wait under one number of a group in different collectives."""
    found = []
    for waiting in _first_waits(ranks):
        alike: dict[str, list[int]] = {}
        for rank, seen in waiting.items():
            alike.setdefault(_describe_call(seen), []).append(rank)
        if len(alike) > 1:
            found.append(Mismatch(tuple((what, tuple(sorted(of))) for what, of in alike.items())))
    return found


def find_unfinished(ranks: Sequence[RankObservation]) -> list[Unfinished]:
    """The collectives in which each rank of their group waits, and in the same."""
    everybody = {rank.rank for rank in ranks}
    found = []
    for waiting in _first_waits(ranks):
        first = next(iter(waiting.values()))
        group = set(first.members)
        if first.group.endswith("default_pg"):
            group |= everybody
        if waiting.keys() == group and len(set(map(_describe_call, waiting.values()))) == 1:
            begun = sorted(rank for rank, seen in waiting.items() if seen.stage == "started")
            others = sorted(waiting.keys() - set(begun))
            found.append(Unfinished(first, tuple(begun), tuple(others)))
    return found


def _first_waits(ranks: Sequence[RankObservation]) -> Iterator[dict[int, Collective]]:
    """Of each group the ranks that wait in the first of its collectives in which any does."""
    for members in _by_group(ranks).values():
        waiting = {rank: seen for rank, seen in members.items() if is_waited_in(seen)}
        first = min((seen.number for seen in waiting.values()), default=0)
        if waiting:
            yield {rank: seen for rank, seen in waiting.items() if seen.number == first}


def _describe_call(seen: Collective) -> str:
    """What must be the same on all ranks: the sizes are not where each rank has its own."""
    if seen.name.startswith(OWN_SIZES):
        return describe_collective(seen)
    return f"{describe_collective(seen)} of {seen.dtypes or 'nothing'} {seen.sizes}"


def _by_group(ranks: Sequence[RankObservation]) -> Mapping[str, dict[int, Collective]]:
    """Those that have the same number on every rank, which point-to-point operations have not."""
    groups: dict[str, dict[int, Collective]] = {}
    for rank in ranks:
        for seen in rank.collectives or ():
            if not seen.group.endswith(POINT_TO_POINT):
                groups.setdefault(seen.group, {})[rank.rank] = seen
    return groups
