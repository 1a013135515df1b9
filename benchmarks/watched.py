"""A start that is watched from outside: when its first step was printed, and how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import KILLED_WITH_US
from checks.errors import UsageError

LIMIT_S = 240.0


@dataclass(frozen=True)
class Watched:
    """When the first step was printed, if it was; whether the command ended; its last line."""

    step_s: float | None
    seconds: float
    ended: bool
    last: str


def first_step(seen: Watched) -> float:
    """Seconds to the first step. Raises UsageError with the last words where there was none."""
    if seen.step_s is None:
        raise UsageError(f"no step in {seen.seconds:.0f} s; the last line was: {seen.last}")
    return seen.step_s


def watch(argv: Sequence[str], cwd: Path, env: Mapping[str, str], limit_s: float) -> Watched:
    """Runs a command, noting when its first training step is printed; killed at the limit."""
    began = time.monotonic()
    process = subprocess.Popen(
        [*KILLED_WITH_US, *argv], cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    timer = threading.Timer(limit_s, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    step_s, last = None, ""
    assert process.stdout is not None
    try:
        for line in process.stdout:
            last = line.strip() or last
            if step_s is None and "step 1 loss" in line:
                step_s = time.monotonic() - began
        ended = process.wait() != -signal.SIGKILL
    finally:
        timer.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait()
        process.stdout.close()
    return Watched(step_s, time.monotonic() - began, ended, last)
