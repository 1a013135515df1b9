"""What was seen of the ranks of a run at one moment, as the keepers tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Socket:
    """One TCP socket: its `state` as ss names it, the port here, and the other end."""

    state: str
    port: int
    peer: str
    peer_port: int


@dataclass(frozen=True)
class Frame:
    """One call of a stack."""

    function: str
    file: str
    line: int


@dataclass(frozen=True)
class RankSight:
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
    sockets: tuple[Socket, ...] = ()
    stack: tuple[Frame, ...] = ()
    why: str = ""
    flight: str = ""
    master: str = ""


@dataclass(frozen=True)
class NodeSight:
    """One node. `network` is bytes a second by interface, `gpus` percent and watts of each GPU.

    `launcher` has the sockets of the run's processes that are no rank.
    """

    node: str
    ranks: tuple[RankSight, ...] = ()
    launcher: tuple[Socket, ...] = ()
    network: Mapping[str, int] | None = None
    gpus: tuple[tuple[float, ...], ...] = ()
    error: str = ""


def node_sight(node: str, said: Mapping[str, Any]) -> NodeSight:
    """What a keeper told in one message of kind `look`."""
    if "error" in said:
        return NodeSight(node, error=str(said["error"]))
    return NodeSight(
        node=node,
        ranks=tuple(_rank(node, int(rank), told) for rank, told in said["ranks"].items()),
        launcher=tuple(Socket(*one) for one in said["launcher"]),
        network=said["network"],
        gpus=tuple(tuple(one) for one in said["gpus"]),
    )


def _rank(node: str, rank: int, told: Mapping[str, Any]) -> RankSight:
    names = ("state", "wchan", "cpu", "disk", "why", "flight", "master")
    plain = {name: told[name] for name in names}
    return RankSight(
        rank=rank,
        node=node,
        blocked=tuple(told["blocked"]),
        sockets=tuple(Socket(*one) for one in told["sockets"]),
        stack=tuple(Frame(*one) for one in told["stack"]),
        **plain,
    )
