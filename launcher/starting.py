"""`start`, and the artefacts of a start on their own: job, gate, plan, run."""

from __future__ import annotations

import dataclasses
import os
import secrets
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from checks.fold import fold
from checks.model import Job
from checks.reports.masking import masked_job
from launcher.attempts import STOPPED_BY_GATE, Attempt, attempts
from launcher.backends.slurm import allocation
from launcher.diagnosis import Diagnosis
from launcher.fewer import add_options as add_fewer_options
from launcher.fewer import agreed_fewer
from launcher.gate import Gate, checked, gate, taking_part
from launcher.ground import ground
from launcher.options import job_of
from launcher.plan import Plan, environment_file, hostfile, make_plan, require_command
from launcher.recheck import recheck
from launcher.runs import Record, require_name, run_name
from launcher.show import dry_run, shown_plan
from launcher.start import FAILED, Start


def add_options(parser: ArgumentParser) -> None:
    """What is done where a run, or a node, fails."""
    parser.add_argument(
        "--restart", type=_times, default=0, metavar="N",
        help="after a failure check the nodes and start again, at most N times",
    )  # fmt: skip
    add_fewer_options(parser)


def _times(text: str) -> int:
    if not text.isdigit():
        raise ArgumentTypeError(f"expected how often, a number from 0: {text!r}")
    return int(text)


def start(args: Namespace) -> int:
    """Check, plan, start, watch. 0 only if every planned rank told its own clean end."""
    job = agreed_fewer(job_of(args), args)
    require_command(job)
    allocation(job, os.environ)
    name = require_name(args.name) if args.name else run_name(job.command)
    found = _gated(job)
    if not found.go:
        return STOPPED_BY_GATE
    if args.dry_run:
        plan = _plan(job, found, local_rank=not args.no_local_rank)
        print(dry_run(plan, str(args.runs / f"TIME-{name}" / "hostfile")))
        return 0

    def run(attempt: Attempt, found: Gate) -> tuple[int, Path]:
        return _run(args, job, name, attempt, found)

    return attempts(args.restart, found, run, lambda: checked(job, Path.cwd(), _say), _say)


def _run(args: Namespace, job: Job, name: str, attempt: Attempt, found: Gate) -> tuple[int, Path]:
    """One try, from its record to what bears on its failure; its exit code and its directory."""
    plan = _plan(job, found, local_rank=not args.no_local_rank)
    record = Record(args.runs, name)
    _write(record, job, plan, found)
    which = f" ({attempt})" if attempt.of > 1 else ""
    print(
        f"{len(plan.ranks)} ranks on {len(plan.nodes)} nodes, recorded in {record.path}{which}",
        flush=True,
    )
    if attempt.of > 1:
        record.write_json("attempt.json", dataclasses.asdict(attempt))
    one = Start(job, plan, record, args.stuck_after)
    code = one.run()
    if code == FAILED:
        _ask_again(taking_part(job), one.diagnosis, record, found)
    return code, record.path


def _ask_again(job: Job, why: Diagnosis | None, record: Record, found: Gate) -> None:
    """Say and record what the nodes concerned say now; all nodes where no login was open."""
    nodes = (why.nodes if why else ()) or job.names
    print(f"asking {fold(nodes)} again what bears on it", flush=True)
    again = recheck(job, nodes, why.checks if why else (), found.report)
    record.write_json("recheck.json", {**again.report, "text": again.text})
    print(again.text, flush=True)


def _gated(job: Job) -> Gate:
    for note in job.notes:
        _say(note)
    return gate(job, Path.cwd(), _say)


def _say(text: str) -> None:
    """News of the gate, apart from what is printed as an artefact."""
    print(text, file=sys.stderr, flush=True)


def _plan(job: Job, found: Gate, *, local_rank: bool = True) -> Plan:
    stands_on = ground(found.snapshot, allocation(job, os.environ))
    return make_plan(job, stands_on, secrets.token_hex(8), local_rank=local_rank)


def _write(record: Record, job: Job, plan: Plan, found: Gate) -> None:
    """What is to be started, on disk before it is."""
    record.write_json("plan.json", {**shown_plan(plan), "job": dataclasses.asdict(masked_job(job))})
    record.write("hostfile", hostfile(plan))
    record.write("environment", environment_file(plan))
    record.write_json("preflight.json", found.report)
