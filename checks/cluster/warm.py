"""An interpreter that imports torch once and forks a child for each task that it is given.

This file is not imported: its text is sent to the nodes, where the training interpreter reads it
from standard input. Tasks come as JSON lines, {"program", "children", "limit", "keep", "folder"}:
the text of a task, the variables of each child, seconds, what to keep of the output. A task's text
has a function `task(torch, say)`. Each child's own output goes to files, which never block it.
"""

from __future__ import annotations

import faulthandler
import functools
import importlib
import json
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

MARK = "PREFLIGHT-WARM "
TAIL, MOST_KEPT = 4000, 200
GRACE = 2.0
"""Seconds after its own limit in which a child may show its stack before it is killed."""


def told(**facts: Any) -> None:
    """One answer for the probe."""
    print(MARK + json.dumps(facts), flush=True)


def say(**facts: Any) -> None:
    """One line of a child, on its own output."""
    os.write(1, ("\n" + MARK + json.dumps(facts) + "\n").encode())


def failure(error: BaseException) -> dict[str, str]:
    """An exception, without the native frames that torch puts behind its message."""
    detail = str(error).partition("\nException raised from")[0]
    trace = traceback.format_exc()[-3000:]
    return {"error": type(error).__name__, "detail": detail[:1500], "trace": trace}


def child(torch: Any, order: Mapping[str, Any], env: Mapping[str, str], path: str) -> int:
    """The task, in a process of its own; the exit code."""
    for number, name in ((0, os.devnull), (1, path + ".out"), (2, path + ".err")):
        opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
    os.environ.update(env)
    with open(2, "w", closefd=False) as err:
        faulthandler.enable(err)
        faulthandler.dump_traceback_later(float(order["limit"]), exit=True, file=err)
    try:
        names: dict[str, Any] = {"__name__": "task"}
        exec(compile(order["program"], "task", "exec"), names)
        names["task"](torch, say)
    except Exception as error:  # noqa: BLE001 - whatever it was is the answer
        say(**failure(error))
        return 1
    return 0


def fork(run: Callable[[], int]) -> int:
    """Run it in a child, which ends there; the child's process id."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        code = run()
    finally:
        os._exit(code)


def report(path: str, keep: str) -> dict[str, Any]:
    """What a child said, in order, and what else its output has."""
    said: dict[str, Any] = {}
    kept: dict[str, None] = {}
    with open(path + ".out", encoding="utf-8", errors="replace") as out:
        for line in out:
            if line.startswith(MARK):
                said.update(json.loads(line[len(MARK) :]))
            elif keep and re.search(keep, line) and len(kept) < MOST_KEPT:
                kept[line.strip()[:400]] = None
    with open(path + ".err", encoding="utf-8", errors="replace") as err:
        words = err.read()[-TAIL:]
    return {"said": said, "kept": list(kept), "err": words}


def ended(pids: Mapping[int, int], limit: float) -> dict[int, tuple[int | None, float]]:
    """Exit code and seconds of each child by number; None for those that had to be killed."""
    began = time.monotonic()
    ends: dict[int, tuple[int | None, float]] = {}
    left = dict(pids)
    while left:
        seconds = round(time.monotonic() - began, 2)
        for pid in list(left):
            gone, status = os.waitpid(pid, os.WNOHANG)
            if gone:
                ends[left.pop(pid)] = (os.waitstatus_to_exitcode(status), seconds)
        if left and seconds > limit + GRACE:
            for pid, number in left.items():
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                ends[number] = (None, seconds)
            break
        time.sleep(0.02)
    return ends


def perform(torch: Any, order: Mapping[str, Any]) -> None:
    """All children of one task, and what became of each."""
    paths = [f"{order['folder']}/child{number}" for number in range(len(order["children"]))]
    pids = {}
    for number, (path, env) in enumerate(zip(paths, order["children"], strict=True)):
        pids[fork(functools.partial(child, torch, order, env, path))] = number
    ends = ended(pids, float(order["limit"]))
    children = []
    for number, path in enumerate(paths):
        code, seconds = ends[number]
        children.append({"code": code, "ended": seconds, **report(path, order["keep"])})
    told(children=children)


def main() -> None:
    """Import torch, say so, and do what is asked until the input ends."""
    faulthandler.enable()
    try:
        torch = importlib.import_module("torch")
        importlib.import_module("torch.distributed")
    except Exception as error:  # noqa: BLE001 - whatever it was is the answer
        told(**failure(error))
        return
    told(torch=torch.__version__)
    for line in sys.stdin:
        perform(torch, json.loads(line))


if __name__ == "__main__":
    main()
