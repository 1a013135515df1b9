"""Slow or stuck, what each rank does, and which ranks the others wait for: pure."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Iterator, Sequence

from checks.folded_names import fold_names, plural_verb
from checks.quick_dataclass import dataclass
from launcher.plan.ranks import Rank, name_launchers, name_places, name_ranks
from launcher.run.slowed_gpus import slowed_gpu_lines
from launcher.run.stall.collectives import (
    Mismatch,
    Missed,
    Unfinished,
    find_mismatches,
    find_missed,
    find_unfinished,
)
from launcher.run.stall.connections import lost_link_lines, unanswered_calls
from launcher.run.stall.observation import (
    NodeObservation,
    Observations,
    RankObservation,
    RendezvousPlan,
)
from launcher.run.stall.rank_state import (
    RENDEZVOUS_CALLS,
    STOPPED,
    Activity,
    RankState,
    classify_rank,
    describe_alike,
    has_joined_rendezvous,
    is_calling_rendezvous,
)
from launcher.run.stall.ras_evidence import lost_rank_lines

BUSY_NETWORK = 1_000_000
BUSY_TRAFFIC = 20_000
"""Bytes a second at both ends of what ranks exchange; what only asks whether they live is less."""
MAX_LINES = 8
RECENT_S = 5.0
"""Ago, a collective was entered by a run that advances."""
CONNECTING = "no collective has begun yet: NCCL connects the ranks, or cannot"


class StallKind(enum.Enum):
    """What an observation comes to."""

    WELL = "well"
    STARTING = "starting"
    APART = "not met"
    SLOW = "slow"
    STUCK = "stuck"
    UNSURE = "slow or stuck"


@dataclass(frozen=True)
class Stall:
    """What an observation comes to, in lines for a person; `odd` are the ranks to look at.

    `standing` is what would differ if any rank had advanced: two observations of a run that is
    stuck have the same. `missed` are the collectives in which ranks wait for others.
    """

    kind: StallKind
    lines: tuple[str, ...] = ()
    odd: tuple[int, ...] = ()
    standing: tuple[tuple[object, ...], ...] = ()
    missed: tuple[Missed, ...] = ()


def judge_rendezvous(plan: RendezvousPlan, observations: Observations) -> Stall:
    """Whether all ranks reached the rendezvous; WELL too where none of them uses it."""
    states = rank_states(plan, observations)
    unanswered = unanswered_calls(plan, observations)
    met = [state for state in states if has_joined_rendezvous(state.rank, plan.port)]
    absent = [state for state in states if state not in met and state.rank.state]
    late = [state for state in absent if not is_calling_rendezvous(state.rank, plan.port)]
    unseen = _unseen_ranks(plan, states)
    if not unanswered and states and not ((late or unseen) and met):
        return Stall(StallKind.WELL, (f"{len(met)} ranks have met",))
    where = f"{plan.address}:{plan.port}"
    refused = [state for state in late if state.activity is Activity.MEETS]
    lines = [
        f"{len(met)} of {len(plan.ranks)} ranks have reached the rendezvous at {where}",
        *_wrong_rendezvous_lines(where, states),
        *unanswered,
        *([] if states else _launcher_lines(plan.port, observations)),
        *state_lines(refused, "is refused there or calls another address"),
        *state_lines([state for state in late if state not in refused], "has not reached it"),
        *_unseen_rank_lines(unseen),
        *state_lines([state for state in met if state.is_waiting]),
    ]
    odd = [state.rank.rank for state in absent] + [rank.rank for rank in unseen]
    return Stall(StallKind.APART, tuple(lines[:MAX_LINES]), tuple(sorted(odd)))


def judge_stall(plan: RendezvousPlan, observations: Observations) -> Stall:
    """Slow where data move or a rank works, else stuck; the ranks that others wait for come first.

    Where waiting ranks may poll and there is no stack, it may be either.
    """
    states = rank_states(plan, observations)
    seen = [state.rank for state in states]
    missed, mismatches = find_missed(seen), find_mismatches(seen)
    links = [*unanswered_calls(plan, observations), *lost_link_lines(plan, observations)]
    connects = not links and _is_connecting(states, observations)
    kind = _stall_kind(states, observations, is_explained=bool(links))
    kind = StallKind.UNSURE if connects else kind
    unseen = _unseen_ranks(plan, states)
    unfinished = find_unfinished(seen) if kind is StallKind.STUCK and not unseen else []
    odd = _odd_states(states, missed, mismatches)
    if not odd and not unfinished and not (kind is StallKind.SLOW and _is_seen_to_advance(states)):
        odd = _outlier_ranks(states)
    rest = [state for state in states if state not in odd]
    lines = [
        f"{kind.value}: {_describe_use(states, observations)}",
        *links,
        *([] if states else _launcher_lines(plan.port, observations)),
        *(mismatch.words for mismatch in mismatches),
        *_odd_lines(odd, missed, alone=not rest),
        *_unfinished_lines(unfinished, states, observations, is_explained=bool(links)),
        *([CONNECTING] if connects else ()),
        *_expectation_lines(states, is_explained=bool(links or unseen or connects)),
        *_unseen_rank_lines(unseen),
        *lost_rank_lines(plan, observations),
        *slowed_gpu_lines({name: node.slowed for name, node in observations.items()}),
        *state_lines(rest),
        *_unobserved_lines(observations, states),
    ]
    named = {state.rank.rank for state in odd if rest}
    named |= {rank.rank for rank in unseen if kind is StallKind.STUCK}
    named |= {rank for each in unfinished for rank in each.late}
    standing = tuple((rank.rank, rank.stack, rank.flight, _entered(rank)) for rank in seen)
    return Stall(kind, tuple(lines[:MAX_LINES]), tuple(sorted(named)), standing, tuple(missed))


def advances_slowly(stall: Stall, before: Stall | None, observations: Observations) -> bool:
    """Whether what is still now moved since the look before, and a moment ago.

    A step of seconds, most of them in a collective, is at the same place at both ends of a look.
    """
    ages = [
        seen.age_s
        for node in observations.values()
        for rank in node.ranks
        for seen in rank.collectives or ()
        if seen.pending
    ]
    moved = before and _records(stall) != _records(before)
    return stall.kind is StallKind.STUCK and bool(moved) and min(ages, default=math.inf) < RECENT_S


def _records(stall: Stall) -> list[object]:
    """The collectives that each rank had entered."""
    return [(rank, entered) for rank, _, _, entered in stall.standing]


def _odd_states(
    states: Sequence[RankState], missed: Sequence[Missed], mismatches: Sequence[Mismatch]
) -> list[RankState]:
    """The ranks that others wait for by their records.

    Of those that are missed first who waits for nobody; where each waits for others in turn, those
    that a collective misses alone, or as few as any.
    """
    absent = {rank for each in missed for rank in each.absent}
    least = min((len(each.absent) for each in missed), default=0)
    alone = {rank for each in missed if len(each.absent) == least for rank in each.absent}
    fewest = {rank for each in mismatches for rank in each.fewest}
    late = [state for state in states if state.rank.rank in absent]
    return (
        [state for state in late if not state.is_waiting]
        or [state for state in states if state.rank.rank in fewest]
        or [state for state in late if state.rank.rank in alone]
    )


def _odd_lines(odd: Sequence[RankState], missed: Sequence[Missed], *, alone: bool) -> Iterator[str]:
    """The ranks that others wait for: in which collective they miss them, where that is known."""
    known = [state for state in odd if any(state.rank.rank in each.absent for each in missed)]
    for each in missed:
        absent = [state for state in known if state.rank.rank in each.absent]
        yield from state_lines(absent, each.words)
    others = [state for state in odd if state not in known]
    yield from state_lines(others, *([] if alone else ["is elsewhere than the others"]))


def _unfinished_lines(
    unfinished: Sequence[Unfinished],
    states: Sequence[RankState],
    observations: Observations,
    *,
    is_explained: bool,
) -> Iterator[str]:
    """What all have entered and does not end, and why, unless that is known already."""
    for each in unfinished:
        reason = "" if is_explained and not each.late else f": {each.reason}"
        yield f"{each.words}, and it does not end{reason}"
        own = {state.rank.node for state in states if state.rank.rank in each.late}
        there, elsewhere = (
            _describe_gpus(node for name, node in observations.items() if (name in own) is inside)
            for inside in (True, False)
        )
        if own and there:
            others = f"; elsewhere {elsewhere}" if elsewhere else ""
            yield f"GPUs of {fold_names(sorted(own))} are {there}{others}"


def _expectation_lines(states: Sequence[RankState], *, is_explained: bool) -> Iterator[str]:
    """All of the run's ranks wait for others while they join, so they wait for somebody else."""
    meeting = [state for state in states if state.doing in RENDEZVOUS_CALLS]
    if states and len(meeting) == len(states) and not is_explained:
        yield (
            f"all {len(states)} ranks of the run wait there: for more ranks than the run has "
            "(WORLD_SIZE, world_size=), or under different names (init_method=, store=)"
        )


