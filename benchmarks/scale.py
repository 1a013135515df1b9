"""A quick preflight of many nodes: the controller's part for real, the nodes' part from a model.

The nodes are processes that answer what two nodes of a lab once answered, so that a thousand of
them fit on this machine. What they save, each node's own work, is measured in a lab and reckoned.
"""

from __future__ import annotations

import contextlib
import math
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.login import login
from benchmarks.place import ROOT, Place, place
from benchmarks.recorded_nodes import SOCKET_VARIABLE
from benchmarks.timing import Took, timed, verdict
from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.errors import UsageError
from checks.job.build import build_job
from checks.outliers.pairing import FULL_MESH_NODES, MIN_SAMPLED_ROUNDS
from checks.run import sections_needed
from checks.stages.gather import GatherOptions, gather_facts

FITTED = (16, 64, 200)
"""Measured, and what the model is made of."""
PREDICTED = (32, 128, 250)
"""Measured, and held against what the model says."""
FAR = (1000, 10_000)
"""Reckoned alone; the first is measured too where SCALE_THOUSAND is set."""
MEMORY_MB = {64: 100, 250: 150}
AIM_S = {1000: 60.0}
CORES = 8
"""Of the controller of the model; judging and pytest's items use one of them."""
LIMIT_S = 900.0


@dataclass(frozen=True)
class Model:
    """`fixed + node·N + pair·N²`, in processor seconds or MB of the controller, without logins."""

    fixed: float
    node: float
    pair: float

    def __call__(self, nodes: int) -> float:
        return self.fixed + self.node * nodes + self.pair * nodes**2


def main() -> None:
    """The recording, the sizes, the model and what it says of more."""
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        with place(2) as here:
            record(here, folder / "facts.json")
            cost, contact_s = login(here), login_of_controller_s(here)
        preflight(folder, 1)  # what it compiles does not count
        took = {nodes: preflight(folder, nodes) for nodes in sizes()}
    show(took, Costs(contact_s, cost.client_s, cost.server_s))


def sizes() -> list[int]:
    """Those that are measured; a thousand takes minutes and gigabytes."""
    more = FAR[:1] if "SCALE_THOUSAND" in os.environ else ()
    return sorted((*FITTED, *PREDICTED, *more))


def record(here: Place, facts: Path) -> None:
    """What two nodes answer where most logins are decided by what they have on file."""
    job = build_job({"hosts": str(here.lab.hosts)}, cwd=here.folder, environ=os.environ)
    checks = [check for check in CATALOGUE.values() if not check.heavy]
    wanted = sections_needed(job, claims_of(checks, job))
    gather_facts(job, wanted, GatherOptions(most_mesh_nodes=1)).save(facts)


def login_of_controller_s(here: Place) -> float:
    """The controller's processor seconds for one login with its probe: the slope over two sizes."""
    job = build_job({"hosts": str(here.lab.hosts)}, cwd=here.folder, environ=os.environ)
    gather_facts(job, {name: {"who"} for name in job.names})
    spent = []
    for names in (job.names[:1], job.names):
        before = _own_s()
        for _ in range(5):
            gather_facts(job, {name: {"who"} for name in names})
        spent.append((_own_s() - before) / 5)
    return max(spent[1] - spent[0], 0.0)


def _own_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def preflight(folder: Path, nodes: int) -> Took:
    """`pytest preflight/ --quick -q` over so many of them. Raises UsageError without a decision.

    That a busy machine makes it a stop changes little of what it takes.
    """
    hosts = folder / f"hosts-{nodes}"
    hosts.write_text("".join(f"n{number:05}\n" for number in range(nodes)))
    argv = [
        sys.executable, "-m", "pytest", str(ROOT / "preflight"), "-c", str(ROOT / "pyproject.toml"),
        "-p", "no:cacheprovider", "-p", "benchmarks.recorded_nodes", "--hosts", str(hosts),
        "--quick", "-q",
    ]  # fmt: skip
    with recorded_nodes(folder) as path:
        environment = {
            **os.environ, "PYTHONPATH": str(ROOT), SOCKET_VARIABLE: path,
            "PYTHONPYCACHEPREFIX": str(folder / "pycache"), "PYTHONDONTWRITEBYTECODE": "",
        }  # fmt: skip
        took = timed(argv, folder, environment, LIMIT_S)
    if took.code not in (0, 1):
        raise UsageError(f"{nodes} recorded nodes were not judged:\n{took.out[-3000:]}")
    return took


