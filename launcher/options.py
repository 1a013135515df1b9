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

WHO_TAKES_PART = ("workdir", "head", "include", "exclude")
"""The keys that say which nodes take part, in which order, and in which folder."""


def add_job_options(parser: ArgumentParser) -> None:
    """The options of a command that needs a whole job."""
    group = parser.add_argument_group("what to start, and where (each also a key of launch.toml)")
    add_key_options(group.add_argument, keys_on(Face.LAUNCHER))


def add_login_options(parser: ArgumentParser, *more: str) -> None:
    """The options of a command that logs in to the nodes, and what else it takes, by key."""
    group = parser.add_argument_group("which nodes, and how (each also a key of launch.toml)")
    keys = [key for key in keys_on(Face.LAUNCHER) if key.for_logins or key.name in more]
    add_key_options(group.add_argument, keys)


def job_from_options(args: Namespace) -> Job:
    """The job that the options and launch.toml describe. Raises UsageError."""
    typed = {key.name: getattr(args, key.name, None) for key in keys_on(Face.LAUNCHER)}
    command = tuple(getattr(args, "command", ()))
    typed["command"] = command[1:] if command[:1] == ("--",) else command
    job = build_job(typed, cwd=Path.cwd(), environ=os.environ, launch_file=args.launch_file)
    require_known_checks(job.allow, "--allow" if typed["allow"] else "preflight.allow")
    return job
