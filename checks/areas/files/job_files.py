"""The files and folders that launch.toml names."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping

from checks.areas.files.fixes import (
    abbreviate_nodes,
    copies_here,
    copy_command,
    explain_unreadable,
    replace_command,
    right_digest,
)
from checks.areas.files.folders import explain_unwritable
from checks.areas.files.modules import module_verdict
from checks.areas.files.sharing import is_mostly_shared, missing_mount_fix
from checks.areas.files.space_users import describe_user, freeing_fix
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.files import Files, FolderSpace, PathState
from checks.facts.job_paths import JobPaths
from checks.facts.local_modules import LocalModules
from checks.facts.network_mounts import NetworkMounts
from checks.knowledge.deepspeed_config import NotAConfig, read_config
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.outliers.consensus import nodes_with_value
from checks.units import format_file_size

LEAST_FREE = 500 * 1000**2
"""Less than this cannot hold a checkpoint of anything."""
NO_ROOM = 16 * 1000**2
"""Less than this in a folder that an argument names cannot hold what any training saves there."""
MODEST_FREE = 10 * 1000**3
THERE = "there"


@node_check("files.workdir-is-there", Files, optional=(ControllerFiles,), tags=(Tag.DECISIVE,))
def workdir_is_there(node: NodeView) -> Verdict:
    """The working directory is on every node, at the same path.

    DeepSpeed sends `cd DIR; python …`: where the folder is missing, Python looks for the script in
    the home directory, and the output goes there.

    Measured: `workdir` of launch.toml, or the current directory, on each node.

    Fix:
        missing: an `scp` line from a node that has it; where none has, the line of `launcher sync`.
        not-a-directory: moves the file aside and copies the folder; where no node has it, name the
            folder.
        hangs: names the mount that does not answer.
        denied, error: shows which folder or file is in the way.
    """
    workdir = node.read(Files).workdir
    if workdir.state == THERE and workdir.kind == "directory":
        return ok(workdir.absolute)
    if workdir.state == THERE:
        message = f"{workdir.absolute} on {node.name} is a file; the job needs a folder there"
        return block("not-a-directory", message, _replace_file_fix(node, workdir))
    return block(
        *explain_unreadable(
            node,
            workdir,
            "the working directory",
            fetch=_fetch_folder_command(node, workdir),
            copies=copies_here(node),
        )
    )


def _replace_file_fix(node: NodeView, workdir: PathState) -> Fix:
    others = node.cluster.facts_by_node(Files)
    having = [name for name, files in others.items() if files.workdir.kind == "directory"]
    if not having:
        return node.fix("", "name the folder with `workdir` in launch.toml")
    return node.fix(replace_command(node, having[0], workdir, "directory"))


@node_check(
    "files.same-files-are-equal",
    Files,
    optional=(LocalModules, DeepspeedConfig, ControllerFiles),
    tags=(Tag.DECISIVE,),
)
def same_files_are_equal(node: NodeView) -> Verdict:
    """What `same` lists, the script with its own modules, and DeepSpeed's config are the same.

    Where the script differs, the ranks run different programs and hang at the first collective that
    only some of them reach.

    Measured: A digest of each file, folders included; large files by size and samples. Modules are
    those that the script, or what it imports, names in an import, and that lie in its folder or in
    `workdir`; also a folder that an import takes in place of the module of that name, where most
    nodes have the module alone, and compiled modules that Python trusts and that are of another
    source. The node that differs from most is named; of two that differ, the one that is not the
    head. Where the head's copy is newer than all that differ from it, they are named: people edit
    there. A DeepSpeed config that cannot be read is nobody's measure.

    Fix:
        differs, missing: an `scp` line from a node that has the content of most nodes, or from the
            head where its copy is the newest. What stands in its way is moved aside. Where no node
            has it, the line of `launcher sync`, or the name that was meant.
        shadowed: a package that most nodes have not stands beside the module. Moves it aside.
        stale-bytecode: removes the compiled form; its time and size are those of the source.
        denied: a folder or the file itself does not let the login in. Opens that one.
    """
    files = node.read(Files).same
    modules = node.read(LocalModules).files if node.has(LocalModules) else {}
    if not files and not modules:
        return skip("nothing listed under `same` in launch.toml, and the command is no script")
    if not _has_workdir(node) and any(not posixpath.isabs(path) for path in files):
        return skip("the working directory is not there; see files.workdir-is-there")
    for path, file in files.items():
        verdict = _difference_verdict(node, path, file)
        if verdict is not None:
            return verdict
    if verdict := module_verdict(node):
        return verdict
    partial = [path for path, file in files.items() if file.partial]
    sampled = f"; large, so compared by samples: {', '.join(partial)}" if partial else ""
    digests = {path: file.digest[:12] for path, file in files.items()}
    own = f" and what it imports ({len(modules)})" if modules else ""
    return ok(f"equal: {', '.join(files)}{own}{sampled}", digests=digests)


def _has_workdir(node: NodeView) -> bool:
    workdir = node.read(Files).workdir
    return workdir.state == THERE and workdir.kind != "file"


def _difference_verdict(node: NodeView, path: str, file: PathState) -> Verdict | None:
    everywhere = _path_by_node(node, path)
    digests = {name: copy.digest for name, copy in everywhere.items() if copy.digest}
    most = right_digest(_valid_copies(node, path, everywhere), node.job.head)
    source = nodes_with_value(digests, most)
    if file.state != THERE:
        fetch = copy_command(node, source[0], file.absolute) if source else ""
        here = copies_here(node)
        reason = explain_unreadable(node, file, path, fetch=fetch, elsewhere=digests, copies=here)
        return block(*reason)
    if file.digest == most:
        return None
    message = (
        f"{file.absolute} on {node.name} ({file.bytes} bytes) differs from the one on "
        f"{abbreviate_nodes(source)} ({everywhere[source[0]].bytes} bytes)"
    )
    evidence = {"here": file.digest, "expected": most, "expected_on": source}
    copy = replace_command(node, source[0], file, everywhere[source[0]].kind)
    return block("differs", message, node.fix(copy), **evidence)


def _valid_copies(
    node: NodeView, path: str, everywhere: Mapping[str, PathState]
) -> Mapping[str, PathState]:
    """All copies, without those of a DeepSpeed config that is none, if another one is."""
    if path != node.job.deepspeed_config:
        return everywhere
    valid = {name: copy for name, copy in everywhere.items() if _is_config(node.cluster[name])}
    return valid if any(copy.digest for copy in valid.values()) else everywhere


def _is_config(node: NodeView) -> bool:
    config = node.read(DeepspeedConfig).config if node.has(DeepspeedConfig) else None
    try:
        return config is None or bool(read_config(config))
    except NotAConfig:
        return False


def _path_by_node(node: NodeView, path: str) -> dict[str, PathState]:
    """How that path is on every node that answered."""
    answered = node.cluster.facts_by_node(Files)
    return {name: files.same[path] for name, files in answered.items() if path in files.same}


@node_check(
    "files.needed-files-exist",
    *(Files, JobPaths),
    tags=(Tag.DECISIVE,),
    optional=(NetworkMounts,),
)
def needed_files_exist(node: NodeView) -> Verdict:
    """What `exist` lists is on every node and readable.

    A model or data set that one node lacks ends its rank minutes into loading, and the others wait.

    Measured: Each path, on each node.

    Fix: Where the others have the path on a shared file system, or this node's /etc/fstab has one
    above it that is not mounted, the fix is that `mount`.
        missing: an `scp` line from a node that has it.
        hangs: names the mount that does not answer.
        denied, error: shows which folder or file is in the way.
    """
    needed = node.read(Files).exist
    if not needed:
        return skip("nothing listed under `exist` in launch.toml")
    for path, file in needed.items():
        if file.state != THERE:
            cause, message, fetch = explain_unreadable(
                node, file, path, fetch=_fetch_file_command(node, path, file)
            )
            return block(
                cause,
                message,
                (cause == "missing" and missing_mount_fix(node, path, file.absolute)) or fetch,
            )
    return ok(", ".join(file.absolute for file in needed.values()))


def _fetch_file_command(node: NodeView, path: str, file: PathState) -> str:
    answered = {name: files.exist for name, files in node.cluster.facts_by_node(Files).items()}
    having = [name for name, exist in answered.items() if path in exist and _is_there(exist[path])]
    return copy_command(node, having[0], file.absolute) if having else ""


def _fetch_folder_command(node: NodeView, folder: PathState) -> str:
    others = node.cluster.facts_by_node(Files)
    having = [name for name, files in others.items() if _is_there(files.workdir)]
    return copy_command(node, having[0], folder.absolute) if having else ""


def _is_there(path: PathState) -> bool:
    return path.state == THERE


@node_check("files.output-is-writable", Files, tags=(Tag.AFTER_FAILURE,), optional=(JobPaths,))
def output_is_writable(node: NodeView) -> Verdict:
    """The output folder is writable on every node, and has free space.

    Every node saves its own shards. A full or read-only disk on one of them is found at the first
    checkpoint, after hours, and the error does not name it.

    Measured: Permissions, mount, free bytes and inodes of `output` or of the nearest folder above
    it; of the folders that arguments such as `--output_dir` name, whether they can be folders and
    be written, and have 16 MB free, where less than 500 MB warn; and the files there that a
    checkpoint replaces, such as `latest`. Nothing is written.

    Fix:
        hangs: names the mount that does not answer.
        not-writable: the login may not write there, or not replace what an earlier run left.
            Creates the folder and gives it to the login, or that file.
        immutable: `chattr +i` keeps even root from writing. Takes the flag away.
        append-only: `chattr +a` keeps even root from replacing what is there; warns. As before.
        not-a-directory: a file is in the way. Moves it aside; where every node has it, name another
            folder.
        dangling-link: a link that leads to nothing. Creates the folder that it names.
        read-only: mounted read-only. Remounts it.
        no-space, no-inodes: less than 500 MB, or no more files. Shows what fills it.
        little-space: less than 10 GB; warns. Shows what fills it.
        not-mounted: a local disk where most nodes have a shared one; warns. Mounts it.
    """
    folder = node.read(Files).output
    if wrong := _argument_verdict(node):
        return wrong
    if folder is None:
        return skip("no `output` in launch.toml")
    wrong = (
        _unwritable_verdict(node, folder)
        or _no_space_verdict(node, folder)
        or _not_mounted_verdict(node, folder)
    )
    if wrong is not None:
        return wrong
    place = "shared" if folder.shared else "this node's own disk"
    free = format_file_size(folder.free_bytes)
    message = f"{folder.absolute}: {folder.filesystem}, {place}, {free} free"
    return ok(message, free_bytes=folder.free_bytes, mount=folder.mount)


def _argument_verdict(node: NodeView) -> Verdict | None:
    """A folder that an argument of the command names and in which nothing can be written."""
    if not node.has(JobPaths):
        return None
    job_paths = node.read(JobPaths)
    for path, option in job_paths.written.items():
        peers = [
            paths.written_folders[path]
            for paths in node.cluster.facts_by_node(JobPaths).values()
            if path in paths.written_folders
        ]
        folder = job_paths.written_folders[path]
        if folder.state not in (THERE, "missing"):
            continue
        elsewhere = f"give --{option} another folder"
        if reason := explain_unwritable(node, folder, peers, elsewhere):
            return _verdict_of(*reason)
        if wrong := _argument_space_verdict(node, folder):
            return wrong
    return None


def _argument_space_verdict(node: NodeView, folder: FolderSpace) -> Verdict | None:
    """No room in a folder that an argument names: how much the job writes there is not known."""
    found = _no_space_verdict(node, folder)
    if found is None or found.cause == "little-space":
        return None
    if found.cause == "no-space" and folder.free_bytes >= NO_ROOM and found.fix:
        return warn("little-space", found.message, found.fix, free_bytes=folder.free_bytes)
    return found


def _unwritable_verdict(node: NodeView, output: FolderSpace) -> Verdict | None:
    if output.state not in (THERE, "missing"):
        path = PathState(output.state, output.absolute, detail=output.detail, denied=output.denied)
        return block(*explain_unreadable(node, path, "the output folder", fetch=""))
    peers = [files.output for files in node.cluster.facts_by_node(Files).values() if files.output]
    reason = explain_unwritable(node, output, peers, "name another `output` in launch.toml")
    return _verdict_of(*reason) if reason else None


def _verdict_of(cause: str, message: str, fix: Fix) -> Verdict:
    """What can still be added to takes a checkpoint, if none is replaced."""
    return (warn if cause == "append-only" else block)(cause, message, fix)


def _no_space_verdict(node: NodeView, output: FolderSpace) -> Verdict | None:
    place = f"{output.absolute} on {node.name}"
    fix, by = freeing_fix(node, output), describe_user(output)
    if output.free_inodes == 0:
        return block("no-inodes", f"{place}: {output.mount} has no free inodes{by}", fix)
    free = format_file_size(output.free_bytes)
    message = f"{place}: only {free} are free on {output.mount}{by}"
    if output.free_bytes < LEAST_FREE:
        return block("no-space", message, fix, free_bytes=output.free_bytes)
    if output.free_bytes < MODEST_FREE:
        return warn("little-space", message, fix, free_bytes=output.free_bytes)
    return None


def _not_mounted_verdict(node: NodeView, output: FolderSpace) -> Verdict | None:
    """A local disk where most nodes have a shared one: the mount is missing here."""
    folders: Mapping[str, FolderSpace] = {
        name: files.output
        for name, files in node.cluster.facts_by_node(Files).items()
        if files.output is not None
    }
    if output.shared or not is_mostly_shared(folders):
        return None
    sharing = [name for name, folder in folders.items() if folder.shared]
    other = folders[sharing[0]]
    message = (
        f"{output.absolute} is on {node.name}'s own disk, but on {abbreviate_nodes(sharing)} it is "
        f"shared ({other.filesystem} at {other.mount}): not mounted here"
    )
    return warn("not-mounted", message, node.fix(f"mount {shlex.quote(other.mount)}", root=True))
