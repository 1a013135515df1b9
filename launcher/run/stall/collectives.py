"""Which ranks keep others waiting in a collective, from what each rank recorded of it; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from launcher.plan.ranks import name_ranks
from launcher.run.stall.observation import Collective, RankObservation

LONG_S = 2.0
POINT_TO_POINT = " p2p"


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
        who = f"{name_ranks(self.waiting)} {verb} since {self.collective.age_s:.0f} s"
        return f"has not entered {what}, in which {who}"


def describe_collective(seen: Collective) -> str:
    """`all_reduce 7`, with its group where that is not the default one."""
    group = "" if seen.group.endswith("default_pg") else f" of group {seen.group}"
    return f"{seen.name} {seen.number}{group}"


def is_waited_in(seen: Collective) -> bool:
    """Whether the rank waits there for longer than a collective takes."""
    return seen.pending and seen.age_s >= LONG_S


def find_missed(ranks: Sequence[RankObservation]) -> list[Missed]:
    """The collectives that some ranks of a group wait in and others have not entered.

    Of each group only the first in its order counts: the later ones wait for it. A rank is of the
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
    return found


def find_mismatches(ranks: Sequence[RankObservation]) -> list[str]:
    """Ranks that wait under one number of a group in different collectives, in words."""
    lines = []
    for members in _by_group(ranks).values():
        pending = [seen.number for seen in members.values() if is_waited_in(seen)]
        alike: dict[str, list[int]] = {}
        for rank, seen in members.items():
            if is_waited_in(seen) and seen.number == min(pending):
                what = f"{describe_collective(seen)} of {seen.dtypes or 'nothing'} {seen.sizes}"
                alike.setdefault(what, []).append(rank)
        if len(alike) > 1:
            parts = [f"{name_ranks(sorted(numbers))} in {what}" for what, numbers in alike.items()]
            lines.append(f"ranks are in different collectives: {'; '.join(parts)}")
    return lines


def _by_group(ranks: Sequence[RankObservation]) -> Mapping[str, dict[int, Collective]]:
    """Those that have the same number on every rank, which point-to-point operations have not."""
    groups: dict[str, dict[int, Collective]] = {}
    for rank in ranks:
        for seen in rank.collectives or ():
            if not seen.group.endswith(POINT_TO_POINT):
                groups.setdefault(seen.group, {})[rank.rank] = seen
    return groups