def _entered(rank: RankObservation) -> tuple[object, ...]:
    return tuple((seen.group, seen.number, seen.entered) for seen in rank.collectives or ())


def rank_states(plan: RendezvousPlan, observations: Observations) -> list[RankState]:
    """What each rank does, in the order of the ranks."""
    states = [
        classify_rank(rank, plan.port, polls=bool(node.gpus))
        for node in observations.values()
        for rank in node.ranks
    ]
    return sorted(states, key=lambda state: state.rank.rank)


def _outlier_ranks(states: Sequence[RankState]) -> list[RankState]:
    """The ranks that others wait for.

    Those that do not wait, where others do. Where all wait, or none does, the ranks that are not
    at the place of most: with one rank in `all_reduce` and seven in `barrier`, the one took a
    branch that the others did not. Nobody, where no place has more than half of the ranks.
    """
    late = [state for state in states if not state.is_waiting]
    if late and len(late) < len(states):
        return late
    places: dict[str, list[RankState]] = {}
    for state in states:
        places.setdefault(state.place, []).append(state)
    most = max(places.values(), key=len, default=[])
    others = [state for state in states if state not in most]
    return others if len(others) < len(most) else []


def _stall_kind(
    states: Sequence[RankState], observations: Observations, *, is_explained: bool
) -> StallKind:
    """Slow where anything is seen to move. Ranks that use a processor may only poll for others,
    which a stopped rank or a dead link proves of them.
    """
    works = any(state.activity is Activity.WORKS for state in states)
    busy = sum(state.rank.traffic > BUSY_TRAFFIC for state in states)
    if works or busy > 1 or _peak_network_rate(observations) > BUSY_NETWORK:
        return StallKind.SLOW
    blind = any(node.error for node in observations.values()) or not states
    running = [state for state in states if state.rank.state not in STOPPED]
    recorded = [state.rank.collectives is not None for state in running]
    blind = blind or (any(recorded) and not all(recorded))
    proved = is_explained or len(running) < len(states)
    polling = not proved and any(state.may_poll for state in states)
    return StallKind.UNSURE if polling or blind else StallKind.STUCK


