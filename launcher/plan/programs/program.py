"""A launcher that starts the ranks of one node: its arguments, and its place in the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from checks.model import Job
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class NodeLaunch:
    """One node's part of a run.

    `slots` are the devices of every node that takes part, in the order of their ranks; `gpus` is
    how many this one has; `accelerate` is the distributed_type of accelerate's own configuration
    there, empty where there is none. `home` is the run's directory.
    """

    job: Job
    name: str
    slots: Mapping[str, Sequence[int]]
    gpus: int
    master_address: str
    token: str
    home: str
    accelerate: str = ""

    @property
    def node_rank(self) -> int:
        """Its place in the order of the nodes."""
        return list(self.slots).index(self.name)

    @property
    def local_size(self) -> int:
        """How many ranks it runs."""
        return len(self.slots[self.name])


@dataclass(frozen=True)
class Program:
    """A launcher that starts the ranks of one node.

    `argv` is what runs on the node, given the node's part and what is to be started as each rank;
    `equivalent` is what a person would type there for the same, up to the training command, None
    where one command on the head starts all nodes. `env` is what the ranks need of it.
    """

    title: str
    argv: Callable[[NodeLaunch, Sequence[str]], tuple[str, ...]]
    equivalent: Callable[[NodeLaunch], tuple[str, ...]] | None
    env: Callable[[NodeLaunch], Mapping[str, str]]
    rotated: bool = False
    """Whether local ranks are rotated, see `launcher.plan.ranks`."""
    local_rank: bool = False
    """Whether each rank's script is given --local_rank=N."""


def visible_devices_env(node: NodeLaunch) -> dict[str, str]:
    """Hides what is not to be used; a launcher that counts from 0 knows no other way."""
    own = list(node.slots[node.name])
    if not node.gpus or own == list(range(node.gpus)):
        return {}
    return {"CUDA_VISIBLE_DEVICES": ",".join(map(str, own))}
