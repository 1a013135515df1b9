"""What the training smoke of one node did."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.facts.denial import Denial
from checks.quick_dataclass import dataclass

STACK_FRAME = re.compile(r'File "(.+?)", line (\d+) in (\S+)')
STAGES = (
    "import torch",
    "import deepspeed",
    "open device",
    "init_distributed",
    "initialize",
    "step",
    "done",
)


def starved_words(waits: Iterable[tuple[float, float]]) -> str:
    """Of (seconds of waiting for a processor, seconds in all) the longest; '' below half of all."""
    waited, lived = max(waits, default=(0.0, 0.0))
    return f"a rank waited {waited:.0f} of {lived:.0f} s for a processor" * (waited > lived / 2)


@dataclass(frozen=True)
class CompiledOp:
    """An op that DeepSpeed compiles at start: whether a compiled one is kept, and what forbids it.

    `lock` is the path of a build lock that is held; `problem` is the compiler's own words.
    """

    name: str
    compiled: bool
    problem: str
    lock: str


@dataclass(frozen=True)
class SmokeReport:
    """What a rank said of itself; `stage` is the one it entered last.

    `losses` are texts, because JSON has no NaN; `seconds` are of each step. `nccl` is the version
    of the library that torch loaded, empty where it can use none. `architectures` are what torch
    has code for, `sm_90` and `compute_90`, by `torch.cuda.get_arch_list()`.
    """

    stage: str = "start of the interpreter"
    torch: str = ""
    deepspeed: str = ""
    nccl: str = ""
    architectures: tuple[str, ...] = ()
    device: str = ""
    op: CompiledOp | None = None
    losses: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()
    error: str = ""
    detail: str = ""
    trace: str = ""

    @property
    def progress(self) -> int:
        """How many stages it had entered."""
        kind = self.stage.partition(" ")[0] if self.stage.startswith("step") else self.stage
        return STAGES.index(kind) if kind in STAGES else -1

    @property
    def loss_values(self) -> tuple[float, ...]:
        """The losses as numbers; not a number where the rank printed none."""
        return tuple(map(float, self.losses))

    @property
    def has_finite_losses(self) -> bool:
        """Whether every loss is a number."""
        return all(map(math.isfinite, self.loss_values))


@dataclass(frozen=True)
class SmokeRank:
    """`code` None: it was killed at the end. `ended` in seconds after the ranks' start.

    `denied` is what kept a package's files from it when it imported that, `variables` are those
    without which it can. `processor_wait` are the seconds in which it was ready to run and had no
    processor, of one that came to its limit.
    """

    rank: int
    code: int | None
    ended: float | None
    said: SmokeReport
    err: str
    denied: Denial | None = None
    variables: tuple[SystemName, ...] = ()
    processor_wait: float = 0.0

    @property
    def hung(self) -> bool:
        """Whether it was ended by the limit: its own, which shows the stack, or the probe's."""
        return self.code is None or (self.code == 1 and "Timeout (" in self.err)

    @property
    def frames(self) -> list[tuple[str, str, str]]:
        """File, line and function of the stack that a rank shows when it hangs, innermost first."""
        return STACK_FRAME.findall(self.err.rpartition("most recent call first")[2])

    @property
    def blame_order(self) -> tuple[bool, float, bool]:
        """Sorts the root cause before those it drew along.

        First to end; of equals one that a signal ended; of those that hung the one that came
        least far, and of them one that does not itself wait for other ranks.
        """
        if self.hung:
            waits = bool(self.frames) and "/torch/distributed/" in self.frames[0][0]
            return True, float(self.said.progress), waits
        return False, self.ended or 0.0, (self.code or 0) > 0


@dataclass(frozen=True)
class Smoke(Fact):
    """`slots` ranks on one node; `seconds` from their start to their end."""

    section: ClassVar[str] = "smoke"
    inputs: ClassVar[tuple[str, ...]] = ("env", "python", "workdir")
    heavy: ClassVar[bool] = True
    slots: int
    seconds: float
    ranks: tuple[SmokeRank, ...] = field(default=())

    @property
    def failed(self) -> SmokeRank | None:
        """The rank that failed first; None where all ended well."""
        bad = [rank for rank in self.ranks if rank.code != 0 or rank.said.stage != "done"]
        return min(bad, key=lambda rank: rank.blame_order, default=None)

    @property
    def starved(self) -> str:
        """How long a rank that hung waited for a processor, where that was most of its time."""
        hung = [rank for rank in self.ranks if rank.hung]
        return starved_words((rank.processor_wait, rank.ended or self.seconds) for rank in hung)

    @property
    def step(self) -> float:
        """Seconds of a step: the slowest rank's median, without its first."""
        return max(statistics.median(rank.said.seconds[1:]) for rank in self.ranks)

    @property
    def imported_versions(self) -> Mapping[str, str]:
        """Of torch and DeepSpeed as imported."""
        first = self.ranks[0].said
        return {"torch": first.torch, "deepspeed": first.deepspeed}
