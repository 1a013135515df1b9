"""What all_reduce_perf of nccl-tests printed on a node, or why it did not run there."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.nccl_tests_output import PerfResult, parse_perf_output
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class NcclTests(Fact):
    """`path` is where the node has it, empty where it has none; `skipped` why it did not run.

    `by` is mpirun or srun where the ranks of all nodes ran as one, and then the head's fact holds
    what they printed; empty where the node ran alone. `apart` is why they did not run as one.
    `code` is None where its time was up.
    """

    section: ClassVar[str] = "nccl_tests"
    inputs: ClassVar[tuple[str, ...]] = ("backend", "env", "python", "workdir")
    heavy: ClassVar[bool] = True
    path: str = ""
    skipped: str = ""
    by: str = ""
    apart: str = ""
    ranks: int = 0
    code: int | None = 0
    out: str = ""
    err: str = ""

    @property
    def perf_table(self) -> PerfResult:
        """What it printed, read."""
        return parse_perf_output(f"{self.out}\n{self.err}")
