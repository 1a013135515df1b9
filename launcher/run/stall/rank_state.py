"""What one rank does: waiting for others, waiting for an answer, at work, or idle; pure."""

from __future__ import annotations

import enum
import posixpath
from collections.abc import Sequence

from checks.quick_dataclass import dataclass
from launcher.run.stall.collectives import describe_collective, is_waited_in
from launcher.run.stall.observation import RankObservation, StackFrame
from launcher.run.stall.occupation import (
    BACKWARD,
    EVALUATING,
    LOADER,
    describe_occupation,
    own_frame,
)
from launcher.run.stall.wait_channel import describe_wait

STOPPED = {"T": "is stopped, by SIGSTOP", "t": "is stopped, in a debugger"}
"""What ps says of a rank that answers nothing, and needs nothing more to be stuck."""
BUSY_CORES = 0.1
BUSY_DISK = 100_000
THROTTLED = 0.05
"""Of the time; a rank that only waits is not held back."""
POLLING = "is working or polling for the others"
C10D_FILES = (
    "distributed_c10d.py",
    "c10d_logger.py",
    "rendezvous.py",
    "_functional_collectives.py",
)
MODEL_SYNCS = ("_verify_param_shape_across_processes", "_sync_module_states")
"""Where the models of DDP and FSDP wait for the others while they are made."""
RENDEZVOUS_CALLS = ("init_process_group", "init_distributed")


class Activity(enum.Enum):
    """What a rank does."""

    MEETS = "meets"
    WAITS = "waits"
    WORKS = "works"
    IDLE = "idle"


@dataclass(frozen=True)
class RankState:
    """What a rank does, as a `predicate` and `remarks`, which hold no measured figure: ranks of
    which both are equal do the same. By its `place` it is compared with others.

    `doing` is what it is busy with, `loading weights`, or what it waits in; empty where only `at`,
    its place in the user's program, is known. Where it `is_busy`, what it uses says more.
    """

    rank: RankObservation
    activity: Activity
    place: str
    predicate: str
    remarks: str
    doing: str
    at: str
    is_busy: bool

    @property
    def may_poll(self) -> bool:
        """Whether it uses a processor, for its own work or in waiting for others."""
        return self.activity is Activity.IDLE and self.is_busy

    @property
    def is_waiting(self) -> bool:
        """Whether it needs somebody else to go on."""
        return self.activity in (Activity.MEETS, Activity.WAITS)


def describe_alike(states: Sequence[RankState]) -> str:
    """What ranks do that do the same: `works (0.4 to 1.0 cores), at main (train.py:3)`."""
    first = states[0]
    use = f" ({_describe_use([state.rank for state in states])})" if first.is_busy else ""
    return f"{first.predicate}{use}{first.remarks}"


def classify_rank(rank: RankObservation, port: int, *, polls: bool) -> RankState:
    """What the rank does. `polls`: a waiting rank may use CPU, as NCCL's do on GPUs."""
    called = _collective_call(rank.stack)
    if called and called.function in RENDEZVOUS_CALLS:
        predicate = f"waits for the others in {called.function}"
        return _build_state(rank, Activity.MEETS, predicate, called.function)
    if called:
        return _build_state(rank, Activity.WAITS, f"waits in {called.function}", called.function)
    if is_calling_rendezvous(rank, port):
        return _build_state(rank, Activity.MEETS, "waits for an answer", "the rendezvous")
    doing = describe_occupation(rank)
    if (pending := _pending(rank)) and _stands(rank, polls=polls):
        return _build_state(rank, Activity.WAITS, f"waits in {pending}", pending)
    if _works(rank, doing, polls=polls):
        predicate = f"is {doing}" if doing else "works"
        return _build_state(rank, Activity.WORKS, predicate, doing, is_busy=True)
    predicate = _describe_idle(rank, doing)
    return _build_state(rank, Activity.IDLE, predicate, doing, is_busy=_is_running(rank))


