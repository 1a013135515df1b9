"""What runs on a node already: of the same job, and the first ranks of others."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class EarlierRank:
    """A rank, or a process that runs the job's own script or module.

    `own`: it is of the login's account. `rank` is `RANK/WORLD_SIZE` in its environment, '' where
    that has none or may not be read; `port` is its MASTER_PORT, `program` what it runs,
    in `folder`. `orphan`: what started it is gone; `stopped`: by ctrl-Z or a debugger. `targets`
    are names and addresses where it looks for its rank 0, at the job's master port.
    """

    pid: int
    user: str = ""
    own: bool = True
    seconds: float = 0.0
    rank: str = ""
    port: str = ""
    program: str = ""
    folder: str = ""
    orphan: bool = False
    stopped: bool = False
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class EarlierRanks(Fact):
    """`program` is the script's or module's name, '' where the job names none.

    `ranks` run it; `others` are rank 0 of another run that was given the job's master port;
    `comers` are other processes that were given it, or are connected to it somewhere.
    """

    section: ClassVar[str] = "earlier_ranks"
    momentary: ClassVar[bool] = True
    of_command: ClassVar[bool] = True
    inputs: ClassVar[tuple[str, ...]] = ("workdir", "master_port")
    program: str = ""
    ranks: tuple[EarlierRank, ...] = ()
    others: tuple[EarlierRank, ...] = ()
    comers: tuple[EarlierRank, ...] = ()


@dataclass(frozen=True)
class OwnRun:
    """A run without a result that this machine started: its processes on this node, what ends it.

    `folder` is that in which it was started, '' for this one.
    """

    name: str
    pids: tuple[int, ...]
    stop_line: str
    folder: str = ""

    def __str__(self) -> str:
        where = f"in {self.folder}" if self.folder else "here"
        return f"the run {self.name}, which was started {where}"


@dataclass(frozen=True)
class OwnRanks(Fact):
    """What runs that this machine started have on this node, the newest of each folder first."""

    section: ClassVar[str] = "own_ranks"
    momentary: ClassVar[bool] = True
    of_command: ClassVar[bool] = True
    runs: tuple[OwnRun, ...] = ()

    def run_of(self, ranks: Collection[EarlierRank]) -> OwnRun | None:
        """The run that all of these ranks are of; None where there is none."""
        pids = {rank.pid for rank in ranks}
        return next((run for run in self.runs if pids <= {*run.pids}), None)
