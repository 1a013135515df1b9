"""`launcher diagnose` on a large log: throughput against grep and bare Python, and memory."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.timing import middle, timed
from checks.failures import LITERALS

SIZE = 200_000_000
ROUNDS = 3
AIM_MB_S = 50.0
LIMIT_S = 300.0
ERROR = (
    "[rank5]: Traceback (most recent call last):\n"
    '[rank5]:   File "/data/run/train.py", line 88, in <module>\n'
    "[rank5]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n"
)


def main() -> None:
    """Whole processes, in turns; the error stands near the end, so that all has to be read."""
    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder) / "train.log", Path(folder) / "train.log.gz"
        write(plain)
        packed.write_bytes(gzip.compress(plain.read_bytes(), compresslevel=1))
        literals = Path(folder) / "literals"
        literals.write_text("\n".join(sorted({literal for literal, _ in LITERALS})) + "\n")
        ways: dict[str, Callable[[], tuple[float, float]]] = {
            "diagnose": lambda: diagnose(plain),
            "diagnose, gzip": lambda: diagnose(packed),
            "grep -F -f literals": lambda: grep("-F", literals, plain),
            "grep -E, same literals": lambda: grep("-E", escaped(literals), plain),
            "Python, lines alone": lambda: lines_alone(plain),
        }
        took = {name: [way() for _ in range(ROUNDS)] for name, way in ways.items()}
        show(took, plain.stat().st_size)


def write(path: Path) -> None:
    """SIZE bytes such as ranks of four nodes print; the same each time."""
    with path.open("w", encoding="utf-8") as file:
        written = 0
        for line in training(random.Random(1)):
            written += file.write(line)
            if written > SIZE:
                break
        file.write(ERROR)


def training(chance: random.Random) -> Iterator[str]:
    """Lines of a healthy run, without end."""
    step = 0
    while True:
        step += 1
        node, rank, loss = step % 4 + 1, step % 16, chance.random()
        yield f"node{node}: {{'loss': {loss:.4f}, 'grad_norm': {loss * 2:.4f}, 'epoch': 0.1}}\n"
        yield (
            f"node{node}: [2026-11-21 08:{step // 60 % 60:02}:{step % 60:02},679] [INFO] "
            f"[logging.py:96:log_dist] [Rank 0] step={step}, skipped=0, lr=[1e-05, 1e-05]\n"
        )
        yield f"[rank{rank}]: step {step} | loss {loss:.4f} | tokens/s {loss * 1e5:.1f}\n"
        yield f"node{node}:3120:3188 [0] NCCL INFO Channel {step % 32:02}/0 : 0[0] -> 1[1]\n"
        yield f" 12%|#3        | {step}/100000 [1:02:03<10:11:12,  1.23s/it]\n"


def diagnose(path: Path) -> tuple[float, float]:
    """Seconds and peak memory in MB of a whole process that finds the error."""
    argv = [sys.executable, "-m", "launcher", "diagnose", str(path)]
    took = timed(argv, Path.cwd(), os.environ, LIMIT_S)
    if took.code != 0 or "cuda-oom: rank 5" not in took.out:
        raise RuntimeError(f"the error was not found:\n{took.out}")
    return took.seconds, took.peak_mb


def escaped(literals: Path) -> Path:
    """The literals as patterns for grep -E."""
    path = literals.with_suffix(".E")
    special = str.maketrans({char: f"\\{char}" for char in r".[]()*+?{}|^$\\"})
    path.write_text(literals.read_text().translate(special))
    return path


def grep(kind: str, patterns: Path, log: Path) -> tuple[float, float]:
    """The same search by grep, in bytes."""
    argv: Sequence[str] = ["grep", "-c", kind, "-f", str(patterns), str(log)]
    began = time.monotonic()
    subprocess.run(
        argv,
        env={**os.environ, "LC_ALL": "C"},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=LIMIT_S,
    )
    return time.monotonic() - began, 0.0


def lines_alone(path: Path) -> tuple[float, float]:
    """What Python takes to look at no more than each line's end."""
    began = time.monotonic()
    with path.open("rb") as file:
        count = sum(1 for _ in file)
    if not count:
        raise RuntimeError(f"{path} is empty")
    return time.monotonic() - began, 0.0


def show(took: dict[str, list[tuple[float, float]]], size: int) -> None:
    print(f"\na log of {size / 1e6:.0f} MB with one failed rank near its end")
    least = middle(seconds for seconds, _ in took["diagnose"])
    for name, runs in took.items():
        seconds, peak = middle(one[0] for one in runs), max(one[1] for one in runs)
        memory = f", {peak:.0f} MB of memory" if peak else ""
        rate = size / 1e6 / seconds
        print(f"  {name:<24}{seconds:7.2f} s {rate:7.0f} MB/s {seconds / least:6.2f} ×{memory}")
    rate = size / 1e6 / least
    print(f"  aim {AIM_MB_S:g} MB/s: {'met' if rate >= AIM_MB_S else 'MISSED'}")
