"""What the ranks do before the first step, on one line: who is busy, and who waits for whom."""

from __future__ import annotations

from collections.abc import Sequence

from launcher.plan.ranks import name_ranks
from launcher.run.stall.judge import Stall, StallKind, rank_states, sentence
from launcher.run.stall.observation import Observations, RendezvousPlan
from launcher.run.stall.rank_state import RankState, describe_alike

MAX_GROUPS = 3


def judge_start(plan: RendezvousPlan, observations: Observations) -> Stall:
    """What the ranks do, which accuses nobody."""
    return Stall(StallKind.STARTING, (describe_start(plan, observations),))


def describe_start(plan: RendezvousPlan, observations: Observations) -> str:
    """`rank 0 on node1 is loading weights, at main (train.py:7); rank 1 … waits in barrier for it`.

    Empty where no rank was seen.
    """
    states = rank_states(plan, observations)
    busy = _groups([state for state in states if not state.is_waiting])
    waiting = _groups([state for state in states if state.is_waiting])
    awaited = _awaited(busy) if waiting else ""
    lines = [*map(_describe_busy, busy), *(_describe_waiting(each, awaited) for each in waiting)]
    more = len(lines) - MAX_GROUPS
    return "; ".join([*lines[:MAX_GROUPS], *([f"and {more} more"] if more > 0 else [])])


def _groups(states: Sequence[RankState]) -> list[list[RankState]]:
    """Ranks that do the same, the largest group first."""
    groups: dict[str, list[RankState]] = {}
    for state in states:
        groups.setdefault(state.doing or state.at or state.predicate, []).append(state)
    return sorted(groups.values(), key=len, reverse=True)


def _describe_busy(group: Sequence[RankState]) -> str:
    first, places = group[0], {state.at for state in group}
    at = f"at {first.at}" if first.at and len(places) == 1 else ""
    if first.doing:
        predicate = f"is {first.doing}{at and f', {at}'}"
    else:
        predicate = f"is {at}" if at else describe_alike(group)
    return sentence(_names(group), len(group), predicate)


def _describe_waiting(group: Sequence[RankState], awaited: str) -> str:
    return sentence(_names(group), len(group), f"waits in {group[0].doing}{awaited}")


def _awaited(busy: Sequence[Sequence[RankState]]) -> str:
    """Whom the waiting ranks wait for, where that is one group."""
    if len(busy) != 1:
        return ""
    return " for it" if len(busy[0]) == 1 else " for them"


def _names(group: Sequence[RankState]) -> str:
    ranks = [state.rank for state in group]
    if len(ranks) == 1:
        return f"rank {ranks[0].rank} on {ranks[0].node}"
    return name_ranks([rank.rank for rank in ranks])
