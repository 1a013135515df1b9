"""One process, timed from outside: its wall clock, what it used, and what it printed."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KILLED_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Before a command: it does not outlive a benchmark that is killed."""


@dataclass(frozen=True)
class Took:
    """`cpu_s` is that of the process and the children it waited for; `peak_mb` its own memory."""

    code: int
    seconds: float
    cpu_s: float
    peak_mb: float
    out: str


def timed(argv: Sequence[str], cwd: Path, env: Mapping[str, str], limit_s: float) -> Took:
    """Runs to the end, or for `limit_s` at most. Output goes to a file: a pipe would cost time."""
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = subprocess.Popen(
            [*KILLED_WITH_US, *argv], cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        killer = threading.Timer(limit_s, os.killpg, (process.pid, signal.SIGKILL))
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        killer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    cpu_s = usage.ru_utime + usage.ru_stime
    return Took(process.returncode, seconds, cpu_s, usage.ru_maxrss / 1024, text)


def middle(values: Iterable[float]) -> float:
    """The median: one slow or one lucky run must not move a figure."""
    return statistics.median(values)


def verdict(value: float, aim: float) -> str:
    """The aim, and whether it is met."""
    return f"aim {aim:g}: {'met' if value <= aim else 'MISSED'}"
