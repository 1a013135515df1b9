"""The options that say which job is meant: the same names as the preflight's."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from checks.catalogue import require_known_checks
from checks.job.build import build_job
from checks.job.key import Face
from checks.job.launch_file import add_key_options, keys_on
from checks.model import Job


def add_job_options(parser: ArgumentParser) -> None:
    """The options of every command that needs a whole job."""
    group = parser.add_argument_group("what to start, and where (each also a key of launch.toml)")
    add_key_options(group.add_argument, Face.LAUNCHER)


def job_from_options(args: Namespace) -> Job:
    """The job that the options and launch.toml describe. Raises UsageError."""
    typed = {key.name: getattr(args, key.name) for key in keys_on(Face.LAUNCHER)}
    command = tuple(getattr(args, "command", ()))
    typed["command"] = command[1:] if command[:1] == ("--",) else command
    job = build_job(typed, cwd=Path.cwd(), environ=os.environ, launch_file=args.launch_file)
    require_known_checks(job.allow, "--allow" if args.allow else "preflight.allow")
    return job
