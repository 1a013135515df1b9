"""An interpreter that imports torch once and forks a child for each task that it is given.

This file is not imported: its text is sent to the nodes, where the training interpreter reads it
from standard input. Tasks come as JSON lines, {"program", "children", "limit", "keep", "folder"}:
the text of a task, the variables of each child, seconds, what to keep of the output: of each line
what that pattern matches, once. With "grace" one that fails leaves the others so many seconds, with
"teardown" a child ends as an interpreter does: what crashes there, crashes training. With
"prepares" the children are forked by one that imported what all of them need.

A task's text has a function `task(torch, say)`, and for "prepares" a `prepare(torch, say)`. Each
child's own output goes to files, which never block it; `python -u` has C write there at once as
well. It leads a session, which ends with it.
Nothing here initialises CUDA: a child of a process that did so could not use it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import gc
import importlib
import json
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

MARK = "PREFLIGHT-WARM "
OUTPUT_TAIL, MAX_KEPT_LINES = 6000, 200
MOST_OUTPUT, LONGEST_LINE = 16 << 20, 1 << 20
LOOK_BEFORE_S = 1.5
"""Seconds before the limit at which it is looked what a child waits for."""
KILL_GRACE_S = 2.0
"""Seconds after its own limit in which a child may show its stack before it is killed."""
LEAST_S = 1.0
"""Seconds that children are given, however long was prepared for them."""


class ChildEnd(NamedTuple):
    """Exit code, None for one that had to be killed, and seconds since it began.

    `processor_wait` are those in which one that came near its limit was ready to run, and did not.
    """

    code: int | None
    seconds: float
    processor_wait: float = 0.0


def answer_probe(**facts: Any) -> None:
    """One answer for the probe."""
    print(MARK + json.dumps(facts), flush=True)


def print_facts(**facts: Any) -> None:
    """One line of a child, on its own output."""
    os.write(1, ("\n" + MARK + json.dumps(facts) + "\n").encode())


def describe_exception(error: BaseException) -> dict[str, str]:
    """An exception, without the native frames that torch puts behind its message."""
    detail = str(error).partition("\nException raised from")[0]
    trace = traceback.format_exc()[-3000:]
    return {"error": type(error).__name__, "detail": detail[:1500], "trace": trace}


def run_child(work: Callable[[], None], limit: float, env: Mapping[str, str], path: str) -> int:
    """The work, in a process of its own; the exit code."""
    for number, name in ((0, os.devnull), (1, path + ".out"), (2, path + ".err")):
        opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
    os.environ.update(env)
    with open(2, "w", closefd=False) as err:
        faulthandler.enable(err)
        faulthandler.dump_traceback_later(limit, exit=True, file=err)
    try:
        work()
    except Exception as error:  # noqa: BLE001 - whatever it was is the answer
        print_facts(**describe_exception(error))
        return 1
    return 0


def call_function(torch: Any, order: Mapping[str, Any], name: str) -> None:
    """Call that function of the task's text."""
    names: dict[str, Any] = {"__name__": "task"}
    exec(compile(order["program"], "task", "exec"), names)
    names[name](torch, print_facts)


def fork_child(run: Callable[[], int], *, teardown: bool) -> int:
    """Run it in a child, which ends there; the child's process id."""
    if pid := os.fork():
        return pid
    os.setsid()
    try:
        code = run()
    except SystemExit:
        raise  # also of a child's child, which unwinds all that was called before it
    except BaseException:  # noqa: BLE001 - nothing brings it to where its parent goes on
        code = 1
    if teardown:
        sys.exit(code)
    os._exit(code)


def child_report(path: str, keep: str) -> dict[str, Any]:
    """What a child said, in order, and what else its output has."""
    said: dict[str, Any] = {}
    kept: dict[str, None] = {}
    for line in last_output(path + ".out", MOST_OUTPUT):
        if line.startswith(MARK):
            with contextlib.suppress(ValueError):  # half of it, where much was printed
                said.update(json.loads(line[len(MARK) :]))
        elif keep and len(kept) < MAX_KEPT_LINES and (found := re.search(keep, line)):
            kept[found[0].strip()[:400]] = None
    words = "".join(last_output(path + ".err", 4 * OUTPUT_TAIL))[-OUTPUT_TAIL:]
    return {"said": said, "kept": list(kept), "err": words}


def last_output(path: str, size: int) -> Iterator[str]:
    """The lines of so many of the file's last bytes; one that is longer than LONGEST_LINE in parts.

    What a rank prints may be of any length.
    """
    with open(path, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - size))
        for _ in range(size):
            line = file.readline(LONGEST_LINE)
            if not line:
                return
            yield line.decode("utf-8", "replace")


def unanswered_addresses(pid: int) -> list[str]:
    """`address:port` of each connection of that process that waits for its first answer.

    None is known without psutil, which comes with DeepSpeed and with accelerate.
    """
    try:
        import psutil
    except ImportError:
        return []
    try:
        process = psutil.Process(pid)
        list_connections = getattr(process, "net_connections", None) or process.connections
        connections = list_connections("tcp")
    except psutil.Error:
        return []
    called = [link.raddr for link in connections if link.status == psutil.CONN_SYN_SENT]
    return [f"{address.ip.removeprefix('::ffff:')}:{address.port}" for address in called]


