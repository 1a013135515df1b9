"""What is told of runs, and their end on request: status, logs, runs, stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from typing import TextIO

from checks.errors import PreflightError, UsageError
from checks.job.user_files import suggest_word
from checks.model import Job, Node, Ssh
from launcher.record import RecordedRun, all_runs, find_run
from launcher.run.supervisors import end_marked_processes

STOP_S = 120.0
POLL_S = 0.3


def list_runs(args: Namespace) -> int:
    """One line a run, oldest first."""
    for run in all_runs(args.runs):
        print(f"{run.name}  {run.state}")
    return 0


def show_status(args: Namespace) -> int:
    """What is true of a run now."""
    run = find_run(args.runs, args.which)
    result, state = run.read("result.json"), run.state
    print(f"{run.name}: {state}")
    if attempt := run.read("attempt.json"):
        after = f", after {attempt['after']}" if attempt["after"] else ""
        print(f"  attempt {attempt['number']} of {attempt['of']}{after}")
    print("\n".join(f"  {line}" for line in _rank_lines(run)))
    if missing := sum(result.get("missing", {}).values()):
        print(f"its record misses {missing} lines or files, which could not be written")
    if state == "lost":
        print(
            "the launcher that ran it died; its nodes end what is left by themselves within "
            f"seconds. To be sure: python -m launcher stop {run.name}"
        )
    for text in (result.get("diagnosis"), run.read("recheck.json").get("text")):
        if text:
            print(text)
    print(f"{run.path}")
    return 0


def _rank_lines(run: RecordedRun) -> Iterator[str]:
    """What each planned rank last told."""
    told: dict[int, str] = {}
    for event in run.rank_events():
        if event["kind"] == "rank-started":
            told[event["rank"]] = f"running, process {event['pid']}"
        if event["kind"] == "rank-ended":
            told[event["rank"]] = f"ended with {event['code']}"
    for rank, code in run.read("result.json").get("ranks", {}).items():
        told[int(rank)] = f"ended with {code}"
    alive = run.controller is not None
    for rank in run.read("plan.json").get("ranks", ()):
        last = told.get(rank["rank"], "not started")
        if not alive and last.startswith("running"):
            last = "no exit status received"
        yield f"rank {rank['rank']} on {rank['node']}: {last}"


def show_logs(args: Namespace) -> int:
    """The logs of a run, each line with its node's name; with --follow until the run ends."""
    run = find_run(args.runs, args.which)
    if args.node and args.node not in (names := _node_names(run)):
        raise UsageError(
            f"--node {args.node}: no such node in {run.name}{suggest_word(args.node, names)}"
        )
    files: dict[str, TextIO] = {}
    while True:
        ended = run.controller is None or bool(run.read("result.json"))
        _print_new(run, files, args.node)
        if ended or not args.follow:
            return 0
        time.sleep(POLL_S)


def _node_names(run: RecordedRun) -> list[str]:
    return list(run.read("plan.json").get("nodes", {}))


def _print_new(run: RecordedRun, files: dict[str, TextIO], node: str | None) -> None:
    for name, path in run.log_files.items():
        if node in (None, name):
            file = files.setdefault(name, path.open(encoding="utf-8", errors="replace"))
            sys.stdout.writelines(f"{name} {line}" for line in file)
    sys.stdout.flush()


def stop_run(args: Namespace) -> int:
    """End a run on every node, through its launcher or, where that is gone, without it."""
    run = find_run(args.runs, args.which)
    pid = run.controller
    if run.read("result.json"):
        return _stop_ended_run(run, all_runs(args.runs), pid)
    if pid is None:
        return _stop_lost_run(run)
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while run.controller is not None and time.monotonic() < deadline:
        time.sleep(POLL_S)
    if run.controller is not None:
        raise PreflightError(
            f"{run.name}: its launcher, process {pid}, did not end in {STOP_S:g} s"
        )
    print(f"{run.name}: {run.state}")
    return 0


def _stop_ended_run(run: RecordedRun, others: list[RecordedRun], pid: int | None) -> int:
    """Of a run that has ended, there is only its next try to be prevented."""
    waiting = pid is not None and run.read("attempt.json")
    if waiting and pid is not None and run.name == others[-1].name:
        os.kill(pid, signal.SIGTERM)
        print(f"{run.name} has ended already: {run.state}; it is not started again")
        return 0
    print(f"{run.name} has ended already: {run.state}")
    return 0


def _stop_lost_run(run: RecordedRun) -> int:
    """End what bears the run's mark on its nodes."""
    plan = run.read("plan.json")
    if not plan:
        print(f"{run.name}: its launcher died before anything was started")
        return 0
    failed = end_marked_processes(
        _login_job(plan["job"]), plan["token"], plan["home"], list(plan["nodes"])
    )
    for node, why in failed.items():
        print(f"{node}: {why}", file=sys.stderr)
    if failed:
        raise PreflightError(f"{run.name}: not known to have ended on {', '.join(failed)}")
    print(f"{run.name}: nothing of it is left on {', '.join(plan['nodes'])}")
    return 0


def _login_job(saved: dict[str, object]) -> Job:
    """As much of the job as a login needs."""
    nodes = tuple(Node(**node) for node in saved["nodes"])  # type: ignore[attr-defined]
    ssh = Ssh(**saved["ssh"])  # type: ignore[arg-type]
    return Job(nodes=nodes, head=str(saved["head"]), ssh=ssh, python=str(saved["python"]))