@contextlib.contextmanager
def recorded_nodes(folder: Path) -> Iterator[str]:
    """The socket at which they answer."""
    path = folder / "nodes.sock"
    argv = [
        sys.executable,
        "-m",
        "benchmarks.recorded_nodes",
        str(folder / "facts.json"),
        str(path),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, stdin=pipe, stdout=pipe) as nodes:
        assert nodes.stdout
        nodes.stdout.readline()
        try:
            yield str(path)
        finally:
            nodes.terminate()
    path.unlink()


def fitted(values: dict[int, float]) -> Model:
    """The parabola through three measured sizes."""
    (a, u), (b, v), (c, w) = sorted(values.items())
    first, second = (v - u) / (b - a), (w - v) / (c - b)
    pair = max((second - first) / (c - a), 0.0)
    node = first - pair * (a + b)
    return Model(u - node * a - pair * a * a, node, pair)


@dataclass(frozen=True)
class Costs:
    """Processor seconds of a login: of the controller's, and of ssh's two ends between nodes."""

    controller_s: float
    client_s: float
    server_s: float

    def nodes_s(self, nodes: int) -> float:
        """What the logins between nodes take where each node has a core of its own for them."""
        rounds = math.ceil(math.log2(nodes)) + MIN_SAMPLED_ROUNDS
        each = nodes if nodes <= FULL_MESH_NODES else 2 * rounds + 1
        return each * (self.client_s + self.server_s)


def show(took: dict[int, Took], costs: Costs) -> None:
    """Measured beside reckoned, and the wall time of a real cluster by the model."""
    cpu = fitted({nodes: took[nodes].cpu_s for nodes in FITTED})
    memory = fitted({nodes: took[nodes].peak_mb for nodes in FITTED})
    print(f"\nthe controller of many nodes, without ssh; model made of {FITTED}")
    print(f"  a login of the controller {1000 * costs.controller_s:.0f} ms, between nodes "
          f"{1000 * costs.client_s:.0f} + {1000 * costs.server_s:.0f} ms of processor")  # fmt: skip
    print(f"  beyond logins: {1000 * cpu.node:.1f} ms a node, {1e6 * cpu.pair:.0f} µs a pair   "
          f"{verdict(1000 * cpu.node, 5)}")  # fmt: skip
    print(
        "   nodes   processor  reckoned          memory  reckoned          wall on a real cluster"
    )
    for nodes in sorted({*took, *FAR}):
        print(f"  {nodes:6} {_line(took.get(nodes), cpu(nodes), memory(nodes))} "
              f"{_wall(nodes, cpu(nodes), costs)}{_memory_aim(nodes, took)}")  # fmt: skip


def _line(took: Took | None, cpu_s: float, memory_mb: float) -> str:
    if took is None:
        return f"{'':11}{cpu_s:8.1f} s {'':17}{memory_mb:7.0f} MB"
    cpu_off, memory_off = cpu_s / took.cpu_s - 1, memory_mb / took.peak_mb - 1
    return (
        f"{took.cpu_s:9.1f} s{cpu_s:8.1f} s {cpu_off:+5.0%} "
        f"{took.peak_mb:7.0f} MB{memory_mb:7.0f} MB {memory_off:+5.0%}"
    )


def _wall(nodes: int, cpu_s: float, costs: Costs) -> str:
    """Logins of the controller, then what it computes on one core, then the nodes' own logins."""
    wall_s = nodes * costs.controller_s + cpu_s + costs.nodes_s(nodes)
    aim = f"   {verdict(wall_s, AIM_S[nodes])}" if nodes in AIM_S else ""
    return f"{wall_s:8.0f} s{aim}"


def _memory_aim(nodes: int, took: dict[int, Took]) -> str:
    if nodes not in MEMORY_MB or nodes not in took:
        return ""
    return f"   memory {verdict(took[nodes].peak_mb, MEMORY_MB[nodes])}"
