"""`start`, and the artefacts of a start on their own: job, gate, plan, run."""

from __future__ import annotations

import dataclasses
import os
import secrets
import sys
from argparse import Namespace
from pathlib import Path

from checks.model import Job
from launcher.backends.slurm import allocation
from launcher.gate import Gate, gate
from launcher.ground import ground
from launcher.masking import masked_argv, masked_env
from launcher.options import job_of
from launcher.plan import Plan, environment_file, hostfile, make_plan, require_command
from launcher.runs import Record, require_name, run_name
from launcher.show import dry_run, shown_plan
from launcher.start import Start

STOPPED_BY_GATE = 3


def start(args: Namespace) -> int:
    """Check, plan, start, watch. 0 only if every planned rank told its own clean end."""
    job = job_of(args)
    require_command(job)
    allocation(job, os.environ)
    name = require_name(args.name) if args.name else run_name(job.command)
    found = _gated(job)
    if not found.go:
        return STOPPED_BY_GATE
    plan = _plan(job, found, local_rank=not args.no_local_rank)
    if args.dry_run:
        print(dry_run(plan, str(args.runs / f"TIME-{name}" / "hostfile")))
        return 0
    record = Record(args.runs, name)
    _write(record, job, plan, found)
    print(
        f"{len(plan.ranks)} ranks on {len(plan.nodes)} nodes, recorded in {record.path}", flush=True
    )
    return Start(job, plan, record, args.stuck_after).run()


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
    shown = dataclasses.replace(
        job,
        env=masked_env(job.env),
        command=tuple(masked_argv(job.command)),
        before=tuple(tuple(masked_argv(words)) for words in job.before),
    )
    record.write_json("plan.json", {**shown_plan(plan), "job": dataclasses.asdict(shown)})
    record.write("hostfile", hostfile(plan))
    record.write("environment", environment_file(plan))
    record.write_json("preflight.json", found.report)
