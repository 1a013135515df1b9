"""All ranks meet and add up: our smoke beside torchrun, called by hand on each node."""

from __future__ import annotations

import concurrent.futures
import json
import time

from benchmarks.place import VENV, Place, place
from benchmarks.timing import middle, timed
from checks.errors import UsageError

SIZES = (2, 4, 8)
ROUNDS = 3
LIMIT_S = 180.0
PORT = 29500
SCRIPT = """\
import torch
import torch.distributed as dist

dist.init_process_group("gloo")
parts = torch.zeros(dist.get_world_size())
parts[dist.get_rank()] = dist.get_rank() + 1
dist.all_reduce(parts)
assert parts.tolist() == list(range(1, dist.get_world_size() + 1))
dist.barrier()
dist.destroy_process_group()
"""


def main() -> None:
    """Each in turns, on the same nodes; a first round, which fills caches, does not count."""
    print("\nranks meet, medians of", ROUNDS)
    for nodes in SIZES:
        with place(nodes) as here:
            (here.folder / "meet.py").write_text(SCRIPT, encoding="utf-8")
            torchrun(here)
            theirs, ours, inside = list[float](), list[float](), list[float]()
            for _ in range(ROUNDS):
                theirs.append(torchrun(here))
                whole, stage = smoke(here)
                ours.append(whole)
                inside.append(stage)
            print(
                f"  {nodes} nodes: preflight {middle(ours):6.2f} s, of which the meeting with the "
                f"import {middle(inside):6.2f} s; torchrun {middle(theirs):6.2f} s",
                flush=True,
            )


def smoke(here: Place) -> tuple[float, float]:
    """Seconds of the whole preflight of this one claim, and of its stage. Raises UsageError."""
    facts = here.folder / "facts.json"
    words = ["--hosts", str(here.lab.hosts), "-k", "ranks-meet", "--save-facts", str(facts)]
    took = here.project("preflight", *words, limit_s=LIMIT_S)
    if took.code:
        raise UsageError(f"the ranks did not meet:\n{took.out}")
    stages = json.loads(facts.read_text(encoding="utf-8"))["stages"]
    return took.seconds, float(stages["rendezvous"])


def torchrun(here: Place) -> float:
    """Seconds until torchrun has ended on all nodes, started on all at once. Raises UsageError."""
    head = here.lab.nodes[0].address

    def one(number: int) -> str:
        words = (
            f"cd {here.folder} && exec {VENV / 'bin' / 'torchrun'} --nnodes {len(here.names)} "
            f"--node_rank {number} --nproc_per_node 1 --master_addr {head} "
            f"--master_port {PORT} meet.py"
        )
        took = timed(here.lab.nodes[number].argv(words), here.folder, here.environment, LIMIT_S)
        return took.out if took.code else ""

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(here.names)) as pool:
        failed = [said for said in pool.map(one, range(len(here.names))) if said]
    if failed:
        raise UsageError(f"torchrun failed:\n{failed[0][-2000:]}")
    return time.monotonic() - began
