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
from checks.facts.workdir_files import WorkdirFiles
from checks.folded_names import fold_names
from checks.job.output_folders import output_folders
from checks.model import Job
from checks.next_line import next_line
from checks.node.probe import workdir_files  # noqa: F401 - registers its section

LIMIT_S = 20.0
_CHECKPOINT = re.compile(r"(?P<folder>(?:.*?/)?(?:global_step|checkpoint-)(?P<step>\d+))/.*")
_SHARD = re.compile(r".*(zero_pp_rank_\d+_mp_rank_\d+_optim_states\.pt|\.distcp)")


def output_lines(job: Job, names: Sequence[str]) -> list[str]:
    """A line for each folder in which nodes have files; nothing of a node that does not answer."""
    folders = output_folders(job)
    if not folders:
        return []
    try:
        seen = _look_into(job, names, folders)
    except PreflightError:
        return []
    return [line for each in folders for line in describe_output(job, each, seen[each])]


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
    newest = _newest_checkpoint(having.values())
    checkpoint = f", newest checkpoint {newest}" if newest else ""
    yield f"output: {folder} {where} {fold_names(having)}{each}{checkpoint}"
    paths = {path for there in having.values() for path in there.others}
    if newest and any(path.startswith(f"{newest}/") and _SHARD.fullmatch(path) for path in paths):
        tagged = posixpath.basename(newest).startswith("global_step")
        path = posixpath.join(folder, posixpath.dirname(newest) if tagged else newest)
        below = posixpath.relpath(path, job.workdir)
        which = path if below.startswith("..") else below
        yield f"its weights in one piece: {next_line('weights', job, which, '-o', 'weights')}"


def _newest_checkpoint(seen: Iterable[WorkdirFiles]) -> str:
    """The folder with the highest step; '' where there is none."""
    found = (_CHECKPOINT.fullmatch(path) for there in seen for path in there.others)
    steps = {match["folder"]: int(match["step"]) for match in found if match}
    return max(steps, key=lambda folder: (steps[folder], -len(folder)), default="")
