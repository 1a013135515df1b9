"""Where one rank stands: waiting for others, waiting for an answer, at work, or idle; pure."""

from __future__ import annotations

import enum
import posixpath
from dataclasses import dataclass

from launcher.run.stall.observation import RankObservation, StackFrame

BUSY_CORES = 0.1
BUSY_DISK = 100_000
LIBRARIES = ("/site-packages/", "/dist-packages/", "/lib/python3", "<frozen", "/lib64/python3")
C10D_FILES = ("distributed_c10d.py", "c10d_logger.py", "rendezvous.py")
RENDEZVOUS_CALLS = ("init_process_group", "init_distributed")


class Activity(enum.Enum):
    """What a rank does."""

    MEETS = "meets"
    WAITS = "waits"
    WORKS = "works"
    RESTS = "rests"


@dataclass(frozen=True)
class RankState:
    """A rank's `doing`, in words, and `place` in the program, by which ranks are compared."""

    sight: RankObservation
    doing: Activity
    place: str
    words: str

    @property
    def is_waiting(self) -> bool:
        """Whether it needs somebody else to go on."""
        return self.doing in (Activity.MEETS, Activity.WAITS)


def classify_rank(sight: RankObservation, port: int, *, polls: bool) -> RankState:
    """From what was seen. `polls`: a waiting rank may use CPU, as NCCL's do on GPUs."""
    called = _collective_call(sight.stack)
    if called and called.function in RENDEZVOUS_CALLS:
        return _build_state(sight, Activity.MEETS, f"waits for the others in {called.function}")
    if called:
        return _build_state(sight, Activity.WAITS, f"waits in {called.function}")
    if is_calling_rendezvous(sight, port):
        return _build_state(sight, Activity.MEETS, "waits for an answer")
    if sight.disk > BUSY_DISK or (sight.cpu > BUSY_CORES and not (polls and not sight.stack)):
        return _build_state(sight, Activity.WORKS, f"works ({_describe_use(sight)})")
    return _build_state(sight, Activity.RESTS, _describe_idle(sight))


def is_calling_rendezvous(sight: RankObservation, port: int) -> bool:
    """Whether its call to the rendezvous has no answer."""
    return any(one.state == "SYN_SENT" and one.peer_port == port for one in sight.sockets)


def has_joined_rendezvous(sight: RankObservation, port: int) -> bool:
    """Whether it is connected to the rendezvous."""
    return any(one.state == "ESTABLISHED" and one.peer_port == port for one in sight.sockets)


def _collective_call(stack: tuple[StackFrame, ...]) -> StackFrame | None:
    """The outermost call into torch.distributed in which the rank is: what its program asked."""
    within = [one for one in stack if posixpath.basename(one.file) in C10D_FILES]
    named = [one for one in within if not one.function.endswith("wrapper")]
    return (named or within)[-1] if within else None


def _build_state(sight: RankObservation, doing: Activity, words: str) -> RankState:
    own = [one for one in sight.stack if not any(part in one.file for part in LIBRARIES)]
    at = own[0] if own else (sight.stack[0] if sight.stack else None)
    place = f"{at.function} ({posixpath.basename(at.file)}:{at.line})" if at else ""
    words = f"{words}{f', at {place}' if place else ''}"
    for task in sight.blocked:
        words += f"; {task} hangs in state D: its disk or file server does not answer"
    if sight.flight:
        words += f"; NCCL's last: {sight.flight}"
    return RankState(sight, doing, f"{doing.value} {place or sight.flight or sight.wchan}", words)


def _describe_idle(sight: RankObservation) -> str:
    if not sight.state:
        return "is gone"
    if sight.state in "Tt":
        return "is stopped (SIGSTOP or a debugger)"
    if sight.cpu > BUSY_CORES:
        return f"uses {sight.cpu:g} cores, at work or polling for the others"
    where = f" in {sight.wchan}" if sight.wchan not in ("", "0") and not sight.stack else ""
    return f"does nothing{where}"


def _describe_use(sight: RankObservation) -> str:
    disk = f", {sight.disk / 1e6:.1f} MB/s of disk" if sight.disk > BUSY_DISK else ""
    return f"{sight.cpu:g} cores{disk}"
