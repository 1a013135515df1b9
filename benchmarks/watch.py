"""What it costs to watch a run that says little, or much: processor time, lost lines, order."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.place import Place, place
from benchmarks.timing import KILLED_WITH_US
from checks.errors import UsageError

NODES = 8
RATES = (2, 10_000)
"""Lines a second, of all nodes together."""
TALK_S = 30.0
SETTLE_S = 5.0
WINDOW_S = 15.0
LIMIT_S = 300.0
TALK = """
import os, sys, time
rest = os.environ["RANK"] + " " + "x" * 60
rate, seconds = float(sys.argv[-2]), float(sys.argv[-1])
total, printed, began = round(rate * seconds), 0, time.monotonic()
while printed < total:
    due = min(total, int((time.monotonic() - began) * rate))
    sys.stdout.write("".join(f"line {n} of {total} {rest}\\n" for n in range(printed, due)))
    sys.stdout.flush()
    printed = due
    time.sleep(0.02 if rate > 50 else 0.5)
"""
SUPERVISOR = "sys.stdin.buffer.readline"
_LINE = re.compile(r"^(\S+) +\d+: line (\d+) of ", re.MULTILINE)


@dataclass(frozen=True)
class Cost:
    """Cores in use: by the launcher here, and on a node by the supervisor and by its sshd."""

    controller: float
    supervisor: float
    sshd: float


def main() -> None:
    """Eight nodes that talk for a while, once at each rate."""
    with place(NODES) as here:
        (here.folder / "talk.py").write_text(TALK)
        took = here.project("preflight", *job_words(here), limit_s=2 * LIMIT_S)
        if took.code:
            raise UsageError(f"the lab is not fit to train:\n{took.out}")
        print(f"\nwatching {NODES} nodes, cores in use over {WINDOW_S:g} s")
        for rate in RATES:
            log = here.folder / f"out-{rate}"
            cost = talk(here, rate, log)
            print(
                f"  {rate:6} lines/s   controller {cost.controller:.3f}   a node's supervisor "
                f"{cost.supervisor:.4f}, its sshd {cost.sshd:.4f}   {judged(log.read_text(), rate)}"
            )


def job_words(here: Place) -> list[str]:
    toml = here.folder / "launch.toml"
    toml.write_text('[start]\nwith = "torchrun"\nbackend = "ssh"\n')
    return ["--hosts", str(here.lab.hosts), "--launch-file", str(toml)]


def talk(here: Place, rate: float, log: Path) -> Cost:
    """Start it, wait until it talks, measure, and let it end."""
    words = ["--no-local-rank", "--", "talk.py", str(rate / NODES), str(TALK_S)]
    process = start_in_background(here, log, words)
    try:
        wait_for_talk(process, log)
        time.sleep(SETTLE_S)
        before, began = list(used(here, process.pid)), time.monotonic()
        time.sleep(WINDOW_S)
        after, span = list(used(here, process.pid)), time.monotonic() - began
        if process.wait(LIMIT_S):
            raise UsageError(f"the run failed:\n{log.read_text()[-3000:]}")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(LIMIT_S)
    cores = [(late - early) / span for early, late in zip(before, after, strict=True)]
    return Cost(cores[0], cores[1] / NODES, cores[2] / NODES)


def start_in_background(here: Place, log: Path, words: Sequence[str]) -> subprocess.Popen[bytes]:
    """A start at work, which prints to the log."""
    start = [sys.executable, "-m", "launcher", "start", *job_words(here), *words]
    with log.open("wb") as out:
        return subprocess.Popen(
            [*KILLED_WITH_US, *start], cwd=here.folder, env=here.environment,
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip


def wait_for_talk(process: subprocess.Popen[bytes], log: Path) -> None:
    """Until each node has printed a line. Raises UsageError where they do not."""
    deadline = time.monotonic() + LIMIT_S
    while len(set(_LINE.findall(log.read_text()))) < NODES:
        if process.poll() is not None or time.monotonic() > deadline:
            raise UsageError(f"the run does not talk:\n{log.read_text()[-3000:]}")
        time.sleep(0.5)


def used(here: Place, pid: int) -> Iterator[float]:
    """CPU seconds so far: of the launcher, of all supervisors, of the nodes' sshd."""
    yield _cpu_s(psutil.Process(pid))
    supervisors = sshds = 0.0
    for node in here.lab.nodes:
        for process in psutil.Process(node.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                supervisors += _cpu_s(process) if SUPERVISOR in " ".join(process.cmdline()) else 0
                sshds += _cpu_s(process) if process.name() == "sshd" else 0
    if not supervisors:
        raise UsageError("no supervisor is to be seen on the nodes")
    yield supervisors
    yield sshds


def _cpu_s(process: psutil.Process) -> float:
    """Its own, and that of the children that it waited for."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def judged(text: str, rate: float) -> str:
    """Whether every line of every node came, once and in its order."""
    numbers_by_node: dict[str, list[int]] = {}
    for node, number in _LINE.findall(text):
        numbers_by_node.setdefault(node, []).append(int(number))
    total = round(rate / NODES * TALK_S)
    lost = NODES * total - sum(len(set(numbers)) for numbers in numbers_by_node.values())
    ordered = all(numbers == sorted(set(numbers)) for numbers in numbers_by_node.values())
    return f"{lost} of {NODES * total} lines lost, order {'kept' if ordered else 'NOT kept'}"
