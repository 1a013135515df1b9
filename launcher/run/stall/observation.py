"""What was seen of the ranks of a run at one moment, as the keepers tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TcpSocket:
    """One TCP socket: its `state` as ss names it, the port here, and the other end."""

    state: str
    port: int
    peer: str
    peer_port: int


@dataclass(frozen=True)
class StackFrame:
    """One call of a stack."""

    function: str
    file: str
    line: int


@dataclass(frozen=True)
class RankObservation:
    """One rank with its children. `cpu` in cores, `disk` in bytes a second.

    `state` is the letter of ps, `blocked` the tasks that stayed in state D, `stack` the main
    thread's calls, innermost first; where it is empty, `why` says why. `flight` is the last
    collective of NCCL's flight recorder, empty without one. `master` is address and port of the
    rendezvous as its environment says it.
    """

    rank: int
    node: str
    state: str = "S"
    wchan: str = ""
    cpu: float = 0.0
    disk: int = 0
    blocked: tuple[str, ...] = ()
    sockets: tuple[TcpSocket, ...] = ()
    stack: tuple[StackFrame, ...] = ()
    why: str = ""
    flight: str = ""
    master: str = ""


@dataclass(frozen=True)
class NodeObservation:
    """One node. `network` is bytes a second by interface, `gpus` percent and watts of each GPU.

    `launcher` has the sockets of the run's processes that are no rank.
    """

    node: str
    ranks: tuple[RankObservation, ...] = ()
    launcher: tuple[TcpSocket, ...] = ()
    network: Mapping[str, int] | None = None
    gpus: tuple[tuple[float, ...], ...] = ()
    error: str = ""


def node_observation(node: str, said: Mapping[str, Any]) -> NodeObservation:
    """What a keeper told in one message of kind `look`."""
    if "error" in said:
        return NodeObservation(node, error=str(said["error"]))
    return NodeObservation(
        node=node,
        ranks=tuple(
            _rank_observation(node, int(rank), told) for rank, told in said["ranks"].items()
        ),
        launcher=tuple(TcpSocket(*one) for one in said["launcher"]),
        network=said["network"],
        gpus=tuple(tuple(one) for one in said["gpus"]),
    )


def _rank_observation(node: str, rank: int, told: Mapping[str, Any]) -> RankObservation:
    names = ("state", "wchan", "cpu", "disk", "why", "flight", "master")
    plain = {name: told[name] for name in names}
    return RankObservation(
        rank=rank,
        node=node,
        blocked=tuple(told["blocked"]),
        sockets=tuple(TcpSocket(*one) for one in told["sockets"]),
        stack=tuple(StackFrame(*one) for one in told["stack"]),
        **plain,
    )
