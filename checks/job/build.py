"""Options over launch.toml over defaults: the one job that is checked, and then started."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from checks.errors import UsageError
from checks.job.env_file import LAUNCHERS_THAT_READ_IT, deepspeed_env
from checks.job.hosts import (
    hosts_from_option,
    hosts_from_slurm,
    hosts_path,
    near_hosts_file,
)
from checks.job.key import Key
from checks.job.launch_file import KEYS, NAME, LaunchFile, read_launch_file
from checks.job.node_filter import kept_nodes
from checks.job.script_config import find_config
from checks.job.user_files import near_word, quote_text, require_readable, suggest_word
from checks.model import Job, Node, Ssh

_NO_HOSTS = (
    "no nodes given: add --hosts hosts.txt, or --hosts node1,node2, "
    'or write hosts = "hosts.txt" into launch.toml'
)
_FILTERS = ("include", "exclude")
_WHO_AND_HOW = ("nodes", "head", "ssh", "container")


def build_job(
    typed: Mapping[str, Any],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    launch_file: str | None = None,
) -> Job:
    """The job: options win over launch.toml, which wins over defaults.

    `typed` is what was typed, unchecked, by the names of keys; None (or empty) where nothing was.
    launch.toml is read from `cwd` (absolute) where it exists, or from `launch_file`, which must
    exist. In it `hosts`, `workdir`, `ssh.key` and `ssh.config` are relative to its directory, as
    options they are relative to `cwd`. `workdir` defaults to `cwd`; a `python` with a slash is
    made absolute against `workdir`; `same`, `exist`, `output` and the configs of DeepSpeed and
    accelerate stay as given and are relative to `workdir` on the nodes. `env` is merged name by
    name.
    A file `ssh_config` beside the hosts file is used when no ssh config is given; `Job.notes`
    then says so. The default head is the first node that include and exclude leave. Below `env` are
    the variables of an existing .deepspeed_env, in `cwd` or the home, where `deepspeed` would read
    it; a note names them.

    Contacts nothing. Raises UsageError.
    """
    options = _with_absolute_paths(read_options(typed), cwd)
    merged = _merge_options(options, _load_launch_file(launch_file, cwd))
    nodes, where = _job_nodes(merged, environ)
    ssh, notes = _ssh_settings(merged)
    variables, variable_notes = _deepspeed_env(merged, cwd, environ)
    workdir = merged.get("workdir") or str(cwd)
    settings = _fields_of(merged) | {
        "nodes": nodes,
        "where": where,
        "head": _choose_head(merged, nodes),
        "ssh": ssh,
        "python": _training_python(merged.get("python"), workdir),
        "workdir": workdir,
        "env": {**variables, **(merged.get("env") or {})},
        "typed": _typed_pairs(typed, launch_file),
        "notes": (*notes, *variable_notes),
    }
    job = Job(**settings)
    _require_container_backend(job, merged.places.get("container", "--container"))
    return _with_found_config(job, [workdir, str(cwd)])


def _require_container_backend(job: Job, source: str) -> None:
    if job.container and job.backend != "ssh":
        raise UsageError(
            f'{source}: ranks are started in a container with `backend = "ssh"` alone; '
            f"{job.backend} would start them beside it"
        )


def _with_found_config(job: Job, folders: Sequence[str]) -> Job:
    """With the DeepSpeed config that the command, its script or a file there names, and a note.

    It is checked as one that the job names; accelerate is not started with it.
    """
    if job.deepspeed_config:
        return job
    if config := job.config_in_command:
        return replace(job, deepspeed_config=config, config_is_programs=True)
    if not (named := find_config(job.command, folders)):
        return job
    return replace(
        job,
        deepspeed_config=named.path,
        config_is_programs=True,
        found_config=(named.path, named.by),
        notes=(*job.notes, f"{named.by} names {named.path}, which is checked as its config"),
    )


def _typed_pairs(typed: Mapping[str, Any], launch_file: str | None) -> tuple[tuple[str, str], ...]:
    """Each option and its value, as they would be typed again; empty where it takes none."""
    pairs = [
        (KEYS[name].flag, "" if KEYS[name].switch else str(word))
        for name, value in typed.items()
        if KEYS[name].faces and value is not None
        for word in (value if KEYS[name].repeats else [value])
    ]
    return (*pairs, *([("--launch-file", launch_file)] if launch_file else []))


def _fields_of(merged: LaunchFile, within: str = "") -> dict[str, Any]:
    """The values by the fields that they fill: those of `Job`, or of the dataclass in one of it."""
    fields = ((KEYS[name].field.rpartition("."), value) for name, value in merged.values.items())
    return {field: value for (outer, _, field), value in fields if outer == within}


def read_options(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, each read as launch.toml's key of the same name. Raises UsageError."""
    nothing: tuple[object, ...] = (None, (), [], {})
    return {
        name: _read_option(KEYS[name], value)
        for name, value in typed.items()
        if value not in nothing
    }


def _read_option(key: Key, value: Any) -> Any:
    """One option's value, read. Raises UsageError that names the option."""
    if key.repeats:
        words = (word.strip() for joined in value for word in joined.split(","))
        value = [word for word in words if word]
    try:
        return key.read(list(value) if isinstance(value, tuple) else value)
    except ValueError as error:
        raise UsageError(f"{key.flag}: {error}") from None