def _stands(rank: RankObservation, *, polls: bool) -> bool:
    """Whether it is where it was: seen so, or it uses no more than a rank that waits."""
    return rank.moved is False or (rank.moved is None and (polls or not _is_running(rank)))


def _works(rank: RankObservation, doing: str, *, polls: bool) -> bool:
    """Whether it gets on. Use of CPU shows that only where it cannot be polling for others."""
    if rank.disk > BUSY_DISK or rank.moved:
        return True
    if rank.throttled > THROTTLED and not polls:
        return True
    return (_is_running(rank) or rank.state == "R") and (
        not polls or doing not in ("", BACKWARD, LOADER, EVALUATING)
    )


def _is_running(rank: RankObservation) -> bool:
    """Whether it uses a processor, or would on a node that is less busy."""
    return rank.cpu > BUSY_CORES or rank.running > 0


def _pending(rank: RankObservation) -> str:
    """The collective that it waits in by its own record."""
    waits = [seen for seen in rank.collectives or () if is_waited_in(seen)]
    return describe_collective(waits[0]) if waits else ""


def is_calling_rendezvous(rank: RankObservation, port: int) -> bool:
    """Whether its call to the rendezvous has no answer."""
    return any(socket.state == "SYN_SENT" and socket.peer_port == port for socket in rank.sockets)


def has_joined_rendezvous(rank: RankObservation, port: int) -> bool:
    """Whether it is connected to the rendezvous."""
    return any(
        socket.state == "ESTABLISHED" and socket.peer_port == port for socket in rank.sockets
    )


def _collective_call(stack: tuple[StackFrame, ...]) -> StackFrame | None:
    """The outermost call into torch.distributed on the stack: the one that the program made."""
    calls = [
        frame
        for frame in stack
        if (posixpath.basename(frame.file) in C10D_FILES and frame.function != "<module>")
        or frame.function in MODEL_SYNCS
    ]
    named = [frame for frame in calls if not frame.function.endswith("wrapper")]
    return (named or calls)[-1] if calls else None


def _build_state(
    rank: RankObservation, activity: Activity, predicate: str, doing: str, *, is_busy: bool = False
) -> RankState:
    place = _place_name(rank.stack)
    remarks = f", at {place}" if place else ""
    for task in rank.blocked:
        remarks += f"; {task} is blocked (state D): its disk or file server does not answer"
    if rank.flight:
        remarks += f"; last collective of NCCL: {rank.flight}"
    compared = f"{activity.value} {place or rank.flight or rank.wchan}"
    return RankState(rank, activity, compared, predicate, remarks, doing, place, is_busy)


def _place_name(stack: tuple[StackFrame, ...]) -> str:
    at = own_frame(stack)
    return f"{at.function} ({posixpath.basename(at.file)}:{at.line})" if at else ""


def _describe_idle(rank: RankObservation, doing: str) -> str:
    if not rank.state:
        return "has ended"
    if rank.state in STOPPED:
        return STOPPED[rank.state]
    if doing:
        return f"is {doing}"
    if _is_running(rank):
        return POLLING
    return f"is {describe_wait(rank.wchan) or 'idle'}"


def _describe_use(ranks: Sequence[RankObservation]) -> str:
    """What each of them uses, by the least and the most, and what keeps it from more."""
    words = [_describe_range([rank.cpu for rank in ranks], "cores")]
    if any(rank.disk > BUSY_DISK for rank in ranks):
        words.append(_describe_range([rank.disk / 1e6 for rank in ranks], "MB/s of files"))
    if any(rank.throttled > THROTTLED for rank in ranks):
        held = _describe_range([rank.throttled * 100 for rank in ranks], "%", digits=0)
        words.append(f"held back {held} of the time by the CPU limit of a control group")
    return ", ".join(words)


def _describe_range(values: Sequence[float], unit: str, digits: int = 1) -> str:
    ends = dict.fromkeys(f"{value:.{digits}f}" for value in (min(values), max(values)))
    return f"{' to '.join(ends)} {unit}"
