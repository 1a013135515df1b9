"""`start --detach`: the launcher goes on in a process of its own, without the terminal."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from launcher.commands.run_text import line_for_run
from launcher.exit_codes import ExitCode
from launcher.record import OUTPUT

OnRecord = Callable[[Path], None]
"""Called with the directory of each run, as soon as that exists."""
RunAll = Callable[[OnRecord], ExitCode]
"""Runs all attempts."""

THREADS_END_S = 10.0
"""For threads that still close connections: a process is forked best while it has one."""


def start_detached(run: RunAll, base: Path) -> ExitCode:
    """Call `run` in a session of its own, its output in the directory of the run under way.

    Returns in both processes: in the new one with what `run` returns; in the caller's once the
    first directory exists, and it has said which it is, or with the exit code of `run` where there
    is none.
    """
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(THREADS_END_S)
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        return _run_without_terminal(run, writing)
    os.close(writing)
    try:
        with open(reading, encoding="utf-8") as report:
            path = report.read()
    except KeyboardInterrupt:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        raise
    if path:
        print("\n".join(_next_lines(Path(path).name, base, pid)))
        return ExitCode.DONE
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return ExitCode(code) if code >= 0 else ExitCode.FAILED


def _run_without_terminal(run: RunAll, writing: int) -> ExitCode:
    """A new session has no terminal, and nothing of ours opens one."""
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with open(writing, "w", encoding="utf-8") as report:

        def move_output(path: Path) -> None:
            sys.stdout.flush()
            sys.stderr.flush()
            output = os.open(path / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.close(output)
            if not report.closed:
                report.write(str(path))
                report.close()

        return run(move_output)


def _next_lines(name: str, base: Path, pid: int) -> list[str]:
    """What runs, and the lines that lead back to it."""
    lines = {
        "watch it:": line_for_run("attach", name, base),
        "its state:": line_for_run("status", name, base),
        "its output:": line_for_run("logs", name, base, "--follow"),
        "end it:": line_for_run("stop", name, base),
    }
    return [
        f"{name} runs in process {pid}; this terminal may be closed",
        *(f"  {what:<12} {line}" for what, line in lines.items()),
    ]
