"""The options that preflight adds to pytest's, and the job that they describe."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path

import pytest

from checks.catalogue import AREAS, CATALOGUE, unknown_check_names
from checks.errors import UsageError
from checks.facts import Snapshot
from checks.job.build import Options, build_job
from checks.job.user_files import quote_text, suggest_word
from checks.model import Job

_JOB_OPTIONS = {
    "--hosts": "FILE or node1,node2 or 'gpu[01-16]': the nodes to check",
    "--launch-file": "launch.toml to read instead of the one in the current directory",
    "--head": "node of rank 0 (MASTER_ADDR); default: the first",
    "--ssh-user": "login name on the nodes",
    "--ssh-port": "ssh port of the nodes",
    "--ssh-key": "private key file",
    "--ssh-config": "OpenSSH client configuration to use",
    "--python": "training interpreter on the nodes; default: the one running this",
    "--master-port": "port of the rendezvous on the head",
    "--nccl-tests": "all_reduce_perf on the nodes, or its folder; default: on their PATH",
}
_FILE_OPTIONS = {
    "--report": "write the findings as JSON",
    "--html": "write the findings as one HTML page",
    "--csv": "write speed and latency of every pair of nodes as a table",
    "--save-facts": "write all that was seen, to be judged later with --facts",
    "--facts": "judge a saved snapshot; no node is touched",
}
_NUMBER_OPTIONS = ("--ssh-port", "--master-port")


def add_options(parser: pytest.Parser) -> None:
    """Every option of `pytest preflight/`."""
    group = parser.getgroup("preflight", "preflight: is this cluster fit to train?")
    for flag, text in _JOB_OPTIONS.items():
        group.addoption(flag, type=int if flag in _NUMBER_OPTIONS else str, help=text)
    for flag, text in _FILE_OPTIONS.items():
        group.addoption(flag, metavar="FILE", type=Path, help=text)
    group.addoption(
        "--allow",
        action="append",
        default=[],
        metavar="ID[,ID...]",
        help="checks or areas that may fail: still shown, no longer stop",
    )
    group.addoption("--budget", type=float, metavar="SECONDS", help="begin no stage after this")
    group.addoption("--quick", action="store_true", help="no training smoke, no bandwidth")
    group.addoption(
        "--dry-run",
        action="store_true",
        help="print every command that would run on a node, run none",
    )


def typed_options(config: pytest.Config) -> Options:
    """What was typed, for `build_job`."""
    known = {field.name for field in fields(Options)}
    names = [flag.lstrip("-").replace("-", "_") for flag in _JOB_OPTIONS]
    given = {name: config.getoption(name) for name in names if name in known}
    return Options(**given, allow=tuple(config.getoption("allow")))


def load_snapshot(config: pytest.Config) -> Snapshot | None:
    """What --facts names, with --allow put over its own; None without --facts."""
    path = config.getoption("facts")
    if path is None:
        return None
    others = [flag for flag in _JOB_OPTIONS if config.getoption(flag.lstrip("-").replace("-", "_"))]
    if others:
        raise UsageError(f"--facts: the nodes are those of the snapshot; leave {others[0]} out")
    snapshot = Snapshot.load(path)
    allow = _allowed_ids(config)
    if allow:
        snapshot.job = replace(snapshot.job, allow=allow)
    return snapshot


def job_to_check(config: pytest.Config) -> Job:
    """The job of the options and launch.toml. Raises UsageError, also for an unknown allowance."""
    job = build_job(typed_options(config), cwd=config.invocation_params.dir, environ=os.environ)
    return require_known_checks(job, "--allow" if config.getoption("allow") else "preflight.allow")


def require_known_checks(job: Job, source: str = "--allow") -> Job:
    """`job`, if all that it allows is a check's id or an area; else UsageError with the nearest."""
    for word in sorted(unknown_check_names(job.allow)):
        raise UsageError(
            f"{source}: no check or area is called {quote_text(word, 60)}"
            f"{suggest_word(word, [*CATALOGUE, *AREAS])}"
        )
    return job


def require_output_folders(config: pytest.Config) -> None:
    """Returns when each file to be written has a folder to stand in; else UsageError."""
    for flag in ("report", "html", "csv", "save_facts"):
        path = config.getoption(flag)
        if path and (path.is_dir() or not path.absolute().parent.is_dir()):
            what = "a directory" if path.is_dir() else "its folder does not exist"
            raise UsageError(f"--{flag.replace('_', '-')} {path}: {what}; name a file to write")


def _allowed_ids(config: pytest.Config) -> tuple[str, ...]:
    words = [word.strip() for one in config.getoption("allow") for word in one.split(",")]
    return tuple(word for word in words if word)
