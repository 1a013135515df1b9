"""What is wrong with a path, in words, and the commands that fix it."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Collection, Mapping

from checks.facts import NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.files import PathState
from checks.facts.job_paths import JobPath
from checks.knowledge.denials import denial_words, opening_fix, other_number_words
from checks.knowledge.entered_containers import typed_inside
from checks.model import HERE, Fix
from checks.outliers.consensus import majority_value

FROM_HERE = "what is in the job's folder on this machine, `python -m launcher sync` copies to all"

_SEVERAL_WORDS = re.compile(r"[^\w./@:+=,%-]")

DEAD_MOUNT = (
    *("Transport endpoint is not connected", "Stale file handle", "Host is down"),
    *("Cannot send after transport endpoint shutdown", "No such device", "Remote I/O error"),
)
"""What the kernel says of a mount with nobody behind it, ENOTCONN to EREMOTEIO."""
IO_ERROR = "Input/output error"
"""A disk may say that too."""


def explain_unreadable(
    node: NodeView,
    path: PathState | JobPath,
    what: str,
    *,
    fetch: str,
    elsewhere: Collection[str] = (),
    copies: ControllerFiles | None = None,
) -> tuple[str, str, Fix]:
    """Cause, message and fix for a path that cannot be read here.

    `elsewhere` are the nodes that have it, `copies` is what this machine has of the job, where that
    may be what no node has.
    """
    file = naming_file(node, path)
    subject = path.absolute if what == path.absolute else f"{what} ({path.absolute})"
    subject += f", which {file} names," if file else ""
    if path.state == "missing" and path.target and fetch:
        message = f"{subject} on {node.name} is a link to {path.target}, which is not there"
        return "missing", message, node.fix(f"rm {shlex.quote(path.absolute)} && {fetch}")
    if path.state == "missing":
        note = FROM_HERE if _is_of_workdir(node, path.absolute) else ""
        fix = node.fix(fetch, note) if fetch else _fix_of_missing(node, path, copies)
        near = meant(path, "" if fetch else _name_here(node, path, copies))
        known = _known_elsewhere(elsewhere) if elsewhere else near
        return "missing", f"{subject} is missing on {node.name}{known}", fix
    if path.state == "hangs":
        command = f"findmnt --target {shlex.quote(posixpath.dirname(path.absolute))}"
        message = f"{subject} on {node.name} does not answer: its file system hangs"
        return "hangs", message, node.fix(command, "names the mount point; mount it again")
    if path.denied:
        message = f"{subject} cannot be read on {node.name}: {denial_words(path.denied)}"
        message += other_number_words(node, path.denied)
        return path.state, message, opening_fix(node, path.denied)
    if isinstance(path, JobPath) and (dead := _dead_mount(node, path)):
        mounted = f"{path.filesystem} of {path.source} at {path.mount}"
        message = f"{subject} cannot be read on {node.name}: {path.detail}; {mounted} is dead"
        return path.state, message, dead
    command = f"namei -l {shlex.quote(path.absolute)}"
    why = path.detail or "its login may not read it"
    message = f"{subject} cannot be read on {node.name}: {why}"
    return path.state, message, node.fix(command, "shows which folder or file denies access")


def _known_elsewhere(having: Collection[str]) -> str:
    if len(having) == 1:
        return f"; only {next(iter(having))} has it"
    return f"; {len(having)} of the other nodes have it"


def _is_of_workdir(node: NodeView, path: str) -> bool:
    """Whether it lies in the job's folder, which can be copied to all nodes."""
    return path.startswith(f"{node.job.workdir.rstrip('/')}/")


def _dead_mount(node: NodeView, path: JobPath) -> Fix | None:
    """How a mount goes that answers with an error: its daemon has died, or its server is gone."""
    certain = path.detail in DEAD_MOUNT
    behind = path.filesystem.startswith(("fuse", "nfs")) and path.detail == IO_ERROR
    if path.mount in ("", "/") or not (certain or behind):
        return None
    note = f"then mount {path.source} ({path.filesystem}) there again, the way it was mounted"
    return node.fix(f"umount -l {shlex.quote(path.mount)}", note, root=True)


def copies_here(node: NodeView) -> ControllerFiles | None:
    """What this machine has of the job, where that was looked at."""
    return node.read(ControllerFiles) if node.has(ControllerFiles) else None


