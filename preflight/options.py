"""The options that preflight adds to pytest's, and the job that they describe."""

from __future__ import annotations

import difflib
import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from checks.catalogue import require_known_checks
from checks.errors import UsageError
from checks.facts import Snapshot
from checks.job.build import build_job, read_options
from checks.job.key import Face
from checks.job.launch_file import add_key_options, keys_on
from checks.job.training_words import OTHER_NAMES
from checks.model import Job
from checks.next_line import next_line, program_line

_FILE_OPTIONS = {
    "--report": "write the findings as JSON",
    "--html": "write the findings as one HTML page",
    "--csv": "write speed and latency of every pair of nodes as a table",
    "--save-facts": "save all facts that the nodes reported, for --facts",
    "--facts": "judge saved facts; no node is touched",
}
_PYTEST_OPTIONS = {
    "-k": "only the checks and nodes that match: -k memlock, -k 'ssh and node3'",
    "--lf": "only what failed last time",
    "-x": "stop showing at the first failure",
    "-q": "less: the summary alone; -qq leaves that out too",
    "-v": "more: a line for each check, and notes",
    "--junitxml": "write a JUnit file: --junitxml FILE",
}
_HELP_END = """\
examples:
  {program} --hosts hosts.txt
  {program} --hosts 'gpu[01-16]' --python /data/venv/bin/python --quick
  {program} --hosts hosts.txt -k ports
  {program} --hosts hosts.txt --report report.json --html report.html

Each key of launch.toml is an option too. All of pytest's other options: pytest --help
"""


def add_options(add: Callable[..., object]) -> None:
    """Every option of ours, by `add`: argparse's `add_argument`, or `addoption` of pytest's."""
    add_key_options(add, keys_on(Face.PREFLIGHT))
    for flag, text in _FILE_OPTIONS.items():
        add(flag, metavar="FILE", type=Path, help=text)
    add(
        "--fix-script",
        metavar="DIR",
        type=Path,
        help="write a shell script for each node with all fixes to type there; none is run",
    )
    add("--budget", type=float, metavar="SECONDS", help="start no stage after this")
    add("--quick", action="store_true", help="no training smoke, no bandwidth")
    add(
        "--dry-run",
        action="store_true",
        help="print every command that would run on a node, run none",
    )


def help_text() -> str:
    """Our own options, and those of pytest's that choose checks."""
    parser = ArgumentParser(
        prog=program_line("preflight"),
        usage="%(prog)s --hosts FILE|NODES [options]",
        description="Checks every node of a cluster and every pair of nodes. Changes nothing.",
        epilog=_HELP_END.format(program=program_line("preflight")),
        formatter_class=RawDescriptionHelpFormatter,
        add_help=False,
    )
    add_options(parser.add_argument)
    chosen = parser.add_argument_group("of pytest's own")
    for flag, text in _PYTEST_OPTIONS.items():
        chosen.add_argument(flag, action="store_true", help=text)
    return parser.format_help()


def corrected_words(words: Sequence[str]) -> list[str]:
    """The words, those that are nearly an option of ours, or its name elsewhere, replaced by it."""
    flags: list[str] = []
    add_options(lambda flag, **_: flags.append(flag))
    return [_corrected_word(word, flags) for word in words]


def _corrected_word(word: str, flags: Sequence[str]) -> str:
    name, equals, value = word.partition("=")
    if not name.startswith("--") or name in flags:
        return word
    dashed = name.replace("_", "-")
    near = difflib.get_close_matches(OTHER_NAMES.get(dashed, dashed), flags, n=1, cutoff=0.8)
    return near[0] + equals + value if near else word


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
    snapshot.job = replace(snapshot.job, typed=(), **allowed)
    require_known_checks(snapshot.job.allow, "--allow")
    return snapshot


def job_to_check(config: pytest.Config) -> Job:
    """The job of the options and launch.toml. Raises UsageError, also for an unknown allowance."""
    for word in config.args:
        if Path(word).is_file() and Path(word).suffix != ".py":
            line = next_line("preflight", None, "--hosts", word)
            raise UsageError(f"{word} is no test; where it is the hosts file, type: {line}")
    job = build_job(
        {key.name: config.getoption(key.flag) for key in keys_on(Face.PREFLIGHT)},
        cwd=config.invocation_params.dir,
        environ=os.environ,
        launch_file=config.getoption("--launch-file"),
    )
    require_known_checks(job.allow, "--allow" if config.getoption("allow") else "preflight.allow")
    return job


def require_output_folders(config: pytest.Config) -> None:
    """Returns when each file to be written can be one, in a folder that exists; else UsageError."""
    for flag in ("report", "html", "csv", "save_facts"):
        path = config.getoption(flag)
        if path and not path.absolute().parent.is_dir():
            raise UsageError(f"--{flag.replace('_', '-')} {path}: its folder does not exist")
        if path:
            _require_file_path(flag.replace("_", "-"), path)
    folder = config.getoption("fix_script")
    if folder and (folder.exists() and not folder.is_dir()):
        raise UsageError(f"--fix-script {folder}: a file; name a folder for the scripts")
    if folder and not folder.absolute().parent.is_dir():
        raise UsageError(f"--fix-script {folder}: the folder above it does not exist")


def _require_file_path(option: str, path: Path) -> None:
    """Returns where a report can stand there: on a regular file, or on nothing; else UsageError."""
    if not os.path.lexists(path) or (path.is_file() and not path.is_symlink()):
        return
    what = "a link" if path.is_symlink() else "a directory" if path.is_dir() else "no regular file"
    raise UsageError(f"--{option} {path}: {what}; name a file to write")
