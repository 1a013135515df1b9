"""Whether the nodes' own checkpoints are of the same step: each rank reads `latest` of its node."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from checks.facts import ClusterView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.files import FolderSpace
from checks.folded_names import fold_names
from checks.model import Fix, Verdict, block, warn
from checks.outliers.consensus import majority_value

RESUMING = "load_checkpoint"


def judge_latest_tags(cluster: ClusterView, rooms: Mapping[str, FolderSpace]) -> Verdict | None:
    """None where at most one node has a `latest`, or all that have one name a tag that is there.

    A node without one is none of them: without `use_node_local_storage` rank 0 alone writes it.
    """
    named = {name: room for name, room in rooms.items() if room.latest}
    lacking = [name for name, room in named.items() if room.latest not in room.tags]
    tags = dict.fromkeys(room.latest for room in named.values())
    if len(tags) < 2 and not lacking:
        return None
    folder = next(iter(named.values())).absolute
    says = "; ".join(
        f"{tag} on {fold_names(name for name, room in named.items() if room.latest == tag)}"
        for tag in tags
    )
    message = f"{folder}/latest says {says}"
    if lacking:
        message += f"; {fold_names(lacking)} has no folder of that name"
    if len(named) > 1:
        message += ": ranks that resume would load other steps, or none"
    verdict = block if _resumes(cluster) else warn
    return verdict("latest-differs", message, _fix(named, folder), nodes=lacking or [*named])


def judge_empty_latest(cluster: ClusterView, rooms: Mapping[str, FolderSpace]) -> Verdict | None:
    """A `latest` without a word, as a full disk leaves it: resuming there ends with an error."""
    empty = [name for name, room in rooms.items() if room.latest_empty]
    if not empty or not _resumes(cluster):
        return None
    folder = rooms[empty[0]].absolute
    said = {name: room.latest for name, room in rooms.items() if room.latest}
    tag = majority_value(said, cluster.job.head) if said else ""
    known = f"; {tag} on {fold_names(said)}" if said else ""
    message = f"{folder}/latest is empty on {fold_names(empty)}{known}: no rank there can resume"
    verdict = block if _is_told_to_resume(cluster) else warn
    having = [name for name in empty if tag in rooms[name].tags]
    if not having:
        tags = rooms[empty[0]].tags
        note = f"write the name of a whole step into it, or start afresh; there: {', '.join(tags)}"
        return verdict("latest-empty", message, Fix(note=note), nodes=empty)
    others = f"; the same on {fold_names(having[1:])}" if having[1:] else ""
    fix = Fix(_write_command(tag, folder), having[0], f"that step is there{others}")
    return verdict("latest-empty", message, fix, nodes=empty)


def judge_torn_files(cluster: ClusterView, rooms: Mapping[str, FolderSpace]) -> Verdict | None:
    """Files of the newest step that were cut short: no rank can load what it needs of them."""
    torn = {name: room for name, room in rooms.items() if room.torn}
    if not torn or not _resumes(cluster):
        return None
    node, room = next(iter(torn.items()))
    file, why = next(iter(room.torn.items()))
    more = f", and {len(room.torn) - 1} more files" if len(room.torn) > 1 else ""
    path = f"{room.absolute}/{room.latest}/{file}"
    message = f"{path} on {fold_names(torn)} {why}{more}: no rank can resume from it"
    older = [tag for tag in room.tags if tag != room.latest]
    note = "copy that file again from where the step was saved, or start without resuming"
    if older:
        note += f"; or name an older step, {older[-1]}, in `latest` of every node"
    verdict = block if _is_told_to_resume(cluster) else warn
    fix = Fix(f"ls -l {shlex.quote(path)}", node, note)
    return verdict("cut-short", message, fix, nodes=[*torn])


def judge_missing_latest(cluster: ClusterView, rooms: Mapping[str, FolderSpace]) -> Verdict | None:
    """Of nodes that resume from their own disks: None where all have a `latest`, or none has.

    DeepSpeed writes it on rank 0's node alone, from some release on with
    `use_node_local_storage` too. A rank that finds none loads nothing, and says so in a warning,
    while the others load. A script may name the tag itself, and needs none then: it only warns.
    """
    named = {name: room for name, room in rooms.items() if room.latest}
    lacking = [name for name in rooms if name not in named]
    if not named or not lacking or not _resumes(cluster):
        return None
    first = next(iter(named.values()))
    tag, folder = first.latest, first.absolute
    without = [name for name in lacking if tag not in rooms[name].tags]
    message = f"{folder}/latest says {tag} on {fold_names(named)}, and is missing on "
    message += f"{fold_names(lacking)}: ranks there would load nothing, and the others that step"
    if without:
        note = f"copy {tag} from where it was saved; {fold_names(without)} does not have it"
        return warn("latest-missing", f"{message}; nor is that step there", Fix(note=note))
    others = f"the same on {fold_names(lacking[1:])}" if lacking[1:] else ""
    fix = Fix(_write_command(tag, folder), lacking[0], others)
    return warn("latest-missing", message, fix, nodes=lacking)


def _write_command(tag: str, folder: str) -> str:
    return f"printf %s {shlex.quote(tag)} >{shlex.quote(f'{folder}/latest')}"


def _resumes(cluster: ClusterView) -> bool:
    """Whether the script loads checkpoints, or an option of the command asks it to."""
    head = cluster.head
    script = head.read(DeepspeedConfig).script if head.has(DeepspeedConfig) else None
    loads = script is not None and RESUMING in script.words
    return loads or _is_told_to_resume(cluster)


def _is_told_to_resume(cluster: ClusterView) -> bool:
    options = [word.partition("=") for word in cluster.job.command[1:]]
    return any(
        "resume" in name.lower() and (bool(equals) or name.startswith("-"))
        for name, equals, _ in options
    )


def _fix(named: Mapping[str, FolderSpace], folder: str) -> Fix:
    """The newest step that all of them have, where there is one."""
    common = [
        tag
        for tag in next(iter(named.values())).tags
        if all(tag in room.tags for room in named.values())
    ]
    if not common:
        note = (
            f"no step is on all of them: copy it from where it was saved, or start afresh with "
            f"another output folder than {folder}"
        )
        return Fix(note=note)
    behind = [name for name, room in named.items() if room.latest != common[-1]]
    others = f"; the same on {fold_names(behind[1:])}" if behind[1:] else ""
    command = _write_command(common[-1], folder)
    note = f"{common[-1]} is the newest step that every node has{others}"
    return Fix(command, behind[0], f"{note}; or copy what is newer, where a node has it")
