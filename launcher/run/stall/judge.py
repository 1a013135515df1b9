"""Slow or stuck, and who waits for whom: pure, from one observation of all nodes.

A collective ends when all ranks have entered it, so a rank that waits in one waits for ranks that
do not: whoever is not waiting is the outlier, whatever it does instead (reads a disk, writes a
checkpoint, is stopped, is gone). With seven ranks in `all_reduce` and rank 3 in `torch.save`, seven
wait for rank 3. Where all ranks wait, they wait in different places: one took another branch and
entered another collective, so the few that are elsewhere than most are the outliers. Without a
smaller side nobody is.

The run is slow and not stuck where data still move or a rank works. It is stuck only if all nodes
were seen and no waiting rank may be polling; else it may be either, and is said to be.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from launcher.plan.ranks import Rank
from launcher.run.stall.observation import NodeObservation, RankObservation
from launcher.run.stall.rank_state import (
    Activity,
    RankState,
    classify_rank,
    has_joined_rendezvous,
    is_calling_rendezvous,
)

BUSY_NETWORK = 1_000_000
MAX_LINES = 8
MAX_NAMES = 6


class StallKind(enum.Enum):
    """What a look comes to."""

    WELL = "well"
    APART = "not met"
    SLOW = "slow"
    STUCK = "stuck"
    UNSURE = "slow or stuck"


@dataclass(frozen=True)
class RendezvousPlan:
    """Who is to meet where."""

    ranks: Sequence[Rank]
    address: str
    port: int

    @property
    def nodes(self) -> list[str]:
        """Their nodes, the head first."""
        return list(dict.fromkeys(rank.node for rank in self.ranks))


@dataclass(frozen=True)
class Stall:
    """What a look comes to, and its lines for a person; `odd` are the ranks that are apart."""

    kind: StallKind
    lines: tuple[str, ...] = ()
    odd: tuple[int, ...] = ()


def judge_rendezvous(meeting: RendezvousPlan, sights: Mapping[str, NodeObservation]) -> Stall:
    """Whether all ranks came to the rendezvous; WELL too where none of them uses it."""
    seen = _rank_states(meeting, sights)
    silent = _unanswered_calls(meeting, sights, seen)
    absent = [
        one
        for one in seen
        if not has_joined_rendezvous(one.sight, meeting.port) and one.sight.state
    ]
    came = [one for one in seen if has_joined_rendezvous(one.sight, meeting.port)]
    missing = _missing_rank_lines(meeting, seen)
    late = [one for one in absent if not is_calling_rendezvous(one.sight, meeting.port)]
    if not silent and seen and not ((late or missing) and came):
        return Stall(StallKind.WELL, (f"{len(came)} ranks have met",))
    where = f"{meeting.address}:{meeting.port}"
    lines = [f"{len(came)} of {len(meeting.ranks)} ranks have come to the rendezvous at {where}"]
    lines += _wrong_rendezvous_lines(where, seen)
    lines += silent
    lines += [] if seen else _launcher_lines(meeting.port, sights)
    calling = [one for one in late if one.doing is Activity.MEETS]
    lines += _lines_by_words(calling, "is refused there, or calls elsewhere; it")
    lines += _lines_by_words([one for one in late if one not in calling], "has not come yet; it")
    lines += missing
    lines += _lines_by_words([one for one in came if one.is_waiting], "")
    odd = [one.sight.rank for one in absent] + [rank.rank for rank in _unseen_ranks(meeting, seen)]
    return Stall(StallKind.APART, tuple(lines[:MAX_LINES]), tuple(sorted(odd)))


def judge_stall(meeting: RendezvousPlan, sights: Mapping[str, NodeObservation]) -> Stall:
    """Slow where data move or a rank works, else stuck; the ranks that others wait for come first.

    Where waiting ranks may poll and no stack could be had, it may be either.
    """
    seen = _rank_states(meeting, sights)
    odd = _outlier_ranks(seen)
    rest = [one for one in seen if one not in odd]
    kind = _stall_kind(seen, sights)
    lines = [
        f"{kind.value}: {_describe_use(seen, sights)}",
        *_unanswered_calls(meeting, sights, seen),
    ]
    lines += [] if seen else _launcher_lines(meeting.port, sights)
    lines += _lines_by_words(odd, "is apart: it" if rest else "")
    lines += _missing_rank_lines(meeting, seen)
    lines += _lines_by_words(rest, "")
    lines += _unobserved_lines(sights, seen)
    return Stall(kind, tuple(lines[:MAX_LINES]), tuple(one.sight.rank for one in odd if rest))


def _rank_states(meeting: RendezvousPlan, sights: Mapping[str, NodeObservation]) -> list[RankState]:
    return sorted(
        (
            classify_rank(rank, meeting.port, polls=bool(sight.gpus))
            for sight in sights.values()
            for rank in sight.ranks
        ),
        key=lambda one: one.sight.rank,
    )


def _outlier_ranks(seen: Sequence[RankState]) -> list[RankState]:
    """Those that others wait for; where all wait, or none does, the fewest that stand elsewhere."""
    late = [one for one in seen if not one.is_waiting]
    if late and len(late) < len(seen):
        return late
    places: dict[str, list[RankState]] = {}
    for one in seen:
        places.setdefault(one.place, []).append(one)
    most = max(places.values(), key=len, default=[])
    others = [one for one in seen if one not in most]
    return others if len(others) < len(most) else []


def _stall_kind(seen: Sequence[RankState], sights: Mapping[str, NodeObservation]) -> StallKind:
    if _peak_network_rate(sights) > BUSY_NETWORK or any(one.doing.value == "works" for one in seen):
        return StallKind.SLOW
    blind = any(sight.error for sight in sights.values()) or not seen
    polling = any("polling" in one.words for one in seen)
    return StallKind.UNSURE if polling or blind else StallKind.STUCK


def _peak_network_rate(sights: Mapping[str, NodeObservation]) -> int:
    return max(
        (rate for one in sights.values() for rate in (one.network or {}).values()), default=0
    )


def _describe_use(seen: Sequence[RankState], sights: Mapping[str, NodeObservation]) -> str:
    cores = sum(one.sight.cpu for one in seen)
    network = _peak_network_rate(sights) / 1e6
    gpus = [gpu[0] for sight in sights.values() for gpu in sight.gpus if gpu]
    gpu = f", GPUs at {sum(gpus) / len(gpus):.0f} %" if gpus else ""
    return f"{cores:.1f} cores in use by {len(seen)} ranks, {network:.1f} MB/s on the network{gpu}"


def _launcher_lines(port: int, sights: Mapping[str, NodeObservation]) -> Iterator[str]:
    """What keeps the nodes' launchers from starting any rank: torchrun's meet first themselves."""
    met_there: list[str] = []
    others: list[str] = []
    for sight in sights.values():
        states = {one.state for one in sight.launcher if one.peer_port == port}
        if not sight.error and "SYN_SENT" not in states:
            (met_there if "ESTABLISHED" in states else others).append(sight.node)
    if met_there:
        yield f"the launcher on {_join_names(met_there)} waits there for the others"
    if others:
        where = "has not come there: it" if met_there else "has started no rank yet: it"
        yield (
            f"the launcher on {_join_names(others)} {where} is starting still, is refused, or hangs"
        )


def _wrong_rendezvous_lines(where: str, seen: Sequence[RankState]) -> Iterator[str]:
    """Ranks that were told of another rendezvous."""
    told: dict[str, list[str]] = {}
    for one in seen:
        if one.sight.master not in ("", where):
            told.setdefault(one.sight.master, []).append(_rank_name(one.sight))
    for master, who in told.items():
        yield f"{_join_names(who)}: MASTER_ADDR and MASTER_PORT there say {master}, not {where}"


def _unanswered_calls(
    meeting: RendezvousPlan, sights: Mapping[str, NodeObservation], seen: Sequence[RankState]
) -> list[str]:
    """Calls without an answer: to the rendezvous by anybody of the run, elsewhere by ranks."""
    found: dict[str, list[str]] = {}
    for one in seen:
        calls = {(s.peer, s.peer_port) for s in one.sight.sockets if s.state == "SYN_SENT"}
        for call in sorted(calls):
            found.setdefault(_format_endpoint(call), []).append(_rank_name(one.sight))
    for sight in sights.values():
        for socket in sight.launcher:
            if socket.state == "SYN_SENT" and socket.peer_port == meeting.port:
                where = _format_endpoint((socket.peer, socket.peer_port))
                found.setdefault(where, []).append(f"the launcher on {sight.node}")
    head = meeting.nodes[0]
    return [
        f"{_join_names(list(dict.fromkeys(who)))}: no answer from {where}; a firewall drops it, "
        f"between there and {head}, or the address is not {head}'s"
        if where.endswith(f":{meeting.port}")
        else f"{_join_names(who)}: no answer from {where}; a firewall drops it, or nobody is there"
        for where, who in found.items()
    ]


def _format_endpoint(end: tuple[str, int]) -> str:
    address, port = end
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _unseen_ranks(meeting: RendezvousPlan, seen: Sequence[RankState]) -> list[Rank]:
    there = {one.sight.rank for one in seen}
    return [rank for rank in meeting.ranks if rank.rank not in there]


def _missing_rank_lines(meeting: RendezvousPlan, seen: Sequence[RankState]) -> list[str]:
    gone = _unseen_ranks(meeting, seen)
    names = _join_names([f"rank {rank.rank} on {rank.node}" for rank in gone])
    return [f"{names}: not running, not started or ended already"] if gone else []


def _lines_by_words(standings: Sequence[RankState], prefix: str) -> Iterator[str]:
    """A line for all that do the same."""
    groups: dict[str, list[RankObservation]] = {}
    for one in standings:
        groups.setdefault(one.words, []).append(one.sight)
    for words, who in groups.items():
        yield (
            f"{_join_names([_rank_name(one) for one in who])} "
            f"{prefix}{' ' if prefix else ''}{words}"
        )


def _unobserved_lines(
    sights: Mapping[str, NodeObservation], seen: Sequence[RankState]
) -> Iterator[str]:
    for sight in sights.values():
        if sight.error:
            yield f"{sight.node} could not be seen: {sight.error}"
    why = dict.fromkeys(one.sight.why for one in seen if one.sight.why)
    for reason in why:
        yield f"no stacks: {reason}; `pip install py-spy` beside the training's python shows them"


def _rank_name(sight: RankObservation) -> str:
    return f"rank {sight.rank} on {sight.node}"


def _join_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more
