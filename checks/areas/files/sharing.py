"""Whether folders that most nodes share are the same folders on all of them."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping

from checks.areas.files.fixes import abbreviate_nodes
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.files import FolderSpace
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.network_mounts import NetworkMounts
from checks.model import Fix, Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value, nodes_with_value, strict_majority


@node_check("files.shared-folders-are-shared-everywhere", JobPaths, severity=Severity.WARN)
def shared_folders_are_shared_everywhere(node: NodeView) -> Verdict:
    """A folder of the job that most nodes have on one shared file system is on it everywhere.

    Where the mount is missing or a different one, a node reads an old copy and writes where nobody
    looks.

    Measured: Kind, source and mount point of the working directory and of what `exist` and the
    arguments name; a server may have several addresses. Whether other nodes see writes at once
    cannot be tested without writing, and a preflight writes nothing.

    Fix:
        not-mounted: mounts it.
        another-mount: shows what is mounted there.
    """
    present = {path: job_path for path, job_path in job_paths_on(node).items() if job_path.there}
    if not present:
        return skip("none of the job's paths is there; see files.workdir-is-there")
    for path, job_path in present.items():
        others = {name: other for name, other in path_on_nodes(node, path).items() if other.there}
        sharing = {name: other for name, other in others.items() if other.shared}
        if is_mostly_shared(others) and (wrong := _mount_verdict(node, job_path, sharing)):
            return wrong
    shared = [job_path.absolute for job_path in present.values() if job_path.shared]
    return ok(f"shared: {', '.join(shared)}" if shared else "each node has its own")


def _mount_verdict(
    node: NodeView, job_path: JobPath, sharing: Mapping[str, JobPath]
) -> Verdict | None:
    exports = {name: exported_path(other) for name, other in sharing.items()}
    most = majority_value(exports, node.job.head)
    example = sharing[nodes_with_value(exports, most)[0]]
    nodes = abbreviate_nodes(nodes_with_value(exports, most))
    if not job_path.shared:
        message = (
            f"{job_path.absolute} is on {node.name}'s own disk, but on {nodes} it is shared "
            f"({example.filesystem} at {example.mount}): not mounted here"
        )
        return warn("not-mounted", message, _mount_fix(node, example))
    if exported_path(job_path) == most:
        return None
    message = (
        f"{job_path.absolute} is {job_path.source} on {node.name}, but {example.source} on "
        f"{nodes}: another folder of the same name"
    )
    fix = node.fix(
        f"findmnt {shlex.quote(job_path.mount)}", "mount what the other nodes have there"
    )
    return warn("another-mount", message, fix)


def exported_path(job_path: JobPath) -> str:
    """What is exported and the path below it, without the server: one may have many addresses."""
    below = posixpath.relpath(job_path.real or job_path.absolute, job_path.mount or "/")
    return posixpath.normpath(posixpath.join(job_path.source.rpartition(":")[2] or "/", below))


def job_paths_on(node: NodeView) -> Mapping[str, JobPath]:
    """The job's paths there, the working directory under its own name."""
    paths = node.read(JobPaths)
    return {node.job.workdir: paths.workdir, **paths.paths}


def path_on_nodes(node: NodeView, path: str) -> dict[str, JobPath]:
    """How that path is on every node that answered."""
    answered = {peer.name: job_paths_on(peer) for peer in node.cluster.nodes_with(JobPaths)}
    return {name: paths[path] for name, paths in answered.items() if path in paths}


def missing_mount_fix(node: NodeView, path: str, absolute: str) -> Fix | None:
    """The mount that is missing: of the node's own /etc/fstab, or where others have that path on a
    shared file system."""
    if place := _unmounted_place(node, absolute):
        note = f"{place} is in its /etc/fstab and not mounted; where that fails, see `lsblk -f`"
        return node.fix(f"mount {shlex.quote(place)}", note, root=True)
    others = {name: other for name, other in path_on_nodes(node, path).items() if other.there}
    sharing = [other for other in others.values() if other.shared]
    return _mount_fix(node, sharing[0]) if is_mostly_shared(others) else None


def _unmounted_place(node: NodeView, absolute: str) -> str:
    """The place of /etc/fstab that the path lies below, where nothing is mounted; '' for none."""
    places = node.read(NetworkMounts).unmounted if node.has(NetworkMounts) else ()
    above = [place for place in places if f"{absolute}/".startswith(f"{place.rstrip('/')}/")]
    return max(above, key=len, default="")


def is_mostly_shared(places: Mapping[str, JobPath | FolderSpace]) -> bool:
    """Whether more than half of the nodes have it on a shared file system."""
    return strict_majority(place.shared for place in places.values()) is True


def _mount_fix(node: NodeView, example: JobPath) -> Fix:
    note = f"with a line in /etc/fstab as on the other nodes: {example.source} {example.filesystem}"
    return node.fix(f"mount {shlex.quote(example.mount)}", note, root=True)
