"""What it costs a step that the ranks of a run can be asked what they do.

Two pairs of ranks do the same in turns, ABBA, a block of collectives each: one as torch starts
them, one with the hook of a run, with torch's worker server open in it. So what else this machine
does befalls both, and a pair that waits uses nothing. Where there is a GPU each pair is a rank by
itself: two that share a GPU wait for its turns, a thousand times what is measured here. Only
collectives are compared, which is all of a step that is watched: beside a whole step their cost is
lost in its noise. Of a block the quickest counts, on which the machine's other work has the least
part: on CPUs by the processor time of the rank, on a GPU by the time that passes. What it costs a
rank to be asked stands by itself.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.timing import verdict
from launcher.agent import hook
from launcher.agent.worker_server import recorded_entries
from launcher.run.stragglers import EVERY_S

GPU = bool(glob.glob("/dev/nvidia[0-9]*"))
RANKS, TURNS, BLOCK, WARM_UP = 1 if GPU else 2, 60, 8, 3
ASKED = 50
STEP_S, PER_STEP = 0.05, 10
AIM_PERCENT = 1.0
RANK = """
import json, os, sys, time
import torch
import torch.distributed as dist

rank, blocks = int(os.environ["RANK"]), int(sys.argv[-1])
torch.set_num_threads(1)
gpu = torch.cuda.is_available()
clock = time.monotonic if gpu else time.process_time
device = torch.device("cuda", 0) if gpu else torch.device("cpu")
dist.init_process_group("nccl" if gpu else "gloo")
row = torch.ones(3, device=device)
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    spent = []
    for _ in range(blocks):
        began = clock()
        for _ in range(20):
            dist.all_reduce(row)
        gpu and torch.cuda.synchronize()
        spent.append(clock() - began)
    print(json.dumps(min(spent) / 20), file=answers, flush=True)
dist.destroy_process_group()
"""


@dataclass
class Pair:
    """Ranks that wait for a word to do a block."""

    ranks: list[subprocess.Popen[str]]

    def block(self) -> float:
        """Seconds that a collective of the next block took, of all ranks together."""
        for rank in self.ranks:
            assert rank.stdin is not None
            rank.stdin.write("go\n")
            rank.stdin.flush()
        return sum(self._answer(rank) for rank in self.ranks)

    def asked(self, home: Path) -> float:
        """Processor seconds of a rank for its record of collectives, once."""
        rank = psutil.Process(self.ranks[0].pid)
        before = sum(rank.cpu_times()[:2])
        for _ in range(ASKED):
            recorded_entries(str(home), rank.pid)  # type: ignore[no-untyped-call]
        return float(sum(rank.cpu_times()[:2]) - before) / ASKED

    @staticmethod
    def _answer(rank: subprocess.Popen[str]) -> float:
        assert rank.stdout is not None
        spent: float = json.loads(rank.stdout.readline())
        return spent

    def end(self) -> None:
        """All have ended after this."""
        for rank in self.ranks:
            rank.kill()
            rank.communicate()


@contextlib.contextmanager
def started(home: Path | None) -> Iterator[Pair]:
    """A pair, in a run's folder where there is one; it has ended afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    pair = Pair([_start_rank(rank, port, home) for rank in range(RANKS)])
    try:
        for _ in range(WARM_UP):
            pair.block()
        yield pair
    finally:
        pair.end()


def _start_rank(rank: int, port: int, home: Path | None) -> subprocess.Popen[str]:
    env: dict[str, str] = {
        **os.environ,
        "RANK": str(rank),
        "WORLD_SIZE": str(RANKS),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "OMP_NUM_THREADS": "1",
        **({"PYTHONPATH": str(home / "hook")} if home else {}),
    }
    pipe, argv = subprocess.PIPE, [sys.executable, "-c", RANK, str(BLOCK)]
    return subprocess.Popen(
        argv, env=env, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    )


def main() -> None:
    """What a collective costs more, between which bounds that lies, and what it is of a step."""
    with tempfile.TemporaryDirectory(prefix="overhead-") as name:
        home = Path(name)
        (home / "hook").mkdir()
        shutil.copy(hook.__file__, home / "hook" / "sitecustomize.py")
        os.mkfifo(home / "records")
        records = os.open(home / "records", os.O_RDWR)
        try:
            with started(None) as bare, started(home) as watched:
                times = [measure(bare, watched) for _ in range(TURNS)]
                asked_s = watched.asked(home)
        finally:
            os.close(records)
    report(times)
    print(
        f"  {1000 * asked_s:.1f} ms of a processor to be asked, every {EVERY_S:g} s: "
        f"{100 * asked_s / EVERY_S:.2f} %"
    )


def measure(bare: Pair, watched: Pair) -> tuple[float, float]:
    """ABBA: what drifts meanwhile is in both."""
    first, second, third, last = (pair.block() for pair in (bare, watched, watched, bare))
    return first + last, second + third


def report(times: Sequence[tuple[float, float]]) -> None:
    """Of all turns the median, and the middle 95 of 100 medians of turns drawn at random."""
    costs = [1e6 * (watched - bare) / (2 * RANKS) for bare, watched in times]
    drawn = random.Random(1)
    medians = sorted(statistics.median(drawn.choices(costs, k=len(costs))) for _ in range(2000))
    low, high, cost = medians[50], medians[-51], statistics.median(costs)
    whole = 1e6 * statistics.median(bare for bare, _ in times) / (2 * RANKS)
    load, part = os.getloadavg()[0], 100 * PER_STEP * high / 1e6 / STEP_S
    print(f"\na collective of a watched run, {len(times)} turns at load {load:.0f}")
    print(f"  {whole:.1f} us, and {cost:+.2f} us to be watched ({low:+.2f} to {high:+.2f})")
    print(
        f"  a step of {1000 * STEP_S:.0f} ms with {PER_STEP} of them: {part:+.2f} % at most   "
        f"{verdict(part, AIM_PERCENT)}"
    )