def _is_connecting(states: Sequence[RankState], observations: Observations) -> bool:
    """Whether all wait on GPUs in what may be the first that their NCCL does: it then connects them
    all, which takes seconds, and no collective is recorded before.
    """
    has_gpus = any(node.gpus for node in observations.values())
    waiting = bool(states) and all(state.is_waiting for state in states)
    return has_gpus and waiting and not any(state.rank.collectives for state in states)


def _is_seen_to_advance(states: Sequence[RankState]) -> bool:
    """Whether no rank waits, or records show for each in which collectives it is missed."""
    recorded = all(state.rank.collectives is not None for state in states)
    return recorded or not any(state.is_waiting for state in states)


def _peak_network_rate(observations: Observations) -> int:
    rates = (rate for node in observations.values() for rate in (node.network or {}).values())
    return max(rates, default=0)


def _describe_use(states: Sequence[RankState], observations: Observations) -> str:
    cores = sum(state.rank.cpu for state in states)
    network = _peak_network_rate(observations) / 1e6
    gpus = _describe_gpus(observations.values())
    return (
        f"{cores:.1f} cores in use by {len(states)} ranks, {network:.1f} MB/s on the network"
        f"{gpus and f', GPUs {gpus}'}"
    )


def _describe_gpus(nodes: Iterable[NodeObservation]) -> str:
    """`at 99 % and 290 to 294 W`: the mean of their use, and what they draw; empty without any."""
    gpus = [gpu for node in nodes for gpu in node.gpus if gpu]
    if not gpus:
        return ""
    watts = [gpu[1] for gpu in gpus if len(gpu) > 1]
    ends = dict.fromkeys(f"{end:.0f}" for end in (min(watts), max(watts))) if watts else ()
    power = f" and {' to '.join(ends)} W" if ends else ""
    return f"at {sum(gpu[0] for gpu in gpus) / len(gpus):.0f} %{power}"


