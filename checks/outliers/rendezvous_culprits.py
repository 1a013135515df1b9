"""Who kept the ranks from meeting: the root, and not those that waited for it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from checks.facts.rendezvous import Rendezvous, RendezvousRank

SAME_MOMENT_S = 1.0
"""Ranks that fail by themselves within this time of the first are roots as well."""

Meeting = Mapping[str, Rendezvous]
"""What the nodes that took part told, by name."""


def find_culprits(met: Meeting) -> dict[str, RendezvousRank]:
    """The nodes at fault and the rank that shows it best; empty where nobody stands out.

    Those whose part of the sum is wrong; else those whose rank failed by itself; else those that
    did not find the store; else the one between which and others most calls go unanswered; else the
    one that most others lacked; else the one that came least far.
    """
    failed = {name: seen.failed for name, seen in met.items() if seen.failed}
    if not failed:
        return {}
    return (
        _wrong_sums(met)
        or _first_own_failures(failed)
        or _without_store(met)
        or _most_unanswered(met)
        or _least_far(met)
    )


def _first_own_failures(
    failed: Mapping[str, tuple[RendezvousRank, ...]],
) -> dict[str, RendezvousRank]:
    own = {name: [one for one in ranks if not one.waited] for name, ranks in failed.items()}
    firsts = {name: min(ranks, key=lambda one: one.ended) for name, ranks in own.items() if ranks}
    began = min((one.ended for one in firsts.values()), default=0.0)
    return {name: one for name, one in firsts.items() if one.ended <= began + SAME_MOMENT_S}


def _wrong_sums(met: Meeting) -> dict[str, RendezvousRank]:
    """The nodes whose ranks' parts of the sum came out wrong anywhere."""
    wrong = {rank for seen in met.values() for one in seen.ranks for rank in one.said.wrong}
    return {
        name: next(one for one in seen.ranks if one.rank in wrong)
        for name, seen in met.items()
        if any(one.rank in wrong for one in seen.ranks)
    }


def _without_store(met: Meeting) -> dict[str, RendezvousRank]:
    """Where ranks found no store: these, or its own node where no other node found it."""
    host = next(name for name, seen in met.items() if any(not one.rank for one in seen.ranks))
    lost = {name: one for name, one in _failed_at_stage(met, "store") if name != host}
    others = len(met) - 1
    if len(lost) < 2 or len(lost) < others:
        return lost
    return {host: next(iter(lost.values()))}


def _most_unanswered(met: Meeting) -> dict[str, RendezvousRank]:
    """The node at the end of most calls that nobody answered; on a tie it is who called."""
    pairs = {(name, other): one for name, other, one in _unanswered_calls(met)}
    ends = Counter(end for pair in pairs for end in pair)
    most = [end for end, count in ends.items() if count == max(ends.values())]
    shown = [name for name in most if any(pair[0] == name for pair in pairs)] or most
    best = shown[:1] if len(most) == 1 or len(pairs) == 1 else []
    return {name: next(one for pair, one in pairs.items() if name in pair) for name in best}


def _unanswered_calls(met: Meeting) -> Iterator[tuple[str, str, RendezvousRank]]:
    """Caller, called and the caller's rank, of every call that nobody answered."""
    owners = {seen.own: name for name, seen in met.items()}
    for name, seen in met.items():
        for one in seen.failed:
            for target in one.unanswered:
                other = owners.get(target.rpartition(":")[0], name)
                if other != name:
                    yield name, other, one


def _failed_at_stage(met: Meeting, stage: str) -> Iterator[tuple[str, RendezvousRank]]:
    for name, seen in met.items():
        for one in seen.failed:
            if one.said.stage == stage:
                yield name, one


def _least_far(met: Meeting) -> dict[str, RendezvousRank]:
    """The one node that most others lacked or that is behind all others; nobody on a tie."""
    lacked = Counter(
        name
        for seen in met.values()
        for one in seen.failed
        for name in _nodes_of_rank(met, one.missing_rank)
    )
    progress = {name: min(one.progress for one in seen.ranks) for name, seen in met.items()}
    least = [name for name, reached in progress.items() if reached == min(progress.values())]
    top = lacked.most_common(2)
    if top and (len(top) == 1 or top[0][1] > top[1][1]):
        least = [top[0][0]]
    return (
        {name: met[name].failed[0] for name in least if met[name].failed} if len(least) == 1 else {}
    )


def _nodes_of_rank(met: Meeting, rank: int | None) -> list[str]:
    return [name for name, seen in met.items() if any(one.rank == rank for one in seen.ranks)]
