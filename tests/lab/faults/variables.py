"""Variables that one node's login gives its ranks, and the others' do not."""

from __future__ import annotations

from launcher.lab.faults import Fault
from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, EVERY_NODE, NODE3, Case, case, custom, warned

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

HASH_SEED = exported("hash-seed-of-words", "PYTHONHASHSEED=abc")
ALLOCATOR = exported("allocator-unknown", "LANG=C.UTF-8 PYTHONMALLOC=fast", "/etc/bash.bashrc")
TORCH_LOGS = exported("torch-logs-nonsense", "TORCH_LOGS=nonsense")
WARNINGS = exported("warnings-are-errors", "PYTHONWARNINGS=error")
DEPRECATIONS = exported(
    "deprecations-are-errors", "PYTHONWARNINGS=error::DeprecationWarning", "/etc/bash.bashrc"
)
AGENT_STORE = exported("agent-store-of-torchrun", "TORCHELASTIC_USE_AGENT_STORE=True")
IN_IMAGE = exported(
    "agent-store-of-an-image", "TORCHELASTIC_USE_AGENT_STORE=True", "/etc/bash.bashrc"
)
OF_OMPI = exported("local-rank-of-open-mpi", "OMPI_COMM_WORLD_LOCAL_RANK=1")
LAUNCHERS = "software.variables-are-no-launchers"
PYTHON, SMOKE = "software.python-is-there", "training.smoke-trains"
IN_THE_WAY = "variable-in-the-way"
NODE2 = (("node2",),)
TWO = {"shape": LabShape(nodes=2), "on": ("node2",)}

CASES = [
    case(HASH_SEED, PYTHON, NODE3, IN_THE_WAY),
    case(ALLOCATOR, PYTHON, NODE3, IN_THE_WAY),
    Case(
        TORCH_LOGS,
        blocks=((SMOKE, NODE2, IN_THE_WAY),),
        warns=((EQUAL, NODE2, "variable-differs"),),
        **TWO,
    ),
    case(WARNINGS, SMOKE, NODE2, IN_THE_WAY, **TWO),
    case(DEPRECATIONS, SMOKE, NODE2, IN_THE_WAY, **TWO),
    case(DETAIL, EQUAL, NODE3, "variable-differs"),
    case(DETAIL_ELSEWHERE, EQUAL, NODE3, "variable-differs", on=FIRST_TWO),
    warned(FEW_THREADS, EQUAL, NODE3, "variable-differs"),
    warned(PRECISION, EQUAL, NODE3, "variable-differs", first=((ALIKE, ALL),)),
    case(AGENT_STORE, LAUNCHERS, NODE2, "of-a-launcher", smoke=True, **TWO),
    case(IN_IMAGE, LAUNCHERS, EVERY_NODE, "of-a-launcher", on=ALL),
    case(OF_OMPI, LAUNCHERS, NODE2, "of-a-launcher", smoke=True, **TWO),
    Case(
        exported("agent-store-under-torchrun", "TORCHELASTIC_USE_AGENT_STORE=True"),
        job={"with_": "torchrun"},
        smoke=True,
        **TWO,
    ),
]
