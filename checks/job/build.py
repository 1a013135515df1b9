"""Options over launch.toml over defaults: the one job that is checked, and then started."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from checks.errors import UsageError
from checks.job.env_file import READERS as READ_BY
from checks.job.env_file import deepspeed_env
from checks.job.hosts import hosts_from_option, hosts_from_slurm, hosts_path
from checks.job.launch_file import NAME, READERS, LaunchFile, read_launch_file
from checks.job.node_filter import kept_nodes
from checks.job.user_files import quote_text, require_readable, suggest_word
from checks.job.value_readers import read_env_name, read_env_value
from checks.model import Job, Node, Ssh, default_python

_NO_HOSTS = (
    "no nodes given: type --hosts hosts.txt, or --hosts node1,node2, "
    'or write hosts = "hosts.txt" into launch.toml'
)
_FIELDS = {"with_": "launcher", "max_age": "max_age_s"}
_DIGESTED = (
    "nodes", "head", "ssh", "python", "workdir", "same", "exist", "output", "master_port", "env",
    "backend", "launcher", "deepspeed_config", "accelerate_config", "include", "exclude",
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What was typed, unchecked; None (or empty) where nothing was. One field an option."""

    hosts: str | None = None
    launch_file: str | None = None
    head: str | None = None
    ssh_user: str | None = None
    ssh_port: int | None = None
    ssh_key: str | None = None
    ssh_config: str | None = None
    python: str | None = None
    workdir: str | None = None
    same: tuple[str, ...] = ()
    exist: tuple[str, ...] = ()
    output: str | None = None
    master_port: int | None = None
    with_: str | None = None
    backend: str | None = None
    command: tuple[str, ...] = ()
    deepspeed_config: str | None = None
    accelerate_config: str | None = None
    include: str | None = None
    exclude: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    """Each as typed: an id or an area, or several joined by commas."""
    max_age: str | None = None
    nccl_tests: str | None = None


def build_job(options: Options, *, cwd: Path, environ: Mapping[str, str]) -> Job:
    """The job: options win over launch.toml, which wins over defaults.

    launch.toml is read from `cwd` (absolute) where it exists, or from `options.launch_file`, which
    must exist. In it `hosts`, `workdir`, `ssh.key` and `ssh.config` are relative to its directory,
    as options they are relative to `cwd`. `workdir` defaults to `cwd`; a `python` with a slash is
    made absolute against `workdir`; `same`, `exist`, `output` and the configs of DeepSpeed and
    accelerate stay as given and are relative to `workdir` on the nodes. `env` is merged name by
    name.
    A file `ssh_config` beside the hosts file is used when no ssh config is given; `Job.notes`
    then says so. The default head is the first node that include and exclude leave. Below `env` are
    the variables of an existing .deepspeed_env, in `cwd` or the home, where `deepspeed` would read
    it; a note names them.

    Contacts nothing. Raises UsageError.
    """
    typed = _with_absolute_paths(_typed_options(options), cwd)
    file = _load_launch_file(options, cwd)
    given = _merge_options(typed, file)
    nodes, where = _job_nodes(given, environ)
    ssh, notes = _ssh_settings(given)
    workdir = given.workdir or str(cwd)
    chosen = {
        one.name: value
        for one in dataclasses.fields(Job)
        if (value := getattr(given, one.name, None)) is not None
    }
    read, read_notes = _deepspeed_env(given, cwd, environ)
    chosen |= {
        "env": {**read, **(given.env or {})},
        "nodes": nodes,
        "where": where,
        "head": _choose_head(given, nodes),
        "ssh": ssh,
        "notes": (*notes, *read_notes),
    }
    return Job(**{**chosen, "workdir": workdir, "python": _training_python(given.python, workdir)})


def _typed_options(options: Options) -> LaunchFile:
    """The options, each held to what launch.toml's reader of the same value takes."""
    given: dict[str, Any] = {}
    for name, value in vars(options).items():
        if value in (None, (), {}) or name == "launch_file":
            continue
        flag = "--" + name.rstrip("_").replace("_", "-")
        given[_FIELDS.get(name, name)] = _read_option(name, flag, value)
    return LaunchFile(where="", **given)


def _read_option(name: str, flag: str, value: Any) -> Any:
    """One option's value, read. Raises UsageError that names the option."""
    try:
        if name == "env":
            return {read_env_name(key): read_env_value(text) for key, text in value.items()}
        if name == "allow":
            value = tuple(word.strip() for one in value for word in one.split(",") if word.strip())
        reader = READERS[_FIELDS.get(name, name)]
        return reader(list(value) if isinstance(value, tuple) else value)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None


