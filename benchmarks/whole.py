"""What a whole preflight costs in processor time, the training depth with it."""

from __future__ import annotations

import resource
import sys

import psutil

from benchmarks.place import ROOT, Place, place
from benchmarks.timing import middle, timed, verdict
from checks.errors import UsageError

NODES, ROUNDS = 3, 3
SLOTS = (1, 2)
IMPORTS = "import torch, deepspeed; torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])"
AIM = 1.5
"""Of the imports of one rank a node: half of what each stage with imports of its own took."""


def main() -> None:
    """Three nodes without GPUs, with one slot each and with two."""
    print(f"\na whole preflight of {NODES} nodes, processor seconds, medians of {ROUNDS}")
    with place(NODES) as here:
        for slots in SLOTS:
            measure(here, slots)


def measure(here: Place, slots: int) -> None:
    """The imports of a rank and the preflight, in turns."""
    hosts = here.folder / "hosts.txt"
    hosts.write_text("".join(f"{name} slots={slots}\n" for name in here.names))
    imports, controller, nodes = [], [], []
    timed([sys.executable, "-c", IMPORTS], here.folder, here.environment, 120)
    for _ in range(ROUNDS):
        argv = [sys.executable, "-c", IMPORTS]
        env = {**here.environment, "OMP_NUM_THREADS": "1"}
        imports.append(timed(argv, here.folder, env, 120).cpu_s)
        before, own = nodes_s(here), children_s()
        preflight(here)
        controller.append(children_s() - own)
        nodes.append(nodes_s(here) - before)
    unit = middle(imports)
    here_s, there_s = middle(controller), middle(nodes)
    share = (here_s + there_s) / (unit * NODES)
    print(
        f"  {slots} slots a node: controller {here_s:.2f}, nodes {there_s:.2f}, imports of a rank "
        f"{unit:.2f}; all, of such imports on each node: {share:.2f}   "
        f"{verdict(share, AIM)}"
    )


def preflight(here: Place) -> None:
    """`pytest preflight/` of all nodes. Raises UsageError where it finds what stops a start."""
    took = here.project(
        "pytest", str(ROOT / "preflight"), "-c", str(ROOT / "pyproject.toml"), "-q",
        "-p", "no:cacheprovider", "--hosts", str(here.folder / "hosts.txt"),
        "--ssh-config", str(here.lab.ssh_config),
    )  # fmt: skip
    if took.code:
        raise UsageError(f"the lab is not fit to train:\n{took.out}")


def children_s() -> float:
    """Processor seconds of what this process started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def nodes_s(here: Place) -> float:
    """Processor seconds of all that ran on the nodes so far: the first process of each reaps it."""
    used = 0.0
    for node in here.lab.nodes:
        first = psutil.Process(node.pid)
        used += sum(
            sum(process.cpu_times()[:4]) for process in [first, *first.children(recursive=True)]
        )
    return used
