"""What was seen of the ranks of a run at one moment, as the supervisors report it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from checks.quick_dataclass import dataclass
from launcher.plan.ranks import Rank


@dataclass(frozen=True)
class TcpSocket:
    """One TCP socket: its `state` as ss names it, the port here, and the other end.

    `retries`: how often the kernel has sent again what the other end does not acknowledge.
    """

    state: str
    port: int
    peer: str
    peer_port: int
    retries: int = 0


@dataclass(frozen=True)
class StackFrame:
    """One call of a stack."""

    function: str
    file: str
    line: int


@dataclass(frozen=True)
class ChildProcess:
    """A program that a rank started: its name as ps shows it, and where it works."""

    name: str
    cwd: str


@dataclass(frozen=True)
class Collective:
    """What a rank has of one process group: the first collective that has not ended, or the last.

    `number` counts in the group, `entered` is the last that the rank entered, `age_s` how long ago
    it entered `number`. `members` are the group's ranks, empty where its backend does not say.
    `stage` is NCCL's: `scheduled`, or `started` where the GPU is known to have begun it.
    """

    group: str
    number: int
    entered: int
    name: str
    sizes: str
    dtypes: str
    pending: bool
    age_s: float
    members: tuple[int, ...] = ()
    stage: str = ""


@dataclass(frozen=True)
class RankObservation:
    """One rank with its children. `cpu` in cores, `disk` in bytes of files a second, `running` the
    tasks that had or wanted a processor each time: on a busy node they get little of it.
    `throttled` is the part of the time in which the limit of a control group kept it from one,
    `traffic` the bytes a second that it exchanged with ranks over TCP.

    `state` is the letter of ps, `blocked` the tasks that stayed in state D, `stack` the main
    thread's calls, innermost first; where it is empty, `why` says why. `flight` is the last
    collective in a file of the flight recorder, empty without one; `collectives` come from torch's
    worker server, None where it does not answer. `master` is address and port of the rendezvous as
    its environment says it. `moved`: while it was observed a collective began or ended, or it came
    to another call; None where that is not known.
    """

    rank: int
    state: str
    wchan: str
    cpu: float
    disk: int
    blocked: tuple[str, ...]
    sockets: tuple[TcpSocket, ...]
    stack: tuple[StackFrame, ...]
    why: str
    flight: str
    master: str
    children: tuple[ChildProcess, ...] = ()
    collectives: tuple[Collective, ...] | None = None
    moved: bool | None = None
    running: int = 0
    throttled: float = 0.0
    traffic: int = 0
    node: str = ""


@dataclass(frozen=True)
class LaunchedCount:
    """So many ranks of a communicator have launched `number` operations of that name.

    `named` has those ranks, or as many as are known.
    """

    operation: str
    number: int
    ranks: int
    named: tuple[int, ...]


@dataclass(frozen=True)
class LostRank:
    """A rank of a communicator that does not answer NCCL; `dead` where NCCL has given it up.

    Its process and host are 0 and empty where they are not known.
    """

    rank: int
    pid: int
    host: str
    dead: bool


@dataclass(frozen=True)
class Communicator:
    """One of NCCL's communicators: what its ranks have launched, and which are lost.

    Ranks count in it. An operation that all launched as often may be left out.
    """

    name: str
    size: int
    counts: tuple[LaunchedCount, ...]
    missing: tuple[LostRank, ...]


@dataclass(frozen=True)
class RasAnswer:
    """What NCCL's RAS says of the run's communicators, now and a moment `before`."""

    communicators: tuple[Communicator, ...]
    before: tuple[Communicator, ...]


@dataclass(frozen=True)
class NodeObservation:
    """One node. `network` is bytes a second by interface, `gpus` percent and watts of each GPU, and
    `slowed` what takes clocks from it.

    `launcher` has the sockets of the run's processes that are no rank; `ras` is None where nothing
    of NCCL's answers.
    """

    node: str = ""
    ranks: tuple[RankObservation, ...] = ()
    launcher: tuple[TcpSocket, ...] = ()
    network: Mapping[str, int] | None = None
    gpus: tuple[tuple[float, ...], ...] = ()
    slowed: tuple[tuple[str, ...], ...] = ()
    ras: RasAnswer | None = None
    error: str = ""


Observations = Mapping[str, NodeObservation]
"""What was seen, by node."""


@dataclass(frozen=True)
class RendezvousPlan:
    """Which ranks are to meet, and where."""

    ranks: Sequence[Rank]
    address: str
    port: int

    @property
    def nodes(self) -> list[str]:
        """Their nodes, the head first."""
        return list(dict.fromkeys(rank.node for rank in self.ranks))


def observation_of(node: str, seen: NodeObservation) -> NodeObservation:
    """The same with the node's name, which its supervisor does not know, and each rank once."""
    ranks = {rank.rank: replace(rank, node=node) for rank in seen.ranks}
    return replace(seen, node=node, ranks=tuple(ranks.values()))
