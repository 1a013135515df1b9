"""Whether folders that most nodes share are the same folders on all of them."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping

from checks.apart.majority import holders, majority
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.job_paths import Held, JobPaths
from checks.files.fixes import count
from checks.model import Fix, Severity, Verdict, ok, skip, warn


@node_check("files.shared-folders-are-shared-everywhere", JobPaths, severity=Severity.WARN)
def shared_folders_are_shared_everywhere(node: NodeView) -> Verdict:
    """A folder of the job that most nodes have on one shared file system is that one everywhere.

    Where the mount is missing or another one, a node reads an old copy and writes where nobody
    looks. Whether writes are seen at once by others cannot be told without writing.
    """
    mine = {path: seen for path, seen in held(node).items() if seen.there}
    if not mine:
        return skip("none of the job's paths is there; see files.workdir-is-there")
    for path, seen in mine.items():
        others = {name: one for name, one in everywhere(node, path).items() if one.there}
        sharing = [name for name, one in others.items() if one.shared]
        if len(sharing) * 2 <= len(others):
            continue
        wrong = _apart(node, seen, {name: others[name] for name in sharing})
        if wrong is not None:
            return wrong
    shared = [seen.absolute for seen in mine.values() if seen.shared]
    return ok(f"shared: {', '.join(shared)}" if shared else "each node has its own")


def _apart(node: NodeView, seen: Held, sharing: Mapping[str, Held]) -> Verdict | None:
    exports = {name: export(one) for name, one in sharing.items()}
    most = majority(exports, node.job.head)
    usual = sharing[holders(exports, most)[0]]
    nodes = count(holders(exports, most))
    if not seen.shared:
        message = (
            f"{seen.absolute} is on {node.name}'s own disk, but on {nodes} it is shared "
            f"({usual.filesystem} at {usual.mount}): not mounted here"
        )
        return warn("not-mounted", message, _mount(node, usual))
    if export(seen) == most:
        return None
    message = (
        f"{seen.absolute} is {seen.source} on {node.name}, but {usual.source} on {nodes}: "
        "another folder of the same name"
    )
    fix = node.fix(f"findmnt {shlex.quote(seen.mount)}", "mount there what the other nodes have")
    return warn("another-mount", message, fix)


def export(seen: Held) -> str:
    """What is exported and the path below it, without the server: one may have many addresses."""
    below = posixpath.relpath(seen.real or seen.absolute, seen.mount or "/")
    return posixpath.normpath(posixpath.join(seen.source.rpartition(":")[2] or "/", below))


def held(node: NodeView) -> Mapping[str, Held]:
    """The job's paths there, the working directory under its own name."""
    seen = node.read(JobPaths)
    return {node.job.workdir: seen.workdir, **seen.paths}


def everywhere(node: NodeView, path: str) -> dict[str, Held]:
    """How that path is on every node that answered."""
    answered = {one.name: held(one) for one in node.cluster.reached if one.has(JobPaths)}
    return {name: paths[path] for name, paths in answered.items() if path in paths}


def mounting(node: NodeView, path: str) -> Fix | None:
    """The mount that is missing where others have that path on a shared file system."""
    others = [one for one in everywhere(node, path).values() if one.there]
    sharing = [one for one in others if one.shared]
    return _mount(node, sharing[0]) if len(sharing) * 2 > len(others) else None


def _mount(node: NodeView, usual: Held) -> Fix:
    note = f"with a line in /etc/fstab as on the other nodes: {usual.source} {usual.filesystem}"
    return node.fix(f"mount {shlex.quote(usual.mount)}", note, root=True)
