"""From the command to the first step of plain torch, by each bare tool and by `launcher start`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.place import ROOT, VENV, Place, place
from benchmarks.timing import middle, verdict
from benchmarks.watched import LIMIT_S, Watched, first_step, watch
from tests.lab.starts.slurm import allocate, slurm_up
from tests.support.passed_preflight import pass_preflight

AIM = 1.1
ROUNDS, BUDGET_S = 9, 400.0
"""Pairs of each way, and after how long none is begun any more."""
PORT = 29500
PATH = f"{VENV / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TRAIN = ("train.py", "--steps", "1")
AS_RANK = "RANK=${rank} WORLD_SIZE=2 LOCAL_RANK=0 MASTER_ADDR={head} MASTER_PORT={port} exec python"


@dataclass(frozen=True)
class Site:
    """A lab whose folder `ddp` has the example of plain torch."""

    here: Place
    slurm_job: str

    @property
    def folder(self) -> Path:
        """The same on all nodes."""
        return self.here.folder / "ddp"

    @property
    def head(self) -> str:
        """The address of rank 0."""
        return self.here.lab.nodes[0].address

    def ranked(self, rank: str) -> str:
        """What a carrier runs as each rank, for a shell; `rank` is its variable of the number."""
        start = AS_RANK.format(rank=rank, head=self.head, port=PORT)
        return f"sh -c '{start} {' '.join(TRAIN)}'"


@dataclass(frozen=True)
class Way:
    """A start: what a person types on each node, or on the head alone, and ours for the same."""

    launcher: str
    backend: str
    bare: Callable[[Site], list[str]]


def torchrun(site: Site) -> list[str]:
    """Typed on both nodes at the same moment, which no person can."""
    return [
        f"torchrun --nnodes=2 --nproc-per-node=1 --node-rank={rank} --master-addr={site.head} "
        f"--master-port={PORT} {' '.join(TRAIN)}"
        for rank in range(2)
    ]


def accelerate(site: Site) -> list[str]:
    """The same."""
    return [
        f"accelerate launch --multi_gpu --num_machines=2 --machine_rank={rank} --num_processes=2 "
        f"--main_process_ip={site.head} --main_process_port={PORT} {' '.join(TRAIN)}"
        for rank in range(2)
    ]


def mpirun(site: Site) -> list[str]:
    """Ranks are mpirun's own."""
    hosts = ",".join(f"{name}:1" for name in site.here.names)
    return [
        f"mpirun --allow-run-as-root --host {hosts} -np 2 --bind-to none -x PATH "
        f"-x OMP_NUM_THREADS {site.ranked('OMPI_COMM_WORLD_RANK')}"
    ]


def srun(site: Site) -> list[str]:
    """Ranks are the allocation's own."""
    command = site.ranked("SLURM_PROCID")
    return [f"srun --jobid={site.slurm_job} --overlap -N2 -n2 --mpi=none --mem=0 {command}"]


WAYS = (
    Way("torchrun", "openmpi", mpirun),
    Way("torchrun", "slurm", srun),
    Way("torchrun", "ssh", torchrun),
    Way("accelerate", "ssh", accelerate),
)


def main() -> None:
    """Each way in turns with its bare tool, the preflight passed, after one start that warms up."""
    with place(2) as here:
        site = prepare(here)
        for way in WAYS:
            pass_preflight(site.folder, hosts=str(here.lab.hosts), **_options(way))
            compare(site, way)


def compare(site: Site, way: Way) -> None:
    """Pairs in turns, ROUNDS of them or as many as BUDGET_S allows, one at least."""
    ours, theirs = list[float](), list[float]()
    bare(site, way)
    began = time.monotonic()
    while len(ours) < ROUNDS and (not ours or time.monotonic() - began < BUDGET_S):
        theirs.append(first_step(bare(site, way)))
        ours.append(first_step(launcher(site, way)))
    ratio = middle(own_s / bare_s for own_s, bare_s in zip(ours, theirs, strict=True))
    tool = way.bare(site)[0].split()[0]
    print(f"\nfirst step, 2 nodes, {way.launcher} by {way.backend}, medians of {len(ours)}")
    print(f"  {tool:26}  {middle(theirs):7.2f} s")
    print(f"  {'launcher start':26}  {middle(ours):7.2f} s")
    print(f"  {'ratio, pair by pair':26}  {ratio:7.2f}     {verdict(ratio, AIM)}", flush=True)


def prepare(here: Place) -> Site:
    """The example, and a Slurm with an allocation of both nodes."""
    shutil.copytree(ROOT / "examples" / "torch_ddp", here.folder / "ddp")
    slurm_up(here.lab)
    return Site(here, allocate(here.lab, "root"))


def _options(way: Way) -> dict[str, str]:
    return {"with_": way.launcher, "backend": way.backend}


def launcher(site: Site, way: Way) -> Watched:
    """`launcher start` from this machine."""
    flags = [f"--hosts={site.here.lab.hosts}", f"--with={way.launcher}", f"--backend={way.backend}"]
    argv = [sys.executable, "-m", "launcher", "start", *flags, "--", *TRAIN]
    environment = {**site.here.environment, "SLURM_JOB_ID": site.slurm_job}
    return watch(argv, site.folder, environment, LIMIT_S)


def bare(site: Site, way: Way) -> Watched:
    """The bare tool, on each node where it is typed; the head's output is watched."""
    env = {"PATH": PATH, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    nodes = site.here.lab.nodes
    argvs = [
        node.argv(f"cd {site.folder} && exec {line}", env=env)
        for node, line in zip(nodes, way.bare(site), strict=False)
    ]
    others = [_quiet(argv, os.environ) for argv in argvs[1:]]
    try:
        return watch(argvs[0], site.folder, os.environ, LIMIT_S)
    finally:
        for other in others:
            other.wait(LIMIT_S)


def _quiet(argv: list[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    none = subprocess.DEVNULL
    return subprocess.Popen(argv, env=dict(env), stdin=none, stdout=none, stderr=none)
