"""The commands on recorded runs: runs, status, stop."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import time
from argparse import ArgumentParser, Namespace

from checks.errors import FactError, PreflightError, UsageError
from checks.facts.decode import decode_record
from checks.folded_names import fold_names
from checks.model import Job
from launcher.commands.run_summary import summarise_ranks, summarise_run
from launcher.commands.run_text import (
    LOST,
    align_columns,
    command_texts,
    end_lines,
    line_for_run,
    rank_lines,
    status_lines,
    summary_columns,
)
from launcher.record import RecordedRun, all_runs, find_run

STOP_S = 120.0
POLL_S = 0.3


def add_json_option(parser: ArgumentParser) -> None:
    """For programs."""
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def list_runs(args: Namespace) -> None:
    """One line a run, oldest first."""
    found = [summarise_run(run) for run in all_runs(args.runs)]
    if args.json:
        print(json.dumps([dataclasses.asdict(run) for run in found], indent=1))
    elif found:
        cells = zip(map(summary_columns, found), command_texts(found), strict=True)
        print("\n".join(align_columns([[*columns, command] for columns, command in cells])))
    else:
        print(f"no run in {args.runs}/ yet", file=sys.stderr)


def show_status(args: Namespace) -> None:
    """The state of a run now, of each rank, and the diagnosis."""
    run = find_run(args.runs, args.which)
    summary, ranks = summarise_run(run), summarise_ranks(run)
    if args.json:
        as_json = [dataclasses.asdict(rank) for rank in ranks]
        print(json.dumps({**dataclasses.asdict(summary), "ranks": as_json}, indent=1))
        return
    each = rank_lines(ranks, summary.diagnosis or "")
    print("\n".join([*status_lines(summary), *(f"  {line}" for line in each)]))
    if damaged := run.damaged_files:
        print(f"its record is damaged, and says less than it did: {', '.join(damaged)}")
    if missing := sum(run.read("result.json").get("missing", {}).values()):
        print(f"its record lacks {missing} lines or files that could not be written")
    if summary.state == "lost":
        print(f"{LOST}. To make sure: {line_for_run('stop', run.name, args.runs)}")
    found = (run.read(f"{name}.json").get("text") for name in ("recheck", "outputs"))
    for text in (summary.diagnosis, *found):
        if text:
            print(text)
    print(run.path)
    for other in all_runs(args.runs) if args.which is None else ():
        if other.runs and other.name != run.name:
            print(f"also running: {line_for_run('status', other.name, args.runs)}")


def stop_run(args: Namespace) -> None:
    """End a run on every node, through its launcher where that still runs.

    Raises UsageError where the launcher runs on another machine.
    """
    run = find_run(args.runs, args.which)
    if run.elsewhere and run.runs:
        raise UsageError(f"{run.name}: its launcher runs on {run.elsewhere}: type this there")
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
    print("\n".join(end_lines(summarise_run(run), summarise_ranks(run))))
    for node, pids in run.read("result.json").get("left", {}).items():
        print(f"{node}: still there: {', '.join(map(str, pids))}", file=sys.stderr)


def _prevent_restart(run: RecordedRun, newest: RecordedRun, pid: int | None) -> None:
    """A run that has ended may still wait to be started again by the launcher `pid`."""
    restart = ""
    if pid is not None and run.read("attempt.json") and run.name == newest.name:
        os.kill(pid, signal.SIGTERM)
        restart = "; it will not be started again"
    print(f"{run.name} has already ended: {run.state}{restart}")


def _end_lost_run(run: RecordedRun) -> None:
    """End every process that bears the run's mark on its nodes."""
    from launcher.plan.plan import RUN_HOME_PREFIX
    from launcher.run.supervisors import end_marked_processes

    plan = run.read("plan.json")
    if not plan and "plan.json" not in run.damaged_files:
        print(f"{run.name}: its launcher ended before anything was started")
        return
    try:
        job, token, nodes = decode_record(Job, plan["job"], "job"), plan["token"], [*plan["nodes"]]
    except (KeyError, FactError) as error:
        raise PreflightError(
            f"{run.path / 'plan.json'} is damaged ({error}): where the run was is not known; each "
            "node ends it by itself within seconds of its launcher's end"
        ) from None
    failed = end_marked_processes(job, token, RUN_HOME_PREFIX + token, nodes)
    for node, why in failed.items():
        print(f"{node}: {why}", file=sys.stderr)
    if failed:
        raise PreflightError(f"{run.name}: may still run on {fold_names(failed)}")
    print(f"{run.name}: no process of it is left on {fold_names(nodes)}")
