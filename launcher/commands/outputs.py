"""Where the files are that a run has written, and on which nodes: asked of these once it ended."""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checks.contact.logins import open_contact
from checks.errors import FactError, PreflightError
from checks.facts import ClusterView, Snapshot
from checks.facts.deepspeed_config import TrainingScript
from checks.facts.workdir_files import WorkdirFiles
from checks.folded_names import fold_names
from checks.job.output_folders import output_folders
from checks.masking import mask_typed
from checks.model import Job
from checks.next_line import next_line, same_line, typed_call
from checks.node.probe import workdir_files  # noqa: F401 - registers its section

LIMIT_S = 20.0
TAKES_CHECKPOINT = "args.resume_from_checkpoint"
"""What a script has that hands transformers' own argument on to its Trainer."""
RESUME = "--resume_from_checkpoint"
_CHECKPOINT = re.compile(r"(?P<folder>(?:.*?/)?(?:global_step|checkpoint-)(?P<step>\d+))/.*")
_SHARD = re.compile(r".*(zero_pp_rank_\d+_mp_rank_\d+_optim_states\.pt|\.distcp)")


def output_lines(
    job: Job, names: Sequence[str], script: TrainingScript | None, *, to_resume: bool = False
) -> list[str]:
    """A line for each folder in which nodes have files; nothing of a node that does not answer.

    Where the run is `to_resume`, of folders with a checkpoint alone, and the line that goes on from
    it, where the `script` takes one.
    """
    folders = output_folders(job) or _folders_of_script(job, script)
    if not folders:
        return []
    try:
        seen = _look_into(job, names, folders)
    except PreflightError:
        return []
    lines: list[str] = []
    for folder in folders:
        newest = newest_checkpoint(seen[folder].values())
        if newest or not to_resume:
            lines += describe_output(job, folder, seen[folder])
        if newest and to_resume and script and TAKES_CHECKPOINT in script.words:
            lines.append(f"to go on from it: {resuming_line(job, posixpath.join(folder, newest))}")
    return lines


def _folders_of_script(job: Job, script: TrainingScript | None) -> tuple[str, ...]:
    named = script.outputs if script else ()
    return tuple(
        dict.fromkeys(posixpath.normpath(posixpath.join(job.workdir, path)) for path in named)
    )


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
    job: Job, names: Sequence[str], folders: Sequence[str]
) -> dict[str, dict[str, WorkdirFiles]]:
    """What each folder has on each node that answers."""
    seen: dict[str, dict[str, WorkdirFiles]] = {}
    job = replace(job, nodes=tuple(node for node in job.nodes if node.name in names))
    contact, _ = open_contact(job, names, (WorkdirFiles.section,))
    with contact:
        for folder in folders:
            args = {"workdir": folder, "paths": [], "others": True}
            answers = contact.ask(WorkdirFiles.section, dict.fromkeys(names, args), LIMIT_S)
            snapshot = Snapshot(job, "")
            for name, answer in answers.items():
                snapshot.put(name, WorkdirFiles.section, answer)
            seen[folder] = dict(_decoded(ClusterView(snapshot)))
    return seen


def _decoded(cluster: ClusterView) -> Iterator[tuple[str, WorkdirFiles]]:
    for node in cluster.nodes:
        with contextlib.suppress(FactError):
            yield node.name, node.read(WorkdirFiles)


def describe_output(job: Job, folder: str, seen: Mapping[str, WorkdirFiles]) -> Iterator[str]:
    """Which nodes have files there, the newest checkpoint, and the line that merges its shards."""
    having = {name: there for name, there in seen.items() if there.others}
    if not having:
        return
    shared = len({there.identity for there in having.values()}) < len(having)
    where = "shared by" if shared else "on"
    each = ", each its own files" if len(having) > 1 and not shared else ""
    newest = newest_checkpoint(having.values())
    checkpoint = f", newest checkpoint {newest}" if newest else ""
    yield f"output: {folder} {where} {fold_names(having)}{each}{checkpoint}"
    paths = {path for there in having.values() for path in there.others}
    if newest and any(path.startswith(f"{newest}/") and _SHARD.fullmatch(path) for path in paths):
        tagged = posixpath.basename(newest).startswith("global_step")
        path = posixpath.join(folder, posixpath.dirname(newest) if tagged else newest)
        below = posixpath.relpath(path, job.workdir)
        which = path if below.startswith("..") else below
        yield f"its weights in one piece: {next_line('weights', job, which, '-o', 'weights')}"


def newest_checkpoint(seen: Iterable[WorkdirFiles]) -> str:
    """The folder with the highest step; '' where there is none."""
    found = (_CHECKPOINT.fullmatch(path) for there in seen for path in there.others)
    steps = {match["folder"]: int(match["step"]) for match in found if match}
    return max(steps, key=lambda folder: (steps[folder], -len(folder)), default="")