def _launcher_lines(port: int, observations: Observations) -> Iterator[str]:
    """What keeps the nodes' launchers from starting ranks: accelerate's meet first themselves."""
    met: list[str] = []
    others: list[str] = []
    for node in observations.values():
        states = {socket.state for socket in node.launcher if socket.peer_port == port}
        if not node.error and "SYN_SENT" not in states:
            (met if "ESTABLISHED" in states else others).append(node.node)
    if met:
        yield sentence(name_launchers(met), len(met), "waits there for the others")
    if others:
        missing = "has not reached it" if met else "has not started any rank"
        words = sentence(name_launchers(others), len(others), missing)
        yield f"{words}: still starting, refused, or hanging"


def _wrong_rendezvous_lines(where: str, states: Sequence[RankState]) -> Iterator[str]:
    """Ranks that were given another rendezvous."""
    ranks: dict[str, list[RankObservation]] = {}
    for state in states:
        if state.rank.master not in ("", where):
            ranks.setdefault(state.rank.master, []).append(state.rank)
    for master, astray in ranks.items():
        yield f"{name_places(astray)}: MASTER_ADDR and MASTER_PORT are {master} there, not {where}"


def _unseen_ranks(plan: RendezvousPlan, states: Sequence[RankState]) -> list[Rank]:
    seen = {state.rank.rank for state in states}
    return [rank for rank in plan.ranks if rank.rank not in seen]


def _unseen_rank_lines(ranks: Sequence[Rank]) -> list[str]:
    if not ranks:
        return []
    words = sentence(name_places(ranks), len(ranks), "is not running")
    return [f"{words}: not yet started, or ended"]


def state_lines(states: Sequence[RankState], *predicates: str) -> Iterator[str]:
    """One line for all ranks that do the same: those predicates, then what they do."""
    groups: dict[tuple[str, str], list[RankState]] = {}
    for state in states:
        groups.setdefault((state.predicate, state.remarks), []).append(state)
    for group in groups.values():
        names = name_places([state.rank for state in group])
        yield sentence(names, len(group), *predicates, describe_alike(group))


def sentence(subject: str, count: int, *predicates: str) -> str:
    """`a and b are idle`, of the two and `is idle`."""
    if count > 1:
        verbs = [predicate.partition(" ") for predicate in predicates]
        predicates = tuple(f"{plural_verb(verb)} {rest}" for verb, _, rest in verbs)
    return f"{subject} {', and '.join(predicates)}"


def is_unrecorded(state: RankState) -> bool:
    """Whether the collectives of a rank that runs are unknown; one that is stopped enters none."""
    rank = state.rank
    return bool(rank.state) and rank.state not in STOPPED and rank.collectives is None


def _unobserved_lines(observations: Observations, states: Sequence[RankState]) -> Iterator[str]:
    """What could not be seen, and why."""
    blind = [state.rank.rank for state in states if is_unrecorded(state)]
    if blind and any(state.activity is Activity.WAITS for state in states):
        yield (
            f"no record of the collectives of {name_ranks(blind)}: the worker server of torch, "
            "which has it since 2.5, does not answer there"
        )
    for node in observations.values():
        if node.error:
            yield f"{node.node} could not be observed: {node.error}"
    for reason in dict.fromkeys(state.rank.why for state in states if state.rank.why):
        yield f"no stacks: {reason}; py-spy, installed beside the training interpreter, shows them"
