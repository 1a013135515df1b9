"""The commands on recorded runs: runs, status, logs, stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from typing import TextIO

from checks.errors import PreflightError, UsageError
from checks.folded_names import fold_names
from checks.job.user_files import suggest_word
from checks.model import Job, Node, Ssh
from launcher.record import RecordedRun, all_runs, find_run
from launcher.run.messages import RankEnded, RankStarted
from launcher.run.state import describe_exit
from launcher.run.supervisors import end_marked_processes

STOP_S = 120.0
POLL_S = 0.3


def list_runs(args: Namespace) -> None:
    """One line a run, oldest first."""
    for run in all_runs(args.runs):
        print(f"{run.name}  {run.state}")


def show_status(args: Namespace) -> None:
    """The state of a run now, of each rank, and the diagnosis."""
    run = find_run(args.runs, args.which)
    result, state = run.read("result.json"), run.state
    print(f"{run.name}: {state}")
    if attempt := run.read("attempt.json"):
        after = f", after {attempt['after']}" if attempt["after"] else ""
        print(f"  attempt {attempt['number']} of {attempt['of']}{after}")
    print("\n".join(f"  {line}" for line in _rank_lines(run)))
    if missing := sum(result.get("missing", {}).values()):
        print(f"its record lacks {missing} lines or files that could not be written")
    if state == "lost":
        print(
            "its launcher ended without a result; each node ends its ranks by itself within "
            f"seconds. To make sure: python -m launcher stop {run.name}"
        )
    for text in (result.get("diagnosis"), run.read("recheck.json").get("text")):
        if text:
            print(text)
    print(run.path)


def _rank_lines(run: RecordedRun) -> Iterator[str]:
    """The last known state of each planned rank."""
    states: dict[int, str] = {}
    running = "running, process {pid}" if run.controller else "no exit status received"
    for event in run.rank_events():
        if event["kind"] == RankStarted.kind:
            states[event["rank"]] = running.format(pid=event["pid"])
        if event["kind"] == RankEnded.kind:
            states[event["rank"]] = describe_exit(event["code"])
    for number, code in run.read("result.json").get("ranks", {}).items():
        states[int(number)] = describe_exit(code)
    for rank in run.read("plan.json").get("ranks", ()):
        yield f"rank {rank['rank']} on {rank['node']}: {states.get(rank['rank'], 'not started')}"


def show_logs(args: Namespace) -> None:
    """The output of the ranks, each line with its node; with --follow until the run ends."""
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
            return
        time.sleep(POLL_S)


def _node_names(run: RecordedRun) -> list[str]:
    return list(run.read("plan.json").get("nodes", {}))


def _print_new(run: RecordedRun, files: dict[str, TextIO], node: str | None) -> None:
    for name, path in run.log_files.items():
        if node in (None, name):
            file = files.setdefault(name, path.open(encoding="utf-8", errors="replace"))
            sys.stdout.writelines(f"{name} {line}" for line in file)
    sys.stdout.flush()


def stop_run(args: Namespace) -> None:
    """End a run on every node, through its launcher where that still runs."""
    run = find_run(args.runs, args.which)
    pid = run.controller
    if run.read("result.json"):
        _prevent_restart(run, all_runs(args.runs)[-1], pid)
    elif pid is None:
        _end_lost_run(run)
    else:
        _end_through_launcher(run, pid)


def _end_through_launcher(run: RecordedRun, pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while run.controller is not None and time.monotonic() < deadline:
        time.sleep(POLL_S)
    if run.controller is not None:
        raise PreflightError(
            f"{run.name}: its launcher, process {pid}, did not end within {STOP_S:g} s"
        )
    print(f"{run.name}: {run.state}")


def _prevent_restart(run: RecordedRun, newest: RecordedRun, pid: int | None) -> None:
    """A run that has ended may still wait to be started again by the launcher `pid`."""
    restart = ""
    if pid is not None and run.read("attempt.json") and run.name == newest.name:
        os.kill(pid, signal.SIGTERM)
        restart = "; it will not be started again"
    print(f"{run.name} has already ended: {run.state}{restart}")


def _end_lost_run(run: RecordedRun) -> None:
    """End every process that bears the run's mark on its nodes."""
    plan = run.read("plan.json")
    if not plan:
        print(f"{run.name}: its launcher ended before anything was started")
        return
    failed = end_marked_processes(
        _login_job(plan["job"]), plan["token"], plan["home"], list(plan["nodes"])
    )
    for node, why in failed.items():
        print(f"{node}: {why}", file=sys.stderr)
    if failed:
        raise PreflightError(f"{run.name}: may still run on {fold_names(failed)}")
    print(f"{run.name}: no process of it is left on {fold_names(plan['nodes'])}")


def _login_job(saved: dict[str, object]) -> Job:
    """As much of the job as a login needs."""
    nodes = tuple(Node(**node) for node in saved["nodes"])  # type: ignore[attr-defined]
    ssh = Ssh(**saved["ssh"])  # type: ignore[arg-type]
    return Job(nodes=nodes, head=str(saved["head"]), ssh=ssh, python=str(saved["python"]))
