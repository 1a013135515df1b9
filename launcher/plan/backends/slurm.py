"""Slurm's srun from the head, one agent a node, as a step of an allocation that is there already.

The ranks are then the allocation's own: its limits, its devices and its accounting hold for them.
"""

from __future__ import annotations

from collections.abc import Mapping

from checks.errors import UsageError
from checks.model import Job
from launcher.plan.backends.backend import AgentLauncher, LaunchRequest

MISSING_ADVICE = 'srun is in slurm-client; to start without it: backend = "ssh"'


def slurm_allocation(job: Job, environ: Mapping[str, str]) -> str:
    """The allocation that the controller is in; empty where the job needs none.

    Raises UsageError where it needs one.
    """
    if job.backend != "slurm":
        return ""
    if found := environ.get("SLURM_JOB_ID"):
        return found
    raise UsageError(
        'backend = "slurm" starts inside an allocation, and SLURM_JOB_ID names none here: type '
        f"salloc -N {len(job.nodes)} -w {','.join(job.names)}, then start in its shell"
    )


def agent_launcher(request: LaunchRequest) -> AgentLauncher:
    """srun to all nodes."""
    count = len(request.nodes)
    argv = (
        *("srun", f"--jobid={request.slurm_job}", "--overlap", f"--nodes={count}"),
        *(f"--ntasks={count}", "--ntasks-per-node=1", f"--nodelist={','.join(request.nodes)}"),
        *("--cpu-bind=none", "--mem=0", "--mpi=none", "--input=none", "--unbuffered"),
        *("--kill-on-bad-exit=0", "--chdir=/"),
        *request.remote,
    )
    return AgentLauncher("srun", argv, (request.nodes[0],), MISSING_ADVICE)
