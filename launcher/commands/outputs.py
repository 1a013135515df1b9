"""Where the files are that a run has written, and on which nodes: asked of these once it ended."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from checks.contact.logins import open_contact
from checks.errors import FactError, PreflightError
from checks.facts import ClusterView, Snapshot
from checks.facts.decode import Fact
from checks.facts.deepspeed_config import TrainingScript
from checks.facts.saved_checkpoints import SavedCheckpoints
from checks.facts.workdir_files import WorkdirFiles
from checks.folded_names import fold_names
from checks.job.output_folders import output_folders
from checks.masking import mask_typed
from checks.model import Job
from checks.next_line import next_line, same_line, typed_call
from checks.node.probe import (  # noqa: F401 - registers its section
    saved_checkpoints,
    workdir_files,
)
from launcher.commands.checkpoints import FoundCheckpoint, find_checkpoints

F = TypeVar("F", bound=Fact)
LIMIT_S = 20.0
TAKES_CHECKPOINT = "args.resume_from_checkpoint"
"""What a script has that hands transformers' own argument on to its Trainer."""
RESUME = "--resume_from_checkpoint"


@dataclass(frozen=True)
class EndedRun:
    """What ran: `ranks` ranks, begun `age_s` ago, by what may be the `script`."""

    ranks: int
    age_s: float
    script: TrainingScript | None = None


@dataclass(frozen=True)
class _Seen:
    """What nodes have in a folder, by name."""

    files: Mapping[str, WorkdirFiles] = field(default_factory=dict)
    checkpoints: Mapping[str, SavedCheckpoints] = field(default_factory=dict)


def output_lines(
    job: Job, names: Sequence[str], run: EndedRun, *, to_resume: bool = False
) -> list[str]:
    """A line for each folder in which nodes have files; nothing of a node that does not answer.

    Where the run is `to_resume`, of folders with a checkpoint alone, and the line that goes on from
    the newest that is whole, where the script takes one.
    """
    folders = written_folders(job, run.script)
    if not folders:
        return []
    try:
        seen = _look_into(job, names, folders, run.age_s)
    except PreflightError:
        return []
    takes = run.script is not None and TAKES_CHECKPOINT in run.script.words
    lines: list[str] = []
    for folder in folders:
        found = find_checkpoints(seen[folder].checkpoints, run.ranks)
        if found or not to_resume:
            lines += describe_output(job, folder, seen[folder].files, found)
        whole = next((each.folder for each in found if not each.torn), "")
        if whole and to_resume and takes:
            lines.append(f"to go on from it: {resuming_line(job, posixpath.join(folder, whole))}")
    return lines


def written_folders(job: Job, script: TrainingScript | None) -> tuple[str, ...]:
    """What the job says, or else its script: absolute, each once."""
    named = script.outputs if script else ()
    of_script = (posixpath.normpath(posixpath.join(job.workdir, path)) for path in named)
    return output_folders(job) or tuple(dict.fromkeys(of_script))


def resuming_line(job: Job, checkpoint: str) -> str:
    """The line that was typed, with that checkpoint for the script."""
    typed = mask_typed(typed_call()[1])
    own = typed[: typed.index("--")] if "--" in typed else typed
    command = [word for word in mask_typed(("--", *job.command)) if word != "--"]
    if RESUME in command:
        del command[command.index(RESUME) : command.index(RESUME) + 2]
    below = posixpath.relpath(checkpoint, job.workdir)
    path = checkpoint if below.startswith("..") else below
    return same_line("launcher", (*own, "--", *command, RESUME, path))


def _look_into(
    job: Job, names: Sequence[str], folders: Sequence[str], age_s: float
) -> dict[str, _Seen]:
    """What each folder has on each node that answers."""
    seen: dict[str, _Seen] = {}
    job = replace(job, nodes=tuple(node for node in job.nodes if node.name in names))
    sections = (WorkdirFiles.section, SavedCheckpoints.section)
    contact, _ = open_contact(job, names, sections)
    with contact:
        for folder in folders:
            args = {"workdir": folder, "paths": [], "others": True, "age_s": age_s}
            snapshot = Snapshot(job, "")
            requests = [(section, args) for section in sections]
            asked = dict.fromkeys(names, requests)
            for name, answers in contact.ask_all(asked, LIMIT_S).items():
                for section, answer in answers.items():
                    snapshot.put(name, section, answer)
            cluster = ClusterView(snapshot)
            seen[folder] = _Seen(
                dict(_decoded(cluster, WorkdirFiles)), dict(_decoded(cluster, SavedCheckpoints))
            )
    return seen


def _decoded(cluster: ClusterView, kind: type[F]) -> Iterator[tuple[str, F]]:
    for node in cluster.nodes:
        with contextlib.suppress(FactError):
            yield node.name, node.read(kind)


def describe_output(
    job: Job,
    folder: str,
    seen: Mapping[str, WorkdirFiles],
    found: Sequence[FoundCheckpoint] = (),
) -> Iterator[str]:
    """Which nodes have files there, the newest checkpoint, and the line that merges its shards.

    `found` are the checkpoints, the newest first; one that is not whole is not merged, and neither
    are shards that an earlier run left in the folder of a newer checkpoint.
    """
    having = {name: there for name, there in seen.items() if there.others}
    if not having:
        return
    shared = len({there.identity for there in having.values()}) < len(having)
    where = f"shared by {fold_names(having)}" if shared else _holders(having)
    yield f"output: {folder} {where}{_describe_newest(found)}"
    whole = next((checkpoint for checkpoint in found if not checkpoint.torn), None)
    if whole and whole.mergeable:
        tagged = posixpath.basename(whole.folder).startswith("global_step")
        path = posixpath.join(folder, posixpath.dirname(whole.folder) if tagged else whole.folder)
        below = posixpath.relpath(path, job.workdir)
        which = path if below.startswith("..") else below
        tag = ("--tag", posixpath.basename(whole.folder)) if tagged and found[0].torn else ()
        line = next_line("weights", job, which, "-o", "weights", *tag)
        yield f"its weights in one piece: {line}"


def _describe_newest(found: Sequence[FoundCheckpoint]) -> str:
    """The newest checkpoint, and where that is not whole, why not and which is the last whole."""
    if not found:
        return ""
    newest = found[0]
    if not newest.torn:
        return f", newest checkpoint {newest.folder}{_of_which_run(newest)}"
    whole = next((each for each in found if not each.torn), None)
    last = (
        f"the last whole one is {whole.folder}{_of_which_run(whole)}" if whole else "none is whole"
    )
    return f"\n  newest checkpoint {newest.folder} is not whole: {newest.torn}; {last}"


def _of_which_run(checkpoint: FoundCheckpoint) -> str:
    return "" if checkpoint.fresh else ", which is older than this run"


def _holders(having: Mapping[str, WorkdirFiles]) -> str:
    """On which nodes files are; where a node has but a part of another's, that may be a copy."""
    files = {name: frozenset(there.others) for name, there in having.items()}
    whole = {
        name: own for name, own in files.items() if not any(own < other for other in files.values())
    }
    alike = len({*whole.values()}) == 1
    each = ", under the same names on each" if alike else ", each its own files"
    parts = f"; {fold_names(files.keys() - whole.keys())}" if len(whole) < len(files) else ""
    parts += " have some of these too" if len(files) - len(whole) > 1 else " has some of these too"
    text = f"on {fold_names(whole)}" + (each if len(whole) > 1 else "")
    return text + (parts if len(whole) < len(files) else "")
