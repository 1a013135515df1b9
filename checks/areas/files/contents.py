"""Whether models and data are whole: there is more than their name."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping, Sequence

from checks.areas.files.fixes import abbreviate_nodes, copy_command
from checks.areas.files.samples import judge_samples
from checks.areas.files.sharing import missing_mount_fix, path_on_nodes
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.network_mounts import NetworkMounts
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value, nodes_with_value, strict_majority
from checks.units import format_file_size

MOST_COPIED = 6
"""Of more files the whole folder is copied."""


@node_check("files.needed-data-is-whole", JobPaths, optional=(NetworkMounts,))
def needed_data_is_whole(node: NodeView) -> Verdict:
    """Models and data are complete on every node: no copy is partial.

    A mount point without its mount is an empty folder, an interrupted copy lacks weights, git
    without LFS leaves pointers: each ends one node's ranks while they load.

    Measured: The paths in `exist` and among the arguments: whether a folder is empty, number and
    bytes of the weights directly in it, links there that lead to nothing, the size of a file, and
    whether a small file is git's pointer; and the names and sizes of all files of data and weights
    below a folder, where the node has a part of what most nodes have, and nothing else. Of copies
    of one size on own disks eight blocks of 4 KiB are compared, of 500 files, within 1.5 s.

    Fix:
        empty, incomplete: mounts or copies it.
        dangling-link: a link in the folder leads to nothing. Copies the file from a node that has
            it; warns where none has.
        content-differs: copies the file. A tail of zeros blocks, other content warns.
        lfs-pointer: copies it from a node that has the file, else `git lfs pull`.
        another-version: a link points to another name than on most nodes; corrects it; warns where
            both contain as much.
    """
    paths = {
        path: job_path for path, job_path in node.read(JobPaths).paths.items() if job_path.there
    }
    if not paths:
        return skip("neither `exist` nor the command's arguments name a path that is there")
    for path, job_path in paths.items():
        others = {name: other for name, other in path_on_nodes(node, path).items() if other.there}
        verdict = (
            _pointer_verdict(node, job_path, others)
            or _dangling_verdict(node, job_path, others)
            or _empty_verdict(node, path, job_path, others)
            or _other_version_verdict(node, job_path, others)
            or _missing_files_verdict(node, job_path, others)
            or _incomplete_verdict(node, job_path, others)
            or judge_samples(node, job_path, others)
        )
        if verdict is not None:
            return verdict
    return ok(
        ", ".join(f"{path}: {_describe_amount(job_path)}" for path, job_path in paths.items())
    )


def _describe_amount(job_path: JobPath) -> str:
    if job_path.kind != "directory":
        return format_file_size(job_path.bytes)
    weights = (
        f", {job_path.weights} of weights, {format_file_size(job_path.weight_bytes)}"
        if job_path.weights
        else ""
    )
    return f"{job_path.entries} entries{weights}"


def _pointer_verdict(
    node: NodeView, job_path: JobPath, others: dict[str, JobPath]
) -> Verdict | None:
    if not job_path.pointers:
        return None
    whole = [name for name, other in others.items() if not other.pointers]
    name = job_path.pointers[0]
    message = f"{job_path.absolute} on {node.name}: {name} is a git-lfs pointer, not the file"
    folder = (
        job_path.absolute if job_path.kind == "directory" else posixpath.dirname(job_path.absolute)
    )
    pull = node.fix(f"git -C {shlex.quote(folder)} lfs pull", "with git-lfs installed")
    fetch = copy_command(node, whole[0], job_path.absolute) if whole else ""
    return block("lfs-pointer", message, node.fix(fetch) if fetch else pull)


def _dangling_verdict(
    node: NodeView, job_path: JobPath, others: dict[str, JobPath]
) -> Verdict | None:
    """Files of a folder that are links to nothing, as where a copy left out what they lead to.

    What no node has otherwise may be of no use: it warns.
    """
    if not job_path.dangling:
        return None
    name, target = next(iter(job_path.dangling.items()))
    more = f", and {len(job_path.dangling) - 1} more" if len(job_path.dangling) > 1 else ""
    what = f"{name} is a link to {target}, which is not there{more}"
    message = f"{job_path.absolute} on {node.name}: {what}"
    whole = [peer for peer, other in others.items() if not other.dangling and other.entries]
    if not whole:
        note = "copy or download what it leads to, or the folder anew; or remove the link"
        return warn("dangling-link", message, node.fix("", note))
    paths = [shlex.quote(posixpath.join(job_path.absolute, each)) for each in job_path.dangling]
    copy = copy_command(node, whole[0], job_path.absolute)
    if len(paths) < MOST_COPIED:
        copies = (
            copy_command(node, whole[0], posixpath.join(job_path.absolute, each))
            for each in job_path.dangling
        )
        copy = " && ".join(copies)
    return block("dangling-link", message, node.fix(f"rm {' '.join(paths)} && {copy}"))


def _empty_verdict(
    node: NodeView, path: str, job_path: JobPath, others: dict[str, JobPath]
) -> Verdict | None:
    filled = [name for name, other in others.items() if other.entries]
    if job_path.kind != "directory" or job_path.entries or not filled:
        return None
    message = (
        f"{job_path.absolute} is empty on {node.name}, but not on {abbreviate_nodes(filled)}: not "
        "mounted?"
    )
    fix: Fix = missing_mount_fix(node, path, job_path.absolute) or node.fix(
        copy_command(node, filled[0], job_path.absolute)
    )
    return block("empty", message, fix)


def _missing_files_verdict(
    node: NodeView, job_path: JobPath, others: dict[str, JobPath]
) -> Verdict | None:
    """Files that most nodes have and this one lacks, or has shorter; parts of its own are none."""
    most, here = _whole_set([other.files for other in others.values()]), job_path.files
    if not most or not here.keys() <= most.keys():
        return None
    short = [name for name, size in most.items() if here.get(name, -1) < size]
    if not short or any(here[name] > most[name] for name in here):
        return None
    source = next(name for name, other in others.items() if other.files == most)
    named = ", ".join(sorted(short)[:3]) + (f" and {len(short) - 3} more" if short[3:] else "")
    lacking = sum(name not in here for name in short)
    what = f"lacks {lacking} of {len(most)} files" if lacking else "has files that are cut short"
    message = f"{job_path.absolute} on {node.name} {what}: {named}; {source} has them"
    paths = [posixpath.join(job_path.absolute, name) for name in sorted(short)]
    copies = [copy_command(node, source, path) for path in paths]
    copy = (
        " && ".join(copies)
        if len(copies) < MOST_COPIED
        else copy_command(node, source, job_path.absolute)
    )
    return block("incomplete", message, node.fix(copy), files=sorted(short))


def _whole_set(sets: Sequence[Mapping[str, int]]) -> Mapping[str, int]:
    """What most nodes have; without a majority all that any node has, where others have most of it:
    a head may keep everything, and each node its part.
    """
    most = strict_majority(frozenset(files.items()) for files in sets)
    if most is not None:
        return dict(most)
    largest = max(sets, key=len)
    parts = all(files.keys() <= largest.keys() for files in sets)
    return largest if parts and all(2 * len(files) > len(largest) for files in sets) else {}


def _incomplete_verdict(
    node: NodeView, job_path: JobPath, others: dict[str, JobPath]
) -> Verdict | None:
    """Another amount of weights, or another size of a file that is compared by nothing else."""
    if job_path.digest or not (job_path.weights or job_path.kind == "file" or _has_weights(others)):
        return None
    amounts = {name: _content_amount(other) for name, other in others.items()}
    most = majority_value(amounts, node.job.head)
    having = nodes_with_value(amounts, most)
    if _content_amount(job_path) == most:
        return None
    message = (
        f"{job_path.absolute} on {node.name} has {_describe_amount(job_path)}; "
        f"on {abbreviate_nodes(having)} {_describe_amount(others[having[0]])}"
    )
    return block("incomplete", message, node.fix(copy_command(node, having[0], job_path.absolute)))


def _has_weights(others: dict[str, JobPath]) -> bool:
    return any(other.weights for other in others.values())


def _content_amount(job_path: JobPath) -> tuple[int, int]:
    return (
        (0, job_path.bytes)
        if job_path.kind == "file"
        else (job_path.weights, job_path.weight_bytes)
    )


def _other_version_verdict(
    node: NodeView, job_path: JobPath, others: dict[str, JobPath]
) -> Verdict | None:
    """A link that leads to something of another name than on most nodes."""
    targets = {name: posixpath.basename(other.real) for name, other in others.items()}
    most = majority_value(targets, node.job.head)
    here = posixpath.basename(job_path.real)
    if here == most or posixpath.basename(job_path.absolute) in (here, most):
        return None
    having = nodes_with_value(targets, most)
    usual = others[having[0]].real
    message = (
        f"{job_path.absolute} leads to {job_path.real} on {node.name}, but to {usual} on "
        f"{abbreviate_nodes(having)}"
    )
    link = shlex.join(["ln", "-sfn", usual, job_path.absolute])
    note = f"if {usual} is there; copy it first where it is not"
    same_amount = _content_amount(job_path) == _content_amount(others[having[0]])
    has_weights = _has_weights({node.name: job_path, **others})
    verdict = block if has_weights and not same_amount else warn
    return verdict("another-version", message, node.fix(link, note))
