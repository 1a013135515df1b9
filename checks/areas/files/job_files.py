"""The files and folders that launch.toml names."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping

from checks.areas.files.fixes import (
    abbreviate_nodes,
    copy_command,
    explain_unreadable,
)
from checks.areas.files.sharing import is_mostly_shared, missing_mount_fix
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.files import Files, FolderSpace, PathState
from checks.facts.job_paths import JobPaths
from checks.model import Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value, nodes_with_value
from checks.units import format_file_size

LEAST_FREE = 500 * 1000**2
"""Less than this cannot hold a checkpoint of anything."""
MODEST_FREE = 10 * 1000**3
THERE = "there"


@node_check("files.workdir-is-there", Files)
def workdir_is_there(node: NodeView) -> Verdict:
    """The working directory is on every node, at the same path.

    DeepSpeed sends `cd DIR; python …`: where the folder is missing, Python looks for the script in
    the home directory, and the output goes there.

    Measured: `workdir` of launch.toml, or the current directory, on each node.

    Fix:
        missing: an `scp` line from a node that has it.
        not-a-directory: name the folder.
        hangs: names the mount that does not answer.
        denied, error: shows which folder or file is in the way.
    """
    seen = node.read(Files).workdir
    if seen.state == THERE and seen.kind == "directory":
        return ok(seen.absolute)
    if seen.state == THERE:
        note = "name the folder with `workdir` in launch.toml"
        message = f"{seen.absolute} on {node.name} is a file; the job starts in it as a folder"
        return block("not-a-directory", message, node.fix("", note))
    return block(
        *explain_unreadable(
            node, seen, "the working directory", fetch=_fetch_folder_command(node, seen)
        )
    )


@node_check("files.same-files-are-equal", Files)
def same_files_are_equal(node: NodeView) -> Verdict:
    """What `same` lists, the training script and DeepSpeed's config are identical on all nodes.

    Where the script differs, the ranks run different programs and hang at the first collective that
    only some of them reach.

    Measured: A digest of each file, folders included; large files by size and samples. The node
    that differs from most is named; of two that differ, the one that is not the head.

    Fix:
        differs, missing: an `scp` line from a node that has the content of most nodes.
    """
    mine = node.read(Files).same
    if not mine:
        return skip("nothing listed under `same` in launch.toml, and the command is not a .py file")
    if node.read(Files).workdir.state != THERE and any(not posixpath.isabs(path) for path in mine):
        return skip("the working directory is not there; see files.workdir-is-there")
    for path, seen in mine.items():
        verdict = _difference_verdict(node, path, seen)
        if verdict is not None:
            return verdict
    partial = [path for path, seen in mine.items() if seen.partial]
    sampled = f"; large, so compared by samples: {', '.join(partial)}" if partial else ""
    digests = {path: seen.digest[:12] for path, seen in mine.items()}
    return ok(f"equal: {', '.join(mine)}{sampled}", digests=digests)


def _difference_verdict(node: NodeView, path: str, seen: PathState) -> Verdict | None:
    everywhere = _path_by_node(node, path)
    digests = {name: one.digest for name, one in everywhere.items() if one.digest}
    if seen.state != THERE:
        source = (
            nodes_with_value(digests, majority_value(digests, node.job.head)) if digests else []
        )
        fetch = copy_command(node, source[0], seen.absolute) if source else ""
        return block(*explain_unreadable(node, seen, path, fetch=fetch, elsewhere=len(digests)))
    most = majority_value(digests, node.job.head)
    if seen.digest == most:
        return None
    source = nodes_with_value(digests, most)
    message = (
        f"{seen.absolute} on {node.name} ({seen.bytes} bytes) differs from the one on "
        f"{abbreviate_nodes(source)} ({everywhere[source[0]].bytes} bytes)"
    )
    evidence = {"here": seen.digest, "expected": most, "expected_on": source}
    return block(
        "differs", message, node.fix(copy_command(node, source[0], seen.absolute)), **evidence
    )


def _path_by_node(node: NodeView, path: str) -> dict[str, PathState]:
    """How that path is on every node that answered."""
    answered = node.cluster.facts_by_node(Files)
    return {name: files.same[path] for name, files in answered.items() if path in files.same}


@node_check("files.needed-files-exist", Files, JobPaths)
def needed_files_exist(node: NodeView) -> Verdict:
    """What `exist` lists is on every node and readable.

    A model or data set that one node lacks ends its rank minutes into loading, and the others wait.

    Measured: Each path, on each node.

    Fix: Where the others have the path on a shared file system, the fix is the `mount` that is
    missing here.
        missing: an `scp` line from a node that has it.
        hangs: names the mount that does not answer.
        denied, error: shows which folder or file is in the way.
    """
    needed = node.read(Files).exist
    if not needed:
        return skip("nothing listed under `exist` in launch.toml")
    for path, seen in needed.items():
        if seen.state != THERE:
            cause, message, fetch = explain_unreadable(
                node, seen, path, fetch=_fetch_file_command(node, path, seen)
            )
            return block(
                cause, message, (cause == "missing" and missing_mount_fix(node, path)) or fetch
            )
    return ok(", ".join(seen.absolute for seen in needed.values()))


def _fetch_file_command(node: NodeView, path: str, seen: PathState) -> str:
    answered = {one.name: one.read(Files).exist for one in node.cluster.nodes_with(Files)}
    having = [name for name, exist in answered.items() if path in exist and _is_there(exist[path])]
    return copy_command(node, having[0], seen.absolute) if having else ""


def _fetch_folder_command(node: NodeView, seen: PathState) -> str:
    others = node.cluster.facts_by_node(Files)
    having = [name for name, files in others.items() if _is_there(files.workdir)]
    return copy_command(node, having[0], seen.absolute) if having else ""


def _is_there(seen: PathState) -> bool:
    return seen.state == THERE


@node_check("files.output-is-writable", Files)
def output_is_writable(node: NodeView) -> Verdict:
    """The output folder is writable on every node, and has free space.

    Every node saves its own shards. A full or read-only disk on one of them is found at the first
    checkpoint, after hours, and the error does not name it.

    Measured: Permissions, mount, free bytes and inodes of `output` or of the nearest folder above
    it. Nothing is written.

    Fix:
        hangs: names the mount that does not answer.
        not-writable: the login may not write there. Creates the folder and gives it to the login.
        not-a-directory: a file is in the way. Shows it.
        read-only: mounted read-only. Remounts it.
        no-space, no-inodes: less than 500 MB, or no more files. Shows what fills it.
        little-space: less than 10 GB; warns. Shows what fills it.
        not-mounted: a local disk where most nodes have a shared one; warns. Mounts it.
    """
    seen = node.read(Files).output
    if seen is None:
        return skip("no `output` in launch.toml")
    wrong = (
        _unwritable_verdict(node, seen)
        or _no_space_verdict(node, seen)
        or _not_mounted_verdict(node, seen)
    )
    if wrong is not None:
        return wrong
    place = "shared" if seen.shared else "this node's own disk"
    message = (
        f"{seen.absolute}: {seen.filesystem}, {place}, {format_file_size(seen.free_bytes)} free"
    )
    return ok(message, free_bytes=seen.free_bytes, mount=seen.mount)


def _unwritable_verdict(node: NodeView, seen: FolderSpace) -> Verdict | None:
    if seen.state not in (THERE, "missing"):
        path = PathState(seen.state, seen.absolute, detail=seen.detail)
        return block(*explain_unreadable(node, path, "the output folder", fetch=""))
    at = f"{seen.absolute} on {node.name}"
    if not seen.directory:
        message = f"{at} cannot be a folder: {seen.nearest} is a file"
        return block("not-a-directory", message, node.fix(f"ls -ld {shlex.quote(seen.nearest)}"))
    if seen.read_only:
        message = f"{at} is on {seen.mount} ({seen.filesystem}), which is mounted read-only"
        command = f"mount -o remount,rw {shlex.quote(seen.mount)}"
        return block("read-only", message, node.fix(command, root=True))
    if not seen.writable:
        login = "the login" if seen.state == THERE else f"the login (in {seen.nearest})"
        message = f"{at} cannot be written by {login}"
        folder = shlex.quote(seen.absolute)
        # the shell takes the login's own id before sudo becomes root
        command = f"sudo mkdir -p {folder} && sudo chown $(id -u) {folder}"
        return block("not-writable", message, node.fix(command))
    return None


def _no_space_verdict(node: NodeView, seen: FolderSpace) -> Verdict | None:
    at = f"{seen.absolute} on {node.name}"
    command = f"du -xh --max-depth=1 {shlex.quote(seen.mount)} | sort -h | tail"
    fix = node.fix(command, "shows what fills it", root=True)
    if seen.free_inodes == 0:
        return block("no-inodes", f"{at}: {seen.mount} can hold no more files", fix)
    message = f"{at}: only {format_file_size(seen.free_bytes)} are free on {seen.mount}"
    if seen.free_bytes < LEAST_FREE:
        return block("no-space", message, fix, free_bytes=seen.free_bytes)
    if seen.free_bytes < MODEST_FREE:
        return warn("little-space", message, fix, free_bytes=seen.free_bytes)
    return None


def _not_mounted_verdict(node: NodeView, seen: FolderSpace) -> Verdict | None:
    """A local disk where most nodes have a shared one: the mount is missing here."""
    rooms: Mapping[str, FolderSpace] = {
        one.name: room
        for one in node.cluster.nodes_with(Files)
        if (room := one.read(Files).output) is not None
    }
    if seen.shared or not is_mostly_shared(rooms):
        return None
    sharing = [name for name, room in rooms.items() if room.shared]
    other = rooms[sharing[0]]
    message = (
        f"{seen.absolute} is on {node.name}'s own disk, but on {abbreviate_nodes(sharing)} it is "
        "shared "
        f"({other.filesystem} at {other.mount}): not mounted here"
    )
    return warn("not-mounted", message, node.fix(f"mount {shlex.quote(other.mount)}", root=True))
