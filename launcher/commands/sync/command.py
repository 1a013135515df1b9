"""`launcher sync` and `start --sync`: the working directory's files, alike on every node."""

from __future__ import annotations

import concurrent.futures
import posixpath
import shlex
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from checks.contact.logins import POOL, open_contact
from checks.contact.pool import Contact
from checks.errors import FactError, PreflightError, UsageError
from checks.facts import ClusterView, Snapshot
from checks.facts.decode import decode_fact
from checks.facts.workdir_files import WorkdirFiles
from checks.folded_names import fold_names
from checks.job.output_folders import checkpoints_read
from checks.model import Job
from checks.next_line import next_line, start_line
from checks.node.probe import workdir_files  # noqa: F401 - registers its section
from checks.node.probe.core import SECTIONS
from checks.units import format_file_size
from launcher.commands.remote_scripts import ask_consent
from launcher.commands.sync.changes import Files, NodeChange, describe_changes, node_changes
from launcher.commands.sync.source_files import SourceFolder, without_environments
from launcher.commands.sync.transfer import Archives, Order, Transfer
from launcher.commands.sync.written_folders import written_folders
from launcher.commands.trust.node_logins import WITHOUT_TRUST
from launcher.gate import without_unused_nodes
from launcher.options import job_from_options

LIMIT_S = 120.0
MOST_NAMED = 4
MUCH = 1 << 30
"""More bytes than this to one node are asked about first: data that is no code."""


def add_options(parser: ArgumentParser) -> None:
    """Beside those of the job."""
    parser.add_argument(
        "--delete", action="store_true",
        help="delete on the nodes what is not here, but nothing that would not be copied",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="list the files, copy nothing")
    parser.add_argument("--yes", action="store_true", help="agree to what would be asked")


def sync_files(args: Namespace) -> None:
    """Copy the working directory's files to all nodes that take part."""
    job = job_from_options(args)
    sync_workdir(job, args, delete=args.delete)
    if not args.dry_run:
        print(f"Next (checks the nodes, starts){start_line(job)}")


def sync_workdir(job: Job, args: Namespace, *, delete: bool = False) -> set[str]:
    """Every node has the files of the folder here, or it is said what would be copied.

    Returns the paths, relative to the folder, that some node has not as they are here now. Raises
    PreflightError where a node cannot take them; the other nodes have them then.
    """
    job = without_unused_nodes(job)
    source = source_folder(job, Path.cwd(), getattr(args, "runs", Path("runs")))
    here = _look_here(source)
    contact, logins = open_contact(job, job.names, (WorkdirFiles.section,))
    with contact:
        away = [name for name, login in logins.items() if not login.reached]
        if away:
            causes = {logins[name].cause for name in away}
            detail = f" ({logins[away[0]].detail})" if len(away) == 1 else ""
            raise PreflightError(
                f"cannot log in to {fold_names(away)}: {', '.join(sorted(causes))}{detail}; "
                f"nothing was copied. {_login_line(job, causes)}"
            )
        seen = _ask_nodes(job, contact, list(here.files), others=delete)
        changes = node_changes(here, seen, _deletable(source, seen))
        if not args.dry_run:
            _require_space(job, seen, changes)
            _confirm(changes, here.files, args)
            _copy(job, source, contact, seen, changes)
    print(f"{len(here.files)} files of {source.path}:")
    if source.private_keys:
        print(f"private keys stay here: {', '.join(source.private_keys)}")
    if source.left_out:
        print(describe_left_out(source))
    print("\n".join(describe_changes(changes, done=not args.dry_run)), flush=True)
    return {path for change in changes.values() for path in change.copied if args.dry_run}


def describe_left_out(source: SourceFolder) -> str:
    """Which outputs of runs stay here, how much that is, and how they are taken along."""
    folders = list(dict.fromkeys(map(source.output_of, source.left_out)))
    sizes = [(source.path / path).lstat().st_size for path in source.left_out]
    files = f"{len(sizes)} file{'s' * (len(sizes) != 1)}, {format_file_size(sum(sizes))}"
    more = f" and {len(folders) - MOST_NAMED} more" if len(folders) > MOST_NAMED else ""
    return (
        f"outputs of runs stay here: {', '.join(folders[:MOST_NAMED])}{more} ({files}); "
        f"--sync-exclude {shlex.quote(f'!{folders[0]}')} takes that along"
    )


def _login_line(job: Job, causes: set[str]) -> str:
    """What to type where logins failed for these causes."""
    if causes <= {*WITHOUT_TRUST}:
        return f"Type {next_line('trust', job, '--ask-password')}"
    return f"Why: {next_line('preflight', job, '-k', 'controller-logs-in')}"


def source_folder(job: Job, cwd: Path, runs: Path) -> SourceFolder:
    """The working directory here or, where this machine has none, the current directory.

    `runs` has the records of earlier runs, whose outputs are no input of this one. Raises
    UsageError for a home directory: not all that is there is the job's.
    """
    workdir = Path(job.workdir)
    path = (workdir if workdir.is_dir() else cwd).resolve()
    if path in (Path("/"), Path.home().resolve()):
        raise UsageError(f"{path} would be copied whole; type it in the folder of the job")
    script = _below(job.command[0], job) if job.command else ""
    written = written_folders(job, path, runs)
    named = [folder for each in written if (folder := _below(each, job))]
    outputs = tuple(folder for folder in named if not script.startswith(f"{folder}/"))
    asked = filter(None, (_below(word, job) for word in checkpoints_read(job)))
    values = (_below(word.rpartition("=")[2], job) for word in job.command[1:] if word)
    files = (value for value in values if value and (path / value).is_file())
    return SourceFolder(path, job.sync_exclude, outputs, (*asked, *files))


