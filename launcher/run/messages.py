"""The messages between the controller and the supervisors, one class a kind.

On the wire each is a line of JSON whose `kind` names the class. What a node sends is decoded here
and nowhere else, and no line makes the decoder raise.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeAlias, get_args

from checks.errors import FactError
from checks.facts.decode import decode_record
from checks.quick_dataclass import dataclass
from checks.untrusted_json import read_untrusted_json
from launcher.agent.rank_activity import SAMPLE_SPAN_S
from launcher.run.stall.observation import NodeObservation


def _text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a text of {len(text)} characters")


LONGEST_TEXT = 16 << 10
_Text = Annotated[str, _text]
"""Why something failed, or a name: some lines at most."""


@dataclass(frozen=True)
class SupervisorReady:
    """The run's directory is created; the supervisor is process `pid`."""

    kind: ClassVar[str] = "ready"
    pid: int


@dataclass(frozen=True)
class SupervisorRefused:
    """The run's directory cannot be created."""

    kind: ClassVar[str] = "refused"
    error: _Text


@dataclass(frozen=True)
class Heartbeat:
    """The sender is alive."""

    kind: ClassVar[str] = "beat"


@dataclass(frozen=True)
class OutputChunk:
    """Bytes that `source` printed: `rankN`, `launcher` or the name of a command."""

    kind: ClassVar[str] = "output"
    source: str
    data: bytes


@dataclass(frozen=True)
class NodeStarted:
    """The agent runs as process `pid`, the node's launcher in that session."""

    kind: ClassVar[str] = "node-started"
    pid: int
    session: int
    at: float


@dataclass(frozen=True)
class NodeEnded:
    """The node's launcher ended; `code` is None where its agent ended without a message."""

    kind: ClassVar[str] = "node-ended"
    code: int | None
    error: _Text = ""
    at: float | None = None


@dataclass(frozen=True)
class RankStarted:
    """A rank started; `world` is the number of ranks that it was given."""

    kind: ClassVar[str] = "rank-started"
    rank: int
    pid: int
    world: int
    at: float


@dataclass(frozen=True)
class RankEnded:
    """A rank ended with that exit code, or by a signal where it is negative."""

    kind: ClassVar[str] = "rank-ended"
    rank: int
    code: int
    error: _Text = ""
    at: float | None = None


@dataclass(frozen=True)
class RankWorld:
    """The world that a rank is in, as the library `seen_by` in it holds.

    `size` ranks, of which it is number `place`. A size of 0: the library is there, and the rank in
    no world, not yet or no more.
    """

    kind: ClassVar[str] = "rank-world"
    rank: int
    seen_by: _Text
    size: int
    place: int
    backend: _Text
    at: float


@dataclass(frozen=True)
class CommandEnded:
    """A command that the supervisor was asked to run ended, or could not be started: `error`."""

    kind: ClassVar[str] = "command-ended"
    name: str
    code: int
    error: _Text = ""


@dataclass(frozen=True)
class RanksSaving:
    """These ranks were sent a signal that they handle, by its name; they may save and end."""

    kind: ClassVar[str] = "saving"
    ranks: Mapping[str, _Text]


@dataclass(frozen=True)
class RanksObserved:
    """What the ranks of the node are doing."""

    kind: ClassVar[str] = "observation"
    seen: NodeObservation


@dataclass(frozen=True)
class RankArrivals:
    """When a rank entered collectives of the group of all, by their numbers, in seconds.

    `lasted`: of NCCL's how long after that each was seen to have ended, -1 where it was not.
    In what part of the time it was `blocked` in state D, `short` of a processor, and `throttled` by
    the limit of its control group.
    """

    rank: int
    numbers: tuple[int, ...]
    times: tuple[float, ...]
    lasted: tuple[float, ...] = ()
    blocked: float = 0.0
    short: float = 0.0
    throttled: float = 0.0


@dataclass(frozen=True)
class LinkUse:
    """How data of the ranks got on from an address of the node to one of another.

    `under_way` is the part of the time in which they were not acknowledged, `rate` the bytes a
    second in that time, `resent` the part that was sent again.
    """

    here: str
    there: str
    under_way: float
    resent: float
    rate: float


@dataclass(frozen=True)
class RanksArrived:
    """The arrivals of a node's ranks by its clock, which was asked at `received`.

    `sent` is the controller's clock when it asked, `answered` the node's when it answered. `slowed`
    is what takes clocks from each GPU.
    """

    kind: ClassVar[str] = "arrivals"
    ranks: tuple[RankArrivals, ...]
    sent: float
    received: float
    answered: float
    links: tuple[LinkUse, ...] = ()
    slowed: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class RunEnded:
    """The supervisor has ended the run on its node; `left` are processes that it could not end."""

    kind: ClassVar[str] = "run-ended"
    left: tuple[int, ...]