def processor_wait(pid: int) -> float:
    """Seconds in which that process was ready to run and had no processor; 0 where unknown."""
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            return round(int(file.read().split()[1]) / 1e9, 1)
    except (OSError, IndexError, ValueError):
        return 0.0


def wait_for_children(
    pids: Mapping[int, int], limit: float, grace: float, waits: dict[int, list[str]]
) -> dict[int, ChildEnd]:
    """The end of each child by number.

    They are killed after the limit, or `grace` seconds after one failed. Shortly before the limit
    `waits` is filled: whom those that are left call in vain. Nothing they started is left.
    """
    began = time.monotonic()
    ends: dict[int, ChildEnd] = {}
    left, deadline = dict(pids), limit + KILL_GRACE_S
    while left:
        seconds = round(time.monotonic() - began, 2)
        if seconds > limit - LOOK_BEFORE_S and not waits:
            waits.update({number: unanswered_addresses(pid) for pid, number in left.items()})
        for pid in list(left):
            delay = processor_wait(pid) if seconds > limit - LOOK_BEFORE_S else 0.0
            gone, status = os.waitpid(pid, os.WNOHANG)
            if gone:
                code = os.waitstatus_to_exitcode(status)
                ends[left.pop(pid)] = ChildEnd(code, seconds, delay)
                deadline = min(deadline, seconds + grace) if code else deadline
        if left and seconds > deadline:
            for pid, number in left.items():
                ends[number] = ChildEnd(None, seconds, processor_wait(pid))
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            break
        time.sleep(0.02)
    kill_sessions(pids)
    return ends


def kill_sessions(leaders: Iterable[int]) -> None:
    """End what these children started and left."""
    for leader in leaders:
        with contextlib.suppress(OSError):
            os.killpg(leader, signal.SIGKILL)


def fork_children(torch: Any, order: Mapping[str, Any]) -> dict[int, int]:
    """The children of one task: their numbers by process id.

    What is there before them is no garbage of theirs: to look through it would copy its memory,
    which costs a child more than a second at its end.
    """
    gc.freeze()
    pids = {}
    for number, env in enumerate(order["children"]):
        work = functools.partial(call_function, torch, order, "task")
        path = f"{order['folder']}/child{number}"
        run = functools.partial(run_child, work, float(order["limit"]), env, path)
        pids[fork_child(run, teardown=order.get("teardown", False))] = number
    return pids


def child_reports(order: Mapping[str, Any], pids: Mapping[int, int]) -> list[dict[str, Any]]:
    """What became of each child, once all have ended."""
    waits: dict[int, list[str]] = {}
    grace = float(order.get("grace", "inf"))
    ends = wait_for_children(pids, float(order["limit"]), grace, waits)
    children = []
    for number in range(len(order["children"])):
        report = child_report(f"{order['folder']}/child{number}", order["keep"])
        children.append({**describe_end(ends[number], waits.get(number, [])), **report})
    return children


def describe_end(end: ChildEnd, unanswered: list[str]) -> dict[str, Any]:
    """A child's end as the probe reports it."""
    code, seconds, delay = end
    return {"code": code, "ended": seconds, "unanswered": unanswered, "processor_wait": delay}


def prepare_children(torch: Any, order: Mapping[str, Any]) -> None:
    """Import what all children of a task need, then be their parent and say what became of each."""
    began = time.monotonic()
    call_function(torch, order, "prepare")
    faulthandler.cancel_dump_traceback_later()
    left = max(LEAST_S, float(order["limit"]) - (time.monotonic() - began))
    order = {**order, "limit": left}
    pids = fork_children(torch, order)
    print_facts(leaders=list(pids))
    print_facts(children=child_reports(order, pids))


def prepared_reports(torch: Any, order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What became of each child of a task that prepares, in a process that ends with the task.

    So what it imports, or breaks by that, no other task has. Where that process fails, each
    child's end is its own.
    """
    limit, path = float(order["limit"]), f"{order['folder']}/prepared"
    shared = set.intersection(*(set(env.items()) for env in order["children"]))
    work = functools.partial(prepare_children, torch, order)
    run = functools.partial(run_child, work, limit, dict(shared), path)
    parent = fork_child(run, teardown=False)
    ends = wait_for_children({parent: 0}, limit + KILL_GRACE_S, 0.0, {0: []})
    report = child_report(path, order["keep"])
    kill_sessions(report["said"].pop("leaders", ()))
    end = {**describe_end(ends[0], []), **report}
    return report["said"].get("children") or [end for _ in order["children"]]


def run_task(torch: Any, order: Mapping[str, Any]) -> None:
    """All children of one task, and what became of each."""
    if order.get("prepares"):
        children = prepared_reports(torch, order)
    else:
        children = child_reports(order, fork_children(torch, order))
    answer_probe(children=children)


def main() -> None:
    """Import torch, say so, and do what is asked until the input ends."""
    faulthandler.enable()
    faulthandler.dump_traceback_later(float(os.environ["PREFLIGHT_IMPORT_LIMIT"]), exit=True)
    answer_probe(stage="import torch")
    try:
        torch = importlib.import_module("torch")
        importlib.import_module("torch.distributed")
    except Exception as error:  # noqa: BLE001 - whatever it was is the answer
        answer_probe(**describe_exception(error))
        sys.exit(1)
    faulthandler.cancel_dump_traceback_later()
    answer_probe(torch=torch.__version__)
    for line in sys.stdin:
        run_task(torch, json.loads(line))


if __name__ == "__main__":
    main()
