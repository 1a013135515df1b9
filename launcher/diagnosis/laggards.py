"""Who is behind among ranks whose collectives timed out: by numbers, calls, and who is absent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from launcher.diagnosis.sightings import Sighting

DIFFERENT_CALLS = "ranks called different collectives"
FEWEST_WAITING = 3
"""Ranks that wait in one collective, so that another's absence says something."""
COLLECTIVE = re.compile(
    r"(?:\bPG (?:ID \d+ )?GUID (?P<group>\S+) .*?)?SeqNum=(?P<seq>\d+), "
    r"(?P<call>OpType=\w+(?:, NumelIn=\d+, NumelOut=\d+)?)"
)


def describe_laggards(sightings: Sequence[Sighting]) -> str:
    """Who is behind, by the collectives' numbers, or who called another collective.

    Else who shows no time-out of the one in which the others wait, or that none is missing. Empty
    where they are of several process groups.
    """
    found = {
        rank: match
        for sighting in sightings
        if (rank := sighting.line.place.rank) is not None
        and (match := COLLECTIVE.search(sighting.line.text))
    }
    if len({match["group"] for match in found.values()}) > 1:
        return ""
    sequence = {rank: int(match["seq"]) for rank, match in found.items()}
    if len(set(sequence.values())) > 1:
        least, most = min(sequence.values()), max(sequence.values())
        behind = _join_ranks(rank for rank, seq in sequence.items() if seq == least)
        return f"{behind} is behind: collective {least}, others are at {most}"
    calls: dict[str, list[int]] = {}
    for rank, match in sorted(found.items()):
        calls.setdefault(match["call"], []).append(rank)
    if len(calls) == 1:
        return _describe_absent(set(found), next(iter(sequence.values())))
    if not calls:
        return ""
    return f"{DIFFERENT_CALLS}: " + "; ".join(
        f"{_join_ranks(ranks)} {call}" for call, ranks in calls.items()
    )


def _describe_absent(waiting: set[int], number: int) -> str:
    """Of several that wait in one collective, the few numbers up to theirs that are not among them;
    who never came has nothing that could time out."""
    if len(waiting) < FEWEST_WAITING:
        return ""
    absent = set(range(max(waiting) + 1)) - waiting
    if not absent:
        return (
            f"{_join_ranks(waiting)} all wait in collective {number}: where these are all ranks, "
            "none is missing, and a GPU, a link or NCCL itself stands still"
        )
    if len(absent) * 2 > len(waiting):
        return ""
    return (
        f"all wait in collective {number} but {_join_ranks(absent)}: look there first, as far as "
        "these logs are of all ranks"
    )


def _join_ranks(ranks: Iterable[int]) -> str:
    return ", ".join(f"rank {rank}" for rank in sorted(ranks))
