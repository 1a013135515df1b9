"""Variables that one node's login gives its ranks, and the others' do not."""

from __future__ import annotations

from launcher.lab.faults import Fault
from tests.lab.faults.case import ALL, NODE3, case, custom, warned

EQUAL = "software.variables-are-equal"
FIRST_TWO = ("node1", "node2")


def exported(name: str, line: str, file: str = "$HOME/.bashrc") -> Fault:
    """A line at the top of a start-up file."""
    return custom(name, f"sed -i '1i export {line}' {file}")


DETAIL = exported("torch-debug-detail", "TORCH_DISTRIBUTED_DEBUG=DETAIL")
DETAIL_ELSEWHERE = exported("torch-debug-detail-but-on-one", "TORCH_DISTRIBUTED_DEBUG=DETAIL")
FEW_THREADS = exported("few-threads", "OMP_NUM_THREADS=1", "/etc/bash.bashrc")
PRECISION = exported("precision-of-one", "ACCELERATE_MIXED_PRECISION=bf16 MALLOC_ARENA_MAX=1")
ALIKE = exported("variables-alike", "OMP_NUM_THREADS=2 TORCH_DISTRIBUTED_DEBUG=INFO")

CASES = [
    case(DETAIL, EQUAL, NODE3, "variable-differs"),
    case(DETAIL_ELSEWHERE, EQUAL, NODE3, "variable-differs", on=FIRST_TWO),
    warned(FEW_THREADS, EQUAL, NODE3, "variable-differs"),
    warned(PRECISION, EQUAL, NODE3, "variable-differs", first=((ALIKE, ALL),)),
]