def _below(path: str, job: Job) -> str:
    """The path relative to the working directory; '' where it is that, or not below it."""
    relative = posixpath.relpath(posixpath.join(job.workdir, path), job.workdir)
    return "" if relative == "." or relative.startswith("..") else relative


def _look_here(source: SourceFolder) -> WorkdirFiles:
    """The same as is asked of the nodes. Raises UsageError where there is nothing to copy."""
    args = {"workdir": str(source.path), "paths": source.files()}
    found = decode_fact(WorkdirFiles, SECTIONS[WorkdirFiles.section](args))
    kept = {path: file for path, file in found.files.items() if file.kind in ("file", "link")}
    if not kept:
        raise UsageError(
            f"{source.path}: no file to copy; .gitignore, [sync] exclude or outputs of runs "
            "have all"
        )
    return replace(found, files=kept)


def _ask_nodes(
    job: Job, contact: Contact, paths: list[str], *, others: bool
) -> dict[str, WorkdirFiles]:
    """What each node has. Raises PreflightError where one does not say."""
    args = {"workdir": job.workdir, "paths": paths, "others": others}
    snapshot = Snapshot(job, "")
    for name, answer in contact.ask(
        WorkdirFiles.section, dict.fromkeys(job.names, args), LIMIT_S
    ).items():
        snapshot.put(name, WorkdirFiles.section, answer)
    cluster = ClusterView(snapshot)
    try:
        return {name: cluster[name].read(WorkdirFiles) for name in job.names}
    except FactError as error:
        raise PreflightError(f"{error}; nothing was copied") from error


def _deletable(source: SourceFolder, seen: Mapping[str, WorkdirFiles]) -> set[str]:
    """What nodes have beside, and would travel if it were here."""
    others = {path for there in seen.values() for path in without_environments(there.others)}
    return others - source.ignored(others) if others else set()


def _require_space(
    job: Job, seen: Mapping[str, WorkdirFiles], changes: Mapping[str, NodeChange]
) -> None:
    """Raises PreflightError, before anything is copied, where it cannot be."""
    wrong = {}
    for name, change in changes.items():
        space = seen[name].space
        if change.nothing:
            continue
        if not space.directory:
            wrong[name] = f"{space.nearest} is a file, and {job.workdir} would be below it"
        elif space.read_only:
            wrong[name] = f"{space.mount} is mounted read-only"
        elif not space.writable:
            wrong[name] = f"the login may not write in {space.nearest}"
        elif space.free_bytes < change.bytes:
            free, needed = map(format_file_size, (space.free_bytes, change.bytes))
            wrong[name] = f"{space.mount} has {free} free, and the files take {needed}"
    _raise_for(wrong, "nothing was copied")


def _raise_for(wrong: Mapping[str, str], then: str) -> None:
    """One line for nodes with the same reason. Raises PreflightError where there is any."""
    reasons: dict[str, list[str]] = {}
    for name, why in wrong.items():
        reasons.setdefault(why, []).append(name)
    lines = [f"{fold_names(names)}: {why}" for why, names in reasons.items()]
    if lines:
        raise PreflightError("\n".join(lines) + f"\n{then}")


def _confirm(changes: Mapping[str, NodeChange], here: Files, args: Namespace) -> None:
    """Where there is much to copy: a person agrees, who sees which folder has most of it."""
    most = max(changes.values(), key=lambda change: change.bytes)
    if most.bytes <= MUCH:
        return
    sizes: dict[str, int] = {}
    for path in most.copied:
        top = path.split("/", 1)[0]
        sizes[top] = sizes.get(top, 0) + here[path].bytes
    largest = max(sizes, key=lambda top: sizes[top])
    question = (
        f"Copy {format_file_size(most.bytes)} to each node, of which {largest} has "
        f"{format_file_size(sizes[largest])}? [sync] exclude leaves it out."
    )
    if not ask_consent(question, args):
        raise PreflightError("nothing was copied")


def _copy(
    job: Job,
    source: SourceFolder,
    contact: Contact,
    seen: Mapping[str, WorkdirFiles],
    changes: Mapping[str, NodeChange],
) -> None:
    """All nodes at once. Raises PreflightError that says which could not."""
    wanted = {name: change for name, change in changes.items() if not change.nothing}
    by_rsync = {name for name in wanted if seen[name].rsync and shutil.which("rsync")}
    with Archives(source.path) as archives:

        def send(name: str) -> str:
            transfer, change = Transfer(contact, name, job.python, job.container), wanted[name]
            order = Order(job.workdir, change.deleted, tuple(change.kept))
            paths = tuple(change.copied)
            if name in by_rsync and paths and transfer.by_rsync(order, source.path, paths):
                return ""
            return transfer.by_tar(order, archives.pieces(paths))

        with concurrent.futures.ThreadPoolExecutor(POOL) as pool:
            failed = dict(zip(wanted, pool.map(send, wanted), strict=True))
    _raise_for({name: why for name, why in failed.items() if why}, "the other nodes have the files")
