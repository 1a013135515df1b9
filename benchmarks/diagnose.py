"""`launcher diagnose` on a large log: throughput against grep and bare Python, and memory."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.timing import Took, middle, timed
from checks.knowledge.failures import LITERALS

SIZE = 100_000_000
ROUNDS = 3
AIM_MB_S = 50.0
LIMIT_S = 300.0
LINES = "import sys; print(sum(1 for _ in open(sys.argv[1], 'rb')))"
ERROR = (
    "[rank5]: Traceback (most recent call last):\n"
    '[rank5]:   File "/data/run/train.py", line 88, in <module>\n'
    "[rank5]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n"
)


def main() -> None:
    """Whole processes, in turns; the error stands near the end, so that all has to be read."""
    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder) / "train.log", Path(folder) / "train.log.gz"
        write(plain, training(random.Random(1)))
        varied = Path(folder) / "prose.log"
        write(varied, prose(random.Random(1)))
        wrapped = Path(folder) / "json.log"
        write(wrapped, json_lines(random.Random(1)))
        with plain.open("rb") as read, gzip.open(packed, "wb", compresslevel=1) as written:
            shutil.copyfileobj(read, written, 1 << 20)
        literals = Path(folder) / "literals"
        literals.write_text("\n".join(sorted({literal for literal, _ in LITERALS})) + "\n")
        escaped(literals)
        ways: dict[str, Callable[[], Took]] = {
            "diagnose": lambda: diagnose(plain),
            "diagnose, gzip": lambda: diagnose(packed),
            "diagnose, prose": lambda: diagnose(varied),
            "diagnose, JSON lines": lambda: diagnose(wrapped),
            "grep -F, same literals": lambda: process("grep", "-cFf", str(literals), str(plain)),
            "grep -E, same literals": lambda: process("grep", "-cEf", f"{literals}.E", str(plain)),
            "Python, lines alone": lambda: process(sys.executable, "-c", LINES, str(plain)),
        }
        took = {name: [way() for _ in range(ROUNDS)] for name, way in ways.items()}
        show(took, plain.stat().st_size)


def write(path: Path, lines: Iterator[str]) -> None:
    """SIZE bytes of these lines, then the error."""
    with path.open("w", encoding="utf-8") as file:
        written = 0
        for line in lines:
            written += file.write(line)
            if written > SIZE:
                break
        file.write(ERROR)


def prose(chance: random.Random) -> Iterator[str]:
    """Sentences of the guides' words, without end: each line has a shape of its own."""
    texts = (page.read_text(encoding="utf-8") for page in sorted(Path("docs").glob("*.md")))
    words = sorted({word for text in texts for word in re.findall(r"\b[a-z]{2,12}\b", text)})
    while True:
        yield " ".join(chance.choices(words, k=chance.randint(6, 20))).capitalize() + ".\n"


def json_lines(chance: random.Random) -> Iterator[str]:
    """The same lines as a cluster's logger writes them."""
    for at, line in enumerate(training(chance)):
        record = {"time": f"2026-11-21T08:00:{at % 60:02}Z", "host": f"node{at % 4}", "msg": line}
        yield json.dumps(record) + "\n"


def training(chance: random.Random) -> Iterator[str]:
    """Lines of a healthy run of four nodes, without end."""
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


def diagnose(path: Path) -> Took:
    """A whole process that finds the error."""
    took = process(sys.executable, "-m", "launcher", "diagnose", str(path))
    if took.code != 0 or "cuda-oom: rank 5" not in took.out:
        raise RuntimeError(f"the error was not found:\n{took.out}")
    return took


def process(*argv: str) -> Took:
    return timed(argv, Path.cwd(), {**os.environ, "LC_ALL": "C"}, LIMIT_S)


def escaped(literals: Path) -> None:
    """The literals as patterns for grep -E, beside them."""
    special = str.maketrans({char: f"\\{char}" for char in r".[]()*+?{}|^$\\"})
    Path(f"{literals}.E").write_text(literals.read_text().translate(special))


def show(took: dict[str, list[Took]], size: int) -> None:
    """Processor time decides: the wall clock is shared with whatever else runs."""
    print(f"\na log of {size / 1e6:.0f} MB with one failed rank near its end")
    least = middle(measured.cpu_s for measured in took["diagnose"])
    for name, runs in took.items():
        cpu_s, seconds = middle(run.cpu_s for run in runs), middle(run.seconds for run in runs)
        print(
            f"  {name:<24}{cpu_s:7.2f} s of processor {size / 1e6 / cpu_s:7.0f} MB/s "
            f"{cpu_s / least:6.2f} ×  wall {seconds:6.2f} s  {max(o.peak_mb for o in runs):4.0f} MB"
        )
    print(f"  aim {AIM_MB_S:g} MB/s: {'met' if size / 1e6 / least >= AIM_MB_S else 'MISSED'}")
