"""The options that preflight adds to pytest's, and the job that they describe."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from checks.catalogue import require_known_checks
from checks.errors import UsageError
from checks.facts import Snapshot
from checks.job.build import build_job, read_options
from checks.job.key import Face
from checks.job.launch_file import add_key_options, keys_on
from checks.model import Job

_FILE_OPTIONS = {
    "--report": "write the findings as JSON",
    "--html": "write the findings as one HTML page",
    "--csv": "write speed and latency of every pair of nodes as a table",
    "--save-facts": "save all facts that the nodes reported, for --facts",
    "--facts": "judge saved facts; no node is touched",
}


def add_options(parser: pytest.Parser) -> None:
    """Every option of `pytest preflight/`."""
    group = parser.getgroup("preflight", "preflight: is this cluster fit to train?")
    add_key_options(group.addoption, Face.PREFLIGHT)
    for flag, text in _FILE_OPTIONS.items():
        group.addoption(flag, metavar="FILE", type=Path, help=text)
    group.addoption("--budget", type=float, metavar="SECONDS", help="start no stage after this")
    group.addoption("--quick", action="store_true", help="no training smoke, no bandwidth")
    group.addoption(
        "--dry-run",
        action="store_true",
        help="print every command that would run on a node, run none",
    )


def load_snapshot(config: pytest.Config) -> Snapshot | None:
    """What --facts names, --allow put over its own; None without --facts. Raises UsageError."""
    path = config.getoption("facts")
    if path is None:
        return None
    flags = [key.flag for key in keys_on(Face.PREFLIGHT) if not key.repeats] + ["--launch-file"]
    for flag in filter(config.getoption, flags):
        raise UsageError(f"--facts: the nodes are those of the snapshot; leave {flag} out")
    snapshot = Snapshot.load(path)
    allowed = read_options({"allow": config.getoption("allow")})
    snapshot.job = replace(snapshot.job, **allowed)
    require_known_checks(snapshot.job.allow, "--allow")
    return snapshot


def job_to_check(config: pytest.Config) -> Job:
    """The job of the options and launch.toml. Raises UsageError, also for an unknown allowance."""
    job = build_job(
        {key.name: config.getoption(key.flag) for key in keys_on(Face.PREFLIGHT)},
        cwd=config.invocation_params.dir,
        environ=os.environ,
        launch_file=config.getoption("--launch-file"),
    )
    require_known_checks(job.allow, "--allow" if config.getoption("allow") else "preflight.allow")
    return job


def require_output_folders(config: pytest.Config) -> None:
    """Returns when each file to be written is in a folder that is there; else UsageError."""
    for flag in ("report", "html", "csv", "save_facts"):
        path = config.getoption(flag)
        if path and (path.is_dir() or not path.absolute().parent.is_dir()):
            what = "a directory" if path.is_dir() else "its folder does not exist"
            raise UsageError(f"--{flag.replace('_', '-')} {path}: {what}; name a file to write")
