"""Network file systems that are mounted on a node, whether the job uses them or not."""

from __future__ import annotations

import shlex

from checks.areas.files.sharing import job_paths_on
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.job_paths import JobPaths
from checks.facts.network_mounts import NetworkMounts
from checks.model import Severity, Verdict, ok, skip, warn


@node_check("files.network-mounts-answer", NetworkMounts, JobPaths, severity=Severity.WARN)
def network_mounts_answer(node: NodeView) -> Verdict:
    """Every network file system that is mounted answers, and Lustre reports itself healthy.

    Whatever looks at all mounts hangs on a dead one: `df`, monitoring, the end of a job.

    Measured: Each mount gets 3 seconds to answer, and Lustre's health_check is read. A mount that
    the job uses is reported by the check of that path. Warns.

    Fix:
        dead-mount: unmounts it.
        lustre-unhealthy: names the server.
    """
    seen = node.read(NetworkMounts)
    lustre = seen.lustre.strip()
    if not seen.mounts and not lustre:
        return skip("no network file system is mounted")
    dead = {path: one for path, one in seen.mounts.items() if one.state not in ("there", "denied")}
    for path, one in dead.items():
        if _breaks_job_path(node, path):
            return skip(f"{path} does not answer; the check of the path below it tells that")
        why = "gives no answer within 3 s" if one.state == "hangs" else one.detail
        message = f"{path} ({one.filesystem} of {one.source}) on {node.name}: {why}"
        command = f"umount -l {shlex.quote(path)}"
        fix = node.fix(command, "takes it away; mount it anew when its server answers", root=True)
        return warn("dead-mount", message, fix)
    if lustre and lustre.split()[0] != "healthy":
        message = f"Lustre on {node.name} calls itself {lustre.splitlines()[0]}"
        fix = node.fix("lfs check servers", "names the server that is not active", root=True)
        return warn("lustre-unhealthy", message, fix)
    return ok(", ".join(seen.mounts) or lustre)


def _breaks_job_path(node: NodeView, mount: str) -> bool:
    """Whether a path of the job lies on it and is told to be broken by its own check."""
    broken = [one.absolute for one in job_paths_on(node).values() if not one.there]
    return any(f"{path}/".startswith(f"{mount.rstrip('/')}/") for path in broken)
