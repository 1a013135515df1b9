"""Slow or stuck, where the ranks stand, and which of them is apart: pure, from one look."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from launcher.ranks import Rank
from launcher.stall.sight import NodeSight, RankSight
from launcher.stall.standing import Doing, Standing, calls, met, standing

BUSY_NETWORK = 1_000_000
LINES = 8
NAMED = 6


class Kind(enum.Enum):
    """What a look comes to."""

    WELL = "well"
    APART = "not met"
    SLOW = "slow"
    STUCK = "stuck"
    UNSURE = "slow or stuck"


@dataclass(frozen=True)
class Meeting:
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

    kind: Kind
    lines: tuple[str, ...] = ()
    odd: tuple[int, ...] = ()


def judge_meeting(meeting: Meeting, sights: Mapping[str, NodeSight]) -> Stall:
    """Whether all ranks came to the rendezvous; WELL too where none of them uses it."""
    seen = _standings(meeting, sights)
    silent = _unanswered(meeting, sights, seen)
    absent = [one for one in seen if not met(one.sight, meeting.port) and one.sight.state]
    came = [one for one in seen if met(one.sight, meeting.port)]
    missing = _missing(meeting, seen)
    late = [one for one in absent if not calls(one.sight, meeting.port)]
    if not silent and seen and not ((late or missing) and came):
        return Stall(Kind.WELL, (f"{len(came)} ranks have met",))
    where = f"{meeting.address}:{meeting.port}"
    lines = [f"{len(came)} of {len(meeting.ranks)} ranks have come to the rendezvous at {where}"]
    lines += _astray(where, seen)
    lines += silent
    lines += [] if seen else _launchers(meeting.port, sights)
    calling = [one for one in late if one.doing is Doing.MEETS]
    lines += _grouped(calling, "is refused there, or calls elsewhere; it")
    lines += _grouped([one for one in late if one not in calling], "has not come yet; it")
    lines += missing
    lines += _grouped([one for one in came if one.waiting], "")
    odd = [one.sight.rank for one in absent] + [rank.rank for rank in _unseen(meeting, seen)]
    return Stall(Kind.APART, tuple(lines[:LINES]), tuple(sorted(odd)))


def judge_stall(meeting: Meeting, sights: Mapping[str, NodeSight]) -> Stall:
    """Slow where data move or a rank works, else stuck; the ranks that others wait for come first.

    Where waiting ranks may poll and no stack could be had, it may be either.
    """
    seen = _standings(meeting, sights)
    odd = _apart(seen)
    rest = [one for one in seen if one not in odd]
    kind = _kind(seen, sights)
    lines = [f"{kind.value}: {_use(seen, sights)}", *_unanswered(meeting, sights, seen)]
    lines += [] if seen else _launchers(meeting.port, sights)
    lines += _grouped(odd, "is apart: it" if rest else "")
    lines += _missing(meeting, seen)
    lines += _grouped(rest, "")
    lines += _not_seen(sights, seen)
    return Stall(kind, tuple(lines[:LINES]), tuple(one.sight.rank for one in odd if rest))


def _standings(meeting: Meeting, sights: Mapping[str, NodeSight]) -> list[Standing]:
    return sorted(
        (
            standing(rank, meeting.port, polls=bool(sight.gpus))
            for sight in sights.values()
            for rank in sight.ranks
        ),
        key=lambda one: one.sight.rank,
    )


def _apart(seen: Sequence[Standing]) -> list[Standing]:
    """Those that others wait for; where all wait, or none does, the fewest that stand elsewhere."""
    late = [one for one in seen if not one.waiting]
    if late and len(late) < len(seen):
        return late
    places: dict[str, list[Standing]] = {}
    for one in seen:
        places.setdefault(one.place, []).append(one)
    most = max(places.values(), key=len, default=[])
    others = [one for one in seen if one not in most]
    return others if len(others) < len(most) else []


def _kind(seen: Sequence[Standing], sights: Mapping[str, NodeSight]) -> Kind:
    if _bytes(sights) > BUSY_NETWORK or any(one.doing.value == "works" for one in seen):
        return Kind.SLOW
    blind = any(sight.error for sight in sights.values()) or not seen
    polling = any("polling" in one.words for one in seen)
    return Kind.UNSURE if polling or blind else Kind.STUCK


def _bytes(sights: Mapping[str, NodeSight]) -> int:
    return max(
        (rate for one in sights.values() for rate in (one.network or {}).values()), default=0
    )


def _use(seen: Sequence[Standing], sights: Mapping[str, NodeSight]) -> str:
    cores = sum(one.sight.cpu for one in seen)
    network = _bytes(sights) / 1e6
    gpus = [gpu[0] for sight in sights.values() for gpu in sight.gpus if gpu]
    gpu = f", GPUs at {sum(gpus) / len(gpus):.0f} %" if gpus else ""
    return f"{cores:.1f} cores in use by {len(seen)} ranks, {network:.1f} MB/s on the network{gpu}"


def _launchers(port: int, sights: Mapping[str, NodeSight]) -> Iterator[str]:
    """What keeps the nodes' launchers from starting any rank: torchrun's meet first themselves."""
    met_there: list[str] = []
    others: list[str] = []
    for sight in sights.values():
        states = {one.state for one in sight.launcher if one.peer_port == port}
        if not sight.error and "SYN_SENT" not in states:
            (met_there if "ESTABLISHED" in states else others).append(sight.node)
    if met_there:
        yield f"the launcher on {_listed(met_there)} waits there for the others"
    if others:
        where = "has not come there: it" if met_there else "has started no rank yet: it"
        yield f"the launcher on {_listed(others)} {where} is starting still, is refused, or hangs"


def _astray(where: str, seen: Sequence[Standing]) -> Iterator[str]:
    """Ranks that were told of another rendezvous."""
    told: dict[str, list[str]] = {}
    for one in seen:
        if one.sight.master not in ("", where):
            told.setdefault(one.sight.master, []).append(_name(one.sight))
    for master, who in told.items():
        yield f"{_listed(who)}: MASTER_ADDR and MASTER_PORT there say {master}, not {where}"


def _unanswered(
    meeting: Meeting, sights: Mapping[str, NodeSight], seen: Sequence[Standing]
) -> list[str]:
    """Calls without an answer: to the rendezvous by anybody of the run, elsewhere by ranks."""
    found: dict[str, list[str]] = {}
    for one in seen:
        calls = {(s.peer, s.peer_port) for s in one.sight.sockets if s.state == "SYN_SENT"}
        for call in sorted(calls):
            found.setdefault(_to(call), []).append(_name(one.sight))
    for sight in sights.values():
        for socket in sight.launcher:
            if socket.state == "SYN_SENT" and socket.peer_port == meeting.port:
                where = _to((socket.peer, socket.peer_port))
                found.setdefault(where, []).append(f"the launcher on {sight.node}")
    head = meeting.nodes[0]
    return [
        f"{_listed(list(dict.fromkeys(who)))}: no answer from {where}; a firewall drops it, "
        f"between there and {head}, or the address is not {head}'s"
        if where.endswith(f":{meeting.port}")
        else f"{_listed(who)}: no answer from {where}; a firewall drops it, or nobody is there"
        for where, who in found.items()
    ]


def _to(end: tuple[str, int]) -> str:
    address, port = end
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _unseen(meeting: Meeting, seen: Sequence[Standing]) -> list[Rank]:
    there = {one.sight.rank for one in seen}
    return [rank for rank in meeting.ranks if rank.rank not in there]


def _missing(meeting: Meeting, seen: Sequence[Standing]) -> list[str]:
    gone = _unseen(meeting, seen)
    names = _listed([f"rank {rank.rank} on {rank.node}" for rank in gone])
    return [f"{names}: not running, not started or ended already"] if gone else []


def _grouped(standings: Sequence[Standing], prefix: str) -> Iterator[str]:
    """A line for all that do the same."""
    groups: dict[str, list[RankSight]] = {}
    for one in standings:
        groups.setdefault(one.words, []).append(one.sight)
    for words, who in groups.items():
        yield f"{_listed([_name(one) for one in who])} {prefix}{' ' if prefix else ''}{words}"


def _not_seen(sights: Mapping[str, NodeSight], seen: Sequence[Standing]) -> Iterator[str]:
    for sight in sights.values():
        if sight.error:
            yield f"{sight.node} could not be seen: {sight.error}"
    why = dict.fromkeys(one.sight.why for one in seen if one.sight.why)
    for reason in why:
        yield f"no stacks: {reason}; `pip install py-spy` beside the training's python shows them"


def _name(sight: RankSight) -> str:
    return f"rank {sight.rank} on {sight.node}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
