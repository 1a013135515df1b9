"""Who kept the ranks from meeting: the root, and not those that waited for it. Pure.

When one rank fails, all others fail after it: their collective times out, or a peer closes its
connection. So nearly every rank has an error, and most of those errors are echoes. Each rule below
separates the root from the echoes by evidence that an echo cannot give; the surest comes first, and
the first that names a node is believed:

1. A wrong sum names the very ranks whose part is wrong. A rank that waits adds nothing up.
2. A rank with an error of its own, such as out of memory, did not wait for anybody. The earliest
   counts, and whoever fails within the same second: what is later may follow from it.
3. Then all failed by waiting. Ranks that never reached the store stand before those that did; where
   no other node reached it, the node that has the store is at fault and not all others.
4. Calls that nobody answered have two ends. The node at the end of most of them is the root: with
   `a→c`, `b→c` and `d→c` unanswered c has three, each caller one. One call alone is the caller's.
5. Else the node that most others say they lack, or the single one that came least far.

A tie names nobody: then the group is bisected (bisecting.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from checks.facts.rendezvous import Rendezvous, RendezvousRank

SAME_MOMENT_S = 1.0
"""Ranks that fail by themselves within this time of the first are roots as well."""

Meeting = Mapping[str, Rendezvous]
"""What the nodes that took part reported, by name."""
Culprits = dict[str, RendezvousRank]
"""The nodes at fault, each with the rank that shows it best."""


def find_culprits(meeting: Meeting) -> Culprits:
    """The nodes at fault; empty where nobody stands out, or nothing failed."""
    failed = {name: node.failed for name, node in meeting.items() if node.failed}
    if not failed:
        return {}
    return (
        _wrong_sums(meeting)
        or _first_own_failures(failed)
        or _without_store(meeting)
        or _most_unanswered(meeting)
        or _least_far(meeting)
    )


def _wrong_sums(meeting: Meeting) -> Culprits:
    """The nodes whose ranks' parts of the sum came out wrong anywhere."""
    wrong = {
        number for node in meeting.values() for rank in node.ranks for number in rank.said.wrong
    }
    return {
        name: next(rank for rank in node.ranks if rank.rank in wrong)
        for name, node in meeting.items()
        if any(rank.rank in wrong for rank in node.ranks)
    }


def _first_own_failures(failed: Mapping[str, tuple[RendezvousRank, ...]]) -> Culprits:
    """The nodes with the first rank that failed by itself, and those of the same moment."""
    own = {name: [rank for rank in ranks if not rank.waited] for name, ranks in failed.items()}
    firsts = {name: min(ranks, key=lambda rank: rank.ended) for name, ranks in own.items() if ranks}
    began = min((rank.ended for rank in firsts.values()), default=0.0)
    return {name: rank for name, rank in firsts.items() if rank.ended <= began + SAME_MOMENT_S}


def _without_store(meeting: Meeting) -> Culprits:
    """Where ranks found no store: these, or its own node where no other node found it."""
    host = next(
        name for name, node in meeting.items() if any(rank.rank == 0 for rank in node.ranks)
    )
    lost = {name: rank for name, rank in _failed_at_stage(meeting, "store") if name != host}
    others = len(meeting) - 1
    if len(lost) < 2 or len(lost) < others:
        return lost
    return {host: next(iter(lost.values()))}


def _failed_at_stage(meeting: Meeting, stage: str) -> Iterator[tuple[str, RendezvousRank]]:
    for name, node in meeting.items():
        for rank in node.failed:
            if rank.said.stage == stage:
                yield name, rank


def _most_unanswered(meeting: Meeting) -> Culprits:
    """The node at the end of most calls that nobody answered; on a tie it is who called."""
    calls = {(caller, called): rank for caller, called, rank in _unanswered_calls(meeting)}
    ends = Counter(end for call in calls for end in call)
    most = [end for end, count in ends.items() if count == max(ends.values())]
    callers = [name for name in most if any(caller == name for caller, _ in calls)] or most
    culprits = callers[:1] if len(most) == 1 or len(calls) == 1 else []
    return {name: next(rank for call, rank in calls.items() if name in call) for name in culprits}


def _unanswered_calls(meeting: Meeting) -> Iterator[tuple[str, str, RendezvousRank]]:
    """Caller, called and the caller's rank, of every call that nobody answered."""
    owners = {node.own: name for name, node in meeting.items()}
    for name, node in meeting.items():
        for rank in node.failed:
            for target in rank.unanswered:
                called = owners.get(target.rpartition(":")[0], name)
                if called != name:
                    yield name, called, rank


def _least_far(meeting: Meeting) -> Culprits:
    """The one node that most others lacked or that is behind all others; nobody on a tie."""
    lacked = Counter(
        name
        for node in meeting.values()
        for rank in node.failed
        for name in _nodes_of_rank(meeting, rank.missing_rank)
    )
    progress = {name: min(rank.progress for rank in node.ranks) for name, node in meeting.items()}
    least = [name for name, stages in progress.items() if stages == min(progress.values())]
    top = lacked.most_common(2)
    if top and (len(top) == 1 or top[0][1] > top[1][1]):
        least = [top[0][0]]
    if len(least) != 1 or not meeting[least[0]].failed:
        return {}
    return {least[0]: meeting[least[0]].failed[0]}


def _nodes_of_rank(meeting: Meeting, number: int | None) -> list[str]:
    return [
        name for name, node in meeting.items() if any(rank.rank == number for rank in node.ranks)
    ]
