"""Network file systems that are mounted on a node, whether the job uses them or not."""

from __future__ import annotations

import shlex

from checks.areas.files.sharing import job_paths_on
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.job_paths import JobPaths
from checks.facts.network_mounts import NetworkMounts
from checks.facts.software import Software
from checks.model import Severity, Verdict, ok, skip, warn


@node_check(
    "files.network-mounts-answer",
    NetworkMounts,
    JobPaths,
    severity=Severity.WARN,
    optional=(Software,),
)
def network_mounts_answer(node: NodeView) -> Verdict:
    """Every network file system that is mounted answers, and Lustre reports itself healthy.

    Whatever looks at all mounts hangs on a dead one: `df`, monitoring, the end of a job.

    Measured: Each mount gets 3 seconds to answer, and Lustre's health_check is read. A mount that
    the job uses is reported by the check of that path.

    Fix:
        dead-mount: unmounts it.
        lustre-unhealthy: names the server.
    """
    network = node.read(NetworkMounts)
    lustre = network.lustre.strip()
    if not network.mounts and not lustre:
        return skip("no network file system is mounted")
    dead = {
        path: mount
        for path, mount in network.mounts.items()
        if mount.state not in ("there", "denied")
    }
    for path, mount in dead.items():
        if _breaks_job_path(node, path):
            return skip(f"{path} does not answer; the check of the path below it reports that")
        if _keeps_python(node, path):
            return skip(f"{path} does not answer; see software.python-is-there")
        why = "no answer within 3 s" if mount.state == "hangs" else mount.detail
        message = f"{path} ({mount.filesystem} of {mount.source}) on {node.name}: {why}"
        command = f"umount -l {shlex.quote(path)}"
        fix = node.fix(command, "unmounts it; mount it again when its server answers", root=True)
        return warn("dead-mount", message, fix)
    if lustre and lustre.split()[0] != "healthy":
        message = f"Lustre on {node.name} reports {lustre.splitlines()[0]}"
        fix = node.fix("lfs check servers", "names the inactive server", root=True)
        return warn("lustre-unhealthy", message, fix)
    return ok(", ".join(network.mounts) or lustre)


def _keeps_python(node: NodeView, mount: str) -> bool:
    """Whether the training interpreter does not start for it."""
    hung = node.read(Software).hung if node.has(Software) else ()
    return any(folder.mount == mount for folder in hung)


def _breaks_job_path(node: NodeView, mount: str) -> bool:
    """Whether a path of the job lies on it and is reported as broken by its own check."""
    broken = [path.absolute for path in job_paths_on(node).values() if not path.there]
    return any(f"{absolute}/".startswith(f"{mount.rstrip('/')}/") for absolute in broken)
