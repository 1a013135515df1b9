"""How the ranks of one node met the others in the rendezvous smoke."""

from __future__ import annotations

import re
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.facts.denial import Denial
from checks.facts.smoke import starved_words
from checks.quick_dataclass import dataclass

STACK_FRAME = re.compile(r'File "(.+?)", line (\d+) in (\S+)')
STAGES = (
    "start",
    "device",
    "store",
    "group",
    "all-reduce",
    "barrier",
    "second group",
    "larger sums",
    "done",
)
WAITING_ERROR = re.compile(
    r"time[d]?[ -]?out|closed by peer|reset by peer|broken pipe|connection was likely closed"
    r"|remote (process|server|error)|RemoteError",
    re.IGNORECASE,
)
"""Words of a rank that lacks others and is itself whole."""
MISSING_RANK_KEY = re.compile(r"keys: \S*/(\d+)")


@dataclass(frozen=True)
class SumTiming:
    """An all-reduce of so many bytes, and the seconds of the slowest rank, the best of some."""

    size: int
    seconds: float


@dataclass(frozen=True)
class RendezvousReport:
    """What a rank said; `stage` is the one it entered last, `wrong` the ranks whose part is.

    `addresses` are its own ends of its connections to other ranks.
    """

    stage: str = "start"
    wrong: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()
    sums: tuple[SumTiming, ...] = ()
    error: str = ""
    detail: str = ""
    trace: str = ""


@dataclass(frozen=True)
class RendezvousRank:
    """One rank: `code` None where it had to be killed, `ended` seconds after it began.

    `unanswered` are the `address:port` that it called without an answer when its time was up,
    `processor_wait` the seconds in which it was ready to run and had no processor.
    """

    rank: int
    code: int | None
    ended: float
    said: RendezvousReport
    kept: tuple[str, ...] = ()
    err: str = ""
    unanswered: tuple[str, ...] = ()
    processor_wait: float = 0.0

    @property
    def through(self) -> bool:
        """Whether it came to the end."""
        return self.code == 0 and self.said.stage == "done" and not self.said.wrong

    @property
    def hung(self) -> bool:
        """Whether the limit ended it: its own, which shows the stack, or the interpreter's."""
        return self.code is None or (self.code == 1 and "Timeout (" in self.err)

    @property
    def waited(self) -> bool:
        """Whether it failed only for want of others, as far as its own words say."""
        return self.hung or bool(WAITING_ERROR.search(f"{self.said.error} {self.said.detail}"))

    @property
    def progress(self) -> int:
        """How many stages it had entered."""
        return STAGES.index(self.said.stage) if self.said.stage in STAGES else -1

    @property
    def missing_rank(self) -> int | None:
        """The rank whose address never came, where gloo says so."""
        found = MISSING_RANK_KEY.search(self.said.detail)
        return int(found[1]) if found else None

    @property
    def frames(self) -> list[tuple[str, str, str]]:
        """File, line and function of the stack that it showed when it hung, innermost first."""
        return STACK_FRAME.findall(self.err.rpartition("most recent call first")[2])


@dataclass(frozen=True)
class Rendezvous(Fact):
    """Ranks of one node at the meeting of all: where, with how many, and how each came out.

    `own` is the node's address there.

    `error`, `detail`, `denied` and `variables`, without which it succeeds, are those of the import
    of torch, with which nothing began. Of a node that kept the others from it `shown` is the rank
    that shows it best; `left_out` are the nodes without which the meeting was repeated, and `again`
    whether that one came through. `apart` is the smallest group that did not meet either, where it
    took halving to find the node. `cut` are groups that meet inside and not each other: then no
    node is at fault.
    """

    section: ClassVar[str] = "rendezvous"
    inputs: ClassVar[tuple[str, ...]] = ("env", "master_port", "python", "workdir")
    heavy: ClassVar[bool] = True
    torch: str = ""
    error: str = ""
    detail: str = ""
    denied: Denial | None = None
    variables: tuple[SystemName, ...] = ()
    seconds: float = 0.0
    backend: str = ""
    own: SystemName = ""
    address: SystemName = ""
    port: int = 0
    world: int = 0
    limit: float = 0.0
    ranks: tuple[RendezvousRank, ...] = ()
    shown: RendezvousRank | None = None
    apart: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    again: bool | None = None
    cut: tuple[tuple[str, ...], ...] = ()

    @property
    def torch_imported(self) -> bool:
        """Whether torch could be imported."""
        return bool(self.torch)

    @property
    def starved(self) -> str:
        """How long a rank that hung waited for a processor, where that was most of its time."""
        return starved_words((rank.processor_wait, rank.ended) for rank in self.ranks if rank.hung)

    @property
    def failed(self) -> tuple[RendezvousRank, ...]:
        """The ranks that did not come through."""
        return tuple(rank for rank in self.ranks if not rank.through)
