"""The options that preflight adds to pytest's, and the job that they describe."""

from __future__ import annotations

import os
import stat
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from checks.catalogue import require_known_checks
from checks.corrected_line import name_missing_value, with_line_to_type
from checks.errors import UsageError
from checks.facts import Snapshot
from checks.job import launch_file
from checks.job.build import build_job, read_options
from checks.job.hosts import checked_name
from checks.job.key import Face
from checks.job.launch_file import add_key_options, keys_on
from checks.job.training_words import similar_option
from checks.job.value_readers import option_seconds
from checks.model import Job
from checks.next_line import next_line, program_line

_FILE_OPTIONS = {
    "--report": "write the findings as JSON",
    "--html": "write the findings as one HTML page",
    "--csv": "write speed and latency of every pair of nodes as a table",
    "--save-facts": "save all facts that the nodes reported, for --facts",
    "--facts": "judge saved facts; no node is touched",
}
_INPUT_OPTIONS = {
    "--launch-file": launch_file.NAME,
    "--facts": "",
    "--ssh-key": "",
    "--ssh-config": "",
}
"""Options whose files are read, with what is read where they are not given."""
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
    add("--budget", type=option_seconds, metavar="SECONDS", help="start no stage after this")
    add("--all-pairs", action="store_true", help="try every pair also above 64 nodes")
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


def explained_error(message: str) -> str:
    """pytest's message on the options; of one of ours without its value with the line to type."""
    takes: dict[str, str] = {}
    add_options(lambda flag, metavar="", **_: takes.__setitem__(flag, metavar))
    needs = name_missing_value(message, takes)
    if needs == message:
        return ""
    text = with_line_to_type(UsageError(needs))
    return (
        text if "\n" in text else f"{text}\nall options: {next_line('preflight', None, '--help')}"
    )


def corrected_words(words: Sequence[str], unknown: Collection[str]) -> list[str]:
    """The words; of those that pytest does not know each is replaced by the option of ours that is
    nearly the same, or is called so elsewhere.
    """
    flags: list[str] = []
    add_options(lambda flag, **_: flags.append(flag))
    meant = {word: similar_option(word, flags) for word in unknown if word.startswith("-")}
    return [
        meant[word] + "".join(word.partition("=")[1:]) if meant.get(word) else word
        for word in words
    ]


def load_snapshot(config: pytest.Config) -> Snapshot | None:
    """What --facts names, --allow put over its own; None without --facts. Raises UsageError."""
    path = config.getoption("facts")
    if path is None:
        return None
    flags = [key.flag for key in keys_on(Face.PREFLIGHT) if not key.repeats] + ["--launch-file"]
    for flag in filter(config.getoption, flags):
        raise UsageError(f"--facts: the nodes are those of the snapshot; leave {flag} out")
    snapshot = Snapshot.load(path)
    _require_cluster(snapshot.job, path)
    allowed = read_options({"allow": config.getoption("allow")})
    snapshot.job = replace(snapshot.job, typed=(), **allowed)
    require_known_checks(snapshot.job.allow, "--allow")
    return snapshot


def _require_cluster(job: Job, path: Path) -> None:
    """Returns where saved facts are of nodes that a hosts file can name; else UsageError."""
    try:
        names = [checked_name(name) for name in job.names]
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from None
    if job.head not in names or len({*names}) < len(names):
        raise UsageError(f"{path}: not a file written by --save-facts (its nodes are no cluster)")


def job_to_check(config: pytest.Config) -> Job:
    """The job of the options and launch.toml. Raises UsageError, also for an unknown allowance."""
    for word in config.args:
        if os.path.isfile(word) and not word.endswith(".py"):
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


def require_output_folders(config: pytest.Config, job: Job) -> None:
    """Returns when each file to be written can be one, in a folder that exists; else UsageError."""
    paths = {flag: config.getoption(flag) for flag in _FILE_OPTIONS if flag != "--facts"}
    for flag, path in paths.items():
        if path and _kind_of(flag, path.absolute().parent) != stat.S_IFDIR:
            raise UsageError(f"{flag} {path}: its folder does not exist")
        if path:
            require_file_path(flag, path)
    _require_distinct_files({flag: path for flag, path in paths.items() if path}, config, job)
    flag, folder = "--fix-script", config.getoption("fix_script")
    if folder and (_kind_of(flag, folder) or _kind_of(flag, folder, follow=False)) not in (
        0,
        stat.S_IFDIR,
    ):
        raise UsageError(f"{flag} {folder}: a file; name a folder for the scripts")
    if folder and _kind_of(flag, folder.absolute().parent) != stat.S_IFDIR:
        raise UsageError(f"{flag} {folder}: the folder above it does not exist")


def _require_distinct_files(outputs: Mapping[str, Path], config: pytest.Config, job: Job) -> None:
    """Returns where each is a file of its own, and none is one that is read; else UsageError."""
    taken = {os.path.realpath(job.where): "--hosts"} | {
        os.path.realpath(config.getoption(flag) or usual): flag
        for flag, usual in _INPUT_OPTIONS.items()
        if config.getoption(flag) or usual
    }
    for flag, path in outputs.items():
        if other := taken.get(os.path.realpath(path)):
            raise UsageError(f"{flag} {path}: that is the file of {other}; name another to write")
        taken[os.path.realpath(path)] = flag


def require_file_path(flag: str, path: Path) -> None:
    """Returns where a report can stand there: on a regular file, or on nothing; else UsageError."""
    kind = _kind_of(flag, path, follow=False)
    if kind not in (0, stat.S_IFREG):
        what = _FILE_KINDS.get(kind, "no regular file")
        raise UsageError(f"{flag} {path}: {what}; name a file to write")


_FILE_KINDS = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a directory"}


def _kind_of(flag: str, path: Path, *, follow: bool = True) -> int:
    """What stands there, as `stat.S_IFMT` says it; 0 for nothing. Raises UsageError."""
    try:
        return stat.S_IFMT(path.stat(follow_symlinks=follow).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except OSError as error:
        raise UsageError(f"{flag} {path}: {error.strerror}; name another") from None