def _fix_of_missing(
    node: NodeView, path: PathState | JobPath, copies: ControllerFiles | None
) -> Fix:
    """For what no node that answered has: this machine has it, or it is another name."""
    if copies and copies.source and _is_here(node, path, copies):
        what = f"copies {copies.source} of this machine to every node, as `start --sync` does first"
        return Fix(copies.sync_line, HERE, what)
    name, file = posixpath.basename(path.absolute), naming_file(node, path)
    verb = f"in {file}, write" if file else "type"
    if copies and (near := _name_here(node, path, copies) or "".join(path.near)):
        line = copies.line_with(near, _as_written(node, path))
        what = f"{near} in place of {name}; no node has {name}, nor this machine"
        return Fix(line, HERE, what if line else f"{verb} {what}")
    correct = "correct the path" if path.near else "create it on all or correct the path"
    correct += f" in {file}" if file else ""
    return node.fix("", f"no node that answered has it: {correct}; {FROM_HERE}")


def naming_file(node: NodeView, path: PathState | JobPath) -> str:
    """The script or file that names it, which nobody typed; empty where it was typed."""
    found, file = node.job.found_config
    return (
        file if posixpath.normpath(posixpath.join(node.job.workdir, found)) == path.absolute else ""
    )


def _as_written(node: NodeView, path: PathState | JobPath) -> str:
    """The path as the command has it; empty where it has it not."""
    workdir = node.job.workdir
    return next(
        (
            word
            for word in node.job.command
            if posixpath.normpath(posixpath.join(workdir, word)) == path.absolute
        ),
        "",
    )


def _is_here(node: NodeView, path: PathState | JobPath, copies: ControllerFiles) -> bool:
    """Whether it is the working directory, or one of the files that are copied with it."""
    workdir = node.job.workdir
    here = {workdir, *(posixpath.join(workdir, written) for written in copies.copied)}
    return path.absolute in {posixpath.normpath(place) for place in here}


def _name_here(node: NodeView, path: PathState | JobPath, copies: ControllerFiles | None) -> str:
    """A similar name on this machine, of what this machine has not either."""
    found = copies.near.items() if copies else ()
    places = {posixpath.join(node.job.workdir, written): near for written, near in found}
    return places.get(path.absolute, "")


def meant(path: PathState | JobPath, here: str = "") -> str:
    """`; did you mean train.py?` where its folder, there or here, has a similar name."""
    near = here or "".join(path.near[:1])
    return f"; did you mean {near}?" if near else ""


def replace_command(node: NodeView, source: str, path: PathState | JobPath, kind: str) -> str:
    """`copy_command`; what stands there and is of another kind than the source is moved aside."""
    copy = copy_command(node, source, path.absolute)
    if path.kind == kind:
        return copy
    aside = shlex.join(["mv", path.absolute, f"{path.absolute}.aside"])
    return f"{aside} && {copy}"


def copy_command(node: NodeView, source: str, path: str) -> str:
    """The scp line, typed on this node, that brings `path` from `source`.

    Up to OpenSSH 8 the other side's shell reads scp's path once more: one with a blank goes by tar,
    and what is in a container does, which scp does not enter.
    """
    peer = node.cluster[source].node
    address = f"{peer.user}@{source}" if peer.user else source
    parent, name = posixpath.split(path)
    folder = shlex.quote(parent or "/")
    if _SEVERAL_WORDS.search(path) or node.job.container:
        port = ["-p", str(peer.port)] if peer.port else []
        pack = typed_inside(
            node.job, shlex.join(["tar", "-C", parent or "/", "-cf", "-", "--", name])
        )
        unpack = typed_inside(node.job, f"tar -C {folder} -xf -")
        copy = f"{shlex.join(['ssh', *port, address, pack])} | {unpack}"
    else:
        port = ["-P", str(peer.port)] if peer.port else []
        copy = shlex.join(["scp", "-rp", *port, f"{address}:{path}", f"{parent.rstrip('/')}/"])
    return f"mkdir -p {folder} && {copy}"


def right_digest(copies: Mapping[str, PathState | JobPath], head: str) -> str:
    """The content to copy from: the head's where that is newer than all that differ, else most's.

    People edit on the head: what most nodes have would bring the fault back that was corrected
    there. `copies` are by node name; the empty text where none has a digest.
    """
    digests = {name: copy.digest for name, copy in copies.items() if copy.digest}
    own = copies.get(head)
    if own is not None and own.digest:
        others = [copy.modified for copy in copies.values() if copy.digest not in ("", own.digest)]
        if own.modified > max(others, default=own.modified):
            return own.digest
    return majority_value(digests, head) if digests else ""


def abbreviate_nodes(nodes: list[str]) -> str:
    """The first of the nodes, and how many more."""
    return nodes[0] if len(nodes) == 1 else f"{nodes[0]} and {len(nodes) - 1} more"