def _load_launch_file(name: str | None, cwd: Path) -> LaunchFile:
    """launch.toml, its paths located; an empty one where none is asked for and none is there."""
    path = cwd / os.path.expanduser(name or NAME)
    if name is None and not os.path.lexists(path):
        return LaunchFile()
    file = read_launch_file(path)
    return replace(file, values=_with_absolute_paths(file.values, path.parent))


def _with_absolute_paths(values: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """The values with paths of this machine, and `workdir`, made absolute against `base`."""
    located = {name: _located(base, value) for name, value in values.items() if KEYS[name].local}
    if hosts := hosts_path(values.get("hosts", ""), base):
        located["hosts"] = str(hosts)
    return {**values, **located}


def _located(base: Path, path: str) -> str:
    """The path against `base`, without the `..` that a reader need not follow."""
    whole = os.path.join(base, os.path.expanduser(path))
    short = os.path.normpath(whole)
    return short if os.path.realpath(short) == os.path.realpath(whole) else whole


def _merge_options(typed: Mapping[str, Any], file: LaunchFile) -> LaunchFile:
    """What was typed, and below it what the file says; one typed filter displaces both."""
    filters = _FILTERS if typed.keys() & set(_FILTERS) else ()
    kept = {name: value for name, value in file.values.items() if name not in filters}
    merged = {
        name: {**kept.get(name, {}), **value} if KEYS[name].any_name else value
        for name, value in typed.items()
    }
    hidden = {*typed, *filters}
    places = {name: place for name, place in file.places.items() if name not in hidden}
    return LaunchFile({**kept, **merged}, places)


def _job_nodes(merged: LaunchFile, environ: Mapping[str, str]) -> tuple[tuple[Node, ...], str]:
    """The nodes and where they came from: a path, `--hosts` or `SLURM_JOB_NODELIST`."""
    if hosts := merged.get("hosts"):
        source = merged.places.get("hosts", "--hosts")
        path = hosts_path(hosts, Path())
        return hosts_from_option(hosts, source=source), str(path or source)
    nodes = hosts_from_slurm(environ)
    if not nodes:
        usual = near_hosts_file(Path("hosts.txt").absolute())
        raise UsageError(_NO_HOSTS, right=("--hosts", usual or "node1,node2"))
    return nodes, "SLURM_JOB_NODELIST"


@contextlib.contextmanager
def _errors_placed_in(merged: LaunchFile, *names: str) -> Iterator[None]:
    """Puts launch.toml's `file:line` of a key before what is wrong with its value."""
    try:
        yield
    except UsageError as error:
        places = [f"{merged.places[name]}: " for name in names if name in merged.places]
        said = f"{''.join(places[:1])}{error}"
        raise UsageError(said, typed=error.typed, right=error.right) from None


def _choose_head(merged: LaunchFile, nodes: Sequence[Node]) -> str:
    """The head that was asked for, if it takes part; else the first node that does."""
    names = [node.name for node in nodes]
    with _errors_placed_in(merged, *_FILTERS):
        kept = kept_nodes(names, merged.get("include"), merged.get("exclude"))
    head: str = merged.get("head") or kept[0]
    if head not in kept:
        why = "left out by include or exclude" if head in names else "not one of the nodes"
        source = merged.places.get("head", "--head")
        raise UsageError(
            f"{source}: the head {quote_text(head, 60)} is {why}{suggest_word(head, kept)}",
            typed=("--head", head),
            right=("--head", near_word(head, kept) or kept[0]),
        )
    return head


def _ssh_settings(merged: LaunchFile) -> tuple[Ssh, tuple[str, ...]]:
    """How to log in, its files there and readable, and a note where a config was found."""
    settings = _fields_of(merged, "ssh")
    notes: tuple[str, ...] = ()
    hosts = hosts_path(merged.get("hosts") or "", Path())
    beside = hosts.with_name("ssh_config") if hosts else None
    if beside and "config" not in settings and os.path.isfile(beside):
        settings["config"] = str(beside)
        notes = (f"using the ssh config {beside}, which was found beside the hosts file",)
    for name in ("key", "config"):
        with _errors_placed_in(merged, f"ssh_{name}"):
            if name in settings:
                require_readable(Path(settings[name]), f"ssh {name}")
    return Ssh(**settings), notes


def _deepspeed_env(
    merged: LaunchFile, cwd: Path, environ: Mapping[str, str]
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Its variables and notes; nothing where a launcher starts that never reads it."""
    reads = merged.get("with_") in (None, *LAUNCHERS_THAT_READ_IT)
    return deepspeed_env(cwd, environ) if reads else ({}, ())


def _training_python(given: str | None, workdir: str) -> str:
    """The training interpreter: a path is made absolute, a bare name is left to the node's PATH."""
    python = given or os.path.abspath(sys.executable)
    return str(Path(workdir) / os.path.expanduser(python)) if "/" in python else python


def inputs_digest(job: Job, fields: Collection[str]) -> str:
    """What these fields of the job say, and who its nodes are and how they are reached.

    Equal digests: the same question asked of the same nodes. The place of the hosts file does not
    matter, nor does any other field. Secrets cannot be read back from it.
    """
    asked = {field: getattr(job, field) for field in (*_WHO_AND_HOW, *fields)}
    text = json.dumps(asked, sort_keys=True, default=dataclasses.asdict)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