@dataclass(frozen=True)
class ConnectionLost:
    """There are no more messages of the supervisor; put into the inbox by the controller itself."""

    why: str


@dataclass(frozen=True)
class BadMessage:
    """The supervisor sent a line that is no message."""

    reason: str


RunEvent: TypeAlias = NodeStarted | NodeEnded | RankStarted | RankEnded | RankWorld
"""What the record keeps."""
Message: TypeAlias = (
    RunEvent
    | SupervisorReady
    | SupervisorRefused
    | Heartbeat
    | OutputChunk
    | CommandEnded
    | RanksSaving
    | RanksObserved
    | RanksArrived
    | RunEnded
    | ConnectionLost
    | BadMessage
)
_KINDS: Mapping[str, Any] = {
    message.kind: message for message in get_args(Message) if hasattr(message, "kind")
}


def decode_message(line: bytes, sources: Collection[str]) -> Message:
    """The message on a line, a BadMessage where it is none. Never raises.

    `sources` are what runs on that node: it speaks for nothing else.
    """
    try:
        data = read_untrusted_json(line)
    except ValueError as error:
        return BadMessage(f"it is no message: {error}")
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        return BadMessage(f"its kind is unknown: {str(kind)[:60]!r}")
    try:
        message: Message = decode_record(_KINDS[kind], data, kind)
    except FactError as error:
        return BadMessage(str(error))
    for source in _speakers(message):
        if source not in sources:
            return BadMessage(f"it is of {source[:40]!r}, which does not run there")
    return message


def _speakers(message: Message) -> Iterable[str]:
    """What the message is of: a command, or ranks."""
    match message:
        case OutputChunk(source=source) | CommandEnded(name=source):
            return [source]
        case RankStarted(rank=rank) | RankEnded(rank=rank) | RankWorld(rank=rank):
            return [f"rank{rank}"]
        case RanksSaving(ranks):
            return [f"rank{rank}" for rank in ranks]
        case RanksObserved(seen):
            return [f"rank{rank.rank}" for rank in seen.ranks]
        case RanksArrived(ranks=arrived):
            return [f"rank{rank.rank}" for rank in arrived]
    return ()


def event_as_json(event: RunEvent) -> dict[str, Any]:
    """A start or an end as ranks.jsonl keeps it."""
    return {"kind": event.kind, **_set_fields(event)}


def _set_fields(message: Any) -> dict[str, Any]:
    """Its fields but those at their default."""
    return {
        field.name: value
        for field in dataclasses.fields(message)
        if (value := getattr(message, field.name)) != field.default
    }


@dataclass(frozen=True)
class RunFiles:
    """The first line to a supervisor: the run's token and directory, and what is made in it.

    `files` are texts by name, `outputs` the names of what speaks through a pipe.
    """

    kind: ClassVar[str] = "run"
    run: str
    home: str
    files: Mapping[str, str] = dataclasses.field(default_factory=dict)
    outputs: Sequence[str] = ()


@dataclass(frozen=True)
class RunCommand:
    """Run a command; CommandEnded follows. It ends with the supervisor, unless it is the agent."""

    kind: ClassVar[str] = "run-command"
    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str | None
    agent: bool


@dataclass(frozen=True)
class ObserveRanks:
    """Observe what the ranks are doing; RanksObserved follows within seconds.

    What they use is sampled over `span_s`.
    """

    kind: ClassVar[str] = "observe"
    span_s: float = SAMPLE_SPAN_S


@dataclass(frozen=True)
class MeasureArrivals:
    """Report when ranks entered their last collectives; RanksArrived follows, with `sent`."""

    kind: ClassVar[str] = "measure"
    sent: float


@dataclass(frozen=True)
class StopRun:
    """End the run; RunEnded follows. May be sent again for less.

    Ranks that handle a signal for that may save and end within `save` seconds, then every process
    is asked to end, and `grace` seconds later killed.
    """

    kind: ClassVar[str] = "stop"
    grace: float
    save: float = 0.0


Command: TypeAlias = Heartbeat | RunFiles | RunCommand | ObserveRanks | MeasureArrivals | StopRun


def encode_command(command: Command) -> bytes:
    """A line for a supervisor's standard input."""
    return json.dumps({"kind": command.kind, **dataclasses.asdict(command)}).encode() + b"\n"