def _load_launch_file(options: Options, cwd: Path) -> LaunchFile:
    """launch.toml, its paths located; an empty one where none is asked for and none is there."""
    path = cwd / os.path.expanduser(options.launch_file or NAME)
    if options.launch_file is None and not os.path.lexists(path):
        return LaunchFile()
    return _with_absolute_paths(read_launch_file(path), path.parent)


def _with_absolute_paths(given: LaunchFile, base: Path) -> LaunchFile:
    """`given` with the paths of this machine, and `workdir`, made absolute against `base`."""
    hosts = hosts_path(given.hosts, base) if given.hosts else None
    return replace(
        given,
        hosts=str(hosts) if hosts else given.hosts,
        ssh_key=_absolute_path(given.ssh_key, base),
        ssh_config=_absolute_path(given.ssh_config, base),
        workdir=_absolute_path(given.workdir, base),
    )


def _absolute_path(path: str | None, base: Path) -> str | None:
    return None if path is None else str(base / os.path.expanduser(path))


def _merge_options(typed: LaunchFile, file: LaunchFile) -> LaunchFile:
    """What was typed, and below it what the file says; one typed filter displaces both."""
    over = {name: value for name, value in vars(typed).items() if value not in (None, "", {})}
    if typed.include or typed.exclude:
        over |= {"include": typed.include, "exclude": typed.exclude}
    over["places"] = {name: place for name, place in file.places.items() if name not in over}
    if typed.env:
        over["env"] = {**(file.env or {}), **typed.env}
    return replace(file, **over)


def _job_nodes(given: LaunchFile, environ: Mapping[str, str]) -> tuple[tuple[Node, ...], str]:
    """The nodes and where they came from: a path, `--hosts` or `SLURM_JOB_NODELIST`."""
    if given.hosts:
        source = given.places.get("hosts", "--hosts")
        path = hosts_path(given.hosts, Path())
        return hosts_from_option(given.hosts, source=source), str(path or source)
    nodes = hosts_from_slurm(environ)
    if not nodes:
        raise UsageError(_NO_HOSTS)
    return nodes, "SLURM_JOB_NODELIST"


@contextlib.contextmanager
def _errors_placed_in(given: LaunchFile, *fields: str) -> Iterator[None]:
    """Puts launch.toml's `file:line` of a field before what is wrong with its value."""
    try:
        yield
    except UsageError as error:
        places = [f"{given.places[name]}: " for name in fields if name in given.places]
        raise UsageError(f"{''.join(places[:1])}{error}") from None


def _choose_head(given: LaunchFile, nodes: Sequence[Node]) -> str:
    """The head that was asked for, if it takes part; else the first node that does."""
    names = [node.name for node in nodes]
    with _errors_placed_in(given, "include", "exclude"):
        kept = kept_nodes(names, given.include, given.exclude)
    if given.head is None:
        return kept[0]
    if given.head not in kept:
        why = "left out by include or exclude" if given.head in names else "not one of the nodes"
        source = given.places.get("head", "--head")
        raise UsageError(
            f"{source}: the head {quote_text(given.head, 60)} is "
            f"{why}{suggest_word(given.head, kept)}"
        )
    return given.head


def _ssh_settings(given: LaunchFile) -> tuple[Ssh, tuple[str, ...]]:
    """How to log in, its files there and readable, and a note where a config was found."""
    hosts = hosts_path(given.hosts, Path()) if given.hosts else None
    beside = hosts.with_name("ssh_config") if hosts else None
    found = given.ssh_config is None and beside is not None and os.path.isfile(beside)
    config = str(beside) if found else given.ssh_config
    for path, name in ((given.ssh_key, "ssh_key"), (config, "ssh_config")):
        with _errors_placed_in(given, name):
            if path:
                require_readable(Path(path), name.replace("_", " "))
    notes = (f"using {config}, which stands beside the hosts file, as ssh config",) if found else ()
    return Ssh(given.ssh_user, given.ssh_port, given.ssh_key, config), notes


def _deepspeed_env(
    given: LaunchFile, cwd: Path, environ: Mapping[str, str]
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Its variables and notes; nothing where a launcher starts that never reads it."""
    reads = given.launcher is None or given.launcher in READ_BY
    return deepspeed_env(cwd, environ) if reads else ({}, ())


def _training_python(given: str | None, workdir: str) -> str:
    """The training interpreter: a path is made absolute, a bare name is left to the node's PATH."""
    python = given or default_python()
    return str(Path(workdir) / os.path.expanduser(python)) if "/" in python else python


def job_digest(job: Job) -> str:
    """SHA-256 over what a passed preflight depends on: equal digests, same question asked.

    Command, allowances, age and place of the hosts file are not part of it.
    """
    seen = {name: value for name, value in dataclasses.asdict(job).items() if name in _DIGESTED}
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
