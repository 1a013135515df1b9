"""What one rank does: waiting for others, waiting for an answer, at work, or idle; pure."""

from __future__ import annotations

import enum
import posixpath
from dataclasses import dataclass

from launcher.run.stall.collectives import describe_collective, is_waited_in
from launcher.run.stall.observation import RankObservation, StackFrame
from launcher.run.stall.occupation import BACKWARD, LOADER, describe_occupation, own_frame
from launcher.run.stall.wait_channel import describe_wait

BUSY_CORES = 0.1
BUSY_DISK = 100_000
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
    """What a rank does, as a predicate in `words`; by its `place` it is compared with others.

    `doing` is what it is busy with, `loading weights`, or what it waits in; empty where only `at`,
    its place in the user's program, is known.
    """

    rank: RankObservation
    activity: Activity
    place: str
    words: str
    doing: str
    at: str

    @property
    def is_waiting(self) -> bool:
        """Whether it needs somebody else to go on."""
        return self.activity in (Activity.MEETS, Activity.WAITS)


def classify_rank(rank: RankObservation, port: int, *, polls: bool) -> RankState:
    """What the rank does. `polls`: a waiting rank may use CPU, as NCCL's do on GPUs."""
    called = _collective_call(rank.stack)
    if called and called.function in RENDEZVOUS_CALLS:
        words = f"waits for the others in {called.function}"
        return _build_state(rank, Activity.MEETS, words, called.function)
    if called:
        return _build_state(rank, Activity.WAITS, f"waits in {called.function}", called.function)
    if is_calling_rendezvous(rank, port):
        return _build_state(rank, Activity.MEETS, "waits for an answer", "the rendezvous")
    doing = describe_occupation(rank)
    if (pending := _pending(rank)) and _stands(rank, polls=polls):
        return _build_state(rank, Activity.WAITS, f"waits in {pending}", pending)
    if _works(rank, doing, polls=polls):
        verb = f"is {doing}" if doing else "works"
        return _build_state(rank, Activity.WORKS, f"{verb} ({_describe_use(rank)})", doing)
    return _build_state(rank, Activity.IDLE, _describe_idle(rank, doing), doing)


def _stands(rank: RankObservation, *, polls: bool) -> bool:
    """Whether it is where it was: seen so, or it uses no more than a rank that waits."""
    return rank.moved is False or (rank.moved is None and (polls or rank.cpu <= BUSY_CORES))


def _works(rank: RankObservation, doing: str, *, polls: bool) -> bool:
    """Whether it gets on. Use of CPU shows that only where it cannot be polling for others.

    On a busy node one that works may get little of a processor; it is in state R all the same.
    """
    if rank.disk > BUSY_DISK or rank.moved:
        return True
    return (rank.cpu > BUSY_CORES or rank.state == "R") and (
        not polls or doing not in ("", BACKWARD, LOADER)
    )


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


def _build_state(rank: RankObservation, activity: Activity, words: str, doing: str) -> RankState:
    place = _place_name(rank.stack)
    words = f"{words}{f', at {place}' if place else ''}"
    for task in rank.blocked:
        words += f"; {task} is blocked (state D): its disk or file server does not answer"
    if rank.flight:
        words += f"; last collective of NCCL: {rank.flight}"
    return RankState(
        rank,
        activity,
        f"{activity.value} {place or rank.flight or rank.wchan}",
        words,
        doing,
        place,
    )


def _place_name(stack: tuple[StackFrame, ...]) -> str:
    at = own_frame(stack)
    return f"{at.function} ({posixpath.basename(at.file)}:{at.line})" if at else ""


def _describe_idle(rank: RankObservation, doing: str) -> str:
    if not rank.state:
        return "has ended"
    if rank.state in "Tt":
        return "is stopped, by SIGSTOP or a debugger"
    if doing:
        return f"is {doing}"
    if rank.cpu > BUSY_CORES:
        return f"uses {rank.cpu:g} cores, working or polling for the others"
    return f"is {describe_wait(rank.wchan) or 'idle'}"


def _describe_use(rank: RankObservation) -> str:
    disk = f", {rank.disk / 1e6:.1f} MB/s of files" if rank.disk > BUSY_DISK else ""
    return f"{rank.cpu:.1f} cores{disk}"
