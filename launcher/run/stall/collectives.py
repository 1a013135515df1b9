"""Which ranks keep others waiting in a collective, from what each rank recorded of it; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
        """`has not entered all_reduce 7, in which ranks 0 and 1 wait since 9 s`."""
        verb = "waits" if len(self.waiting) == 1 else "wait"
        what = describe_collective(self.collective)
        age_s = self.collective.age_s
        since = "" if math.isinf(age_s) else f" since {age_s:.0f} s"
        who = f"{name_ranks(self.waiting)} {verb}{since}"
        return f"has not entered {what}, in which {who}"


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
    for members in _by_group(ranks).values():
        waiting = {rank: seen for rank, seen in members.items() if is_waited_in(seen)}
        first = min((seen.number for seen in waiting.values()), default=0)
        alike: dict[str, list[int]] = {}
        for rank, seen in waiting.items():
            if seen.number == first:
                alike.setdefault(_describe_call(seen), []).append(rank)
        if len(alike) > 1:
            found.append(Mismatch(tuple((what, tuple(sorted(of))) for what, of in alike.items())))
    return found


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
