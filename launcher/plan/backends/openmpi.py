"""Open MPI's mpirun from the head, one agent a node; the ranks are no MPI processes.

mpirun logs in from the head to every node, and needs Open MPI on all of them.
"""

from __future__ import annotations

from checks.knowledge.ssh_from_head import ssh_config
from launcher.plan.backends.backend import SSH_CONFIG_FILE, AgentLauncher, LaunchRequest

MPI_HOSTS_FILE = "mpi_hosts"
MISSING_ADVICE = (
    'install Open MPI on every node (openmpi-bin), or start without it: backend = "ssh"'
)
ALLOW_ROOT_ENV = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
"""Whose login it is has been decided by then."""


def agent_launcher(request: LaunchRequest) -> AgentLauncher:
    """mpirun to all nodes.

    Unbound, for else all ranks of a node would share the agent's core; by ssh from the head to each
    node itself, inside a Slurm allocation too; its own files in the run's directory.
    """
    config = ssh_config(request.job, request.nodes, users=True)
    files = {MPI_HOSTS_FILE: "".join(f"{name} slots=1\n" for name in request.nodes)}
    files |= {SSH_CONFIG_FILE: config} if config else {}
    argv = (
        *(
            "mpirun",
            "--hostfile",
            f"{request.home}/{MPI_HOSTS_FILE}",
            "-np",
            str(len(request.nodes)),
        ),
        *("--map-by", "ppr:1:node", "--bind-to", "none"),
        *("--mca", "plm", "rsh", "--mca", "plm_rsh_agent", "ssh"),
        *("--mca", "plm_rsh_no_tree_spawn", "1"),
        *(("--mca", "plm_rsh_args", f"-F {request.home}/{SSH_CONFIG_FILE}") if config else ()),
        *("--mca", "orte_tmpdir_base", request.home),
        *request.remote,
    )
    return AgentLauncher("mpirun", argv, (request.nodes[0],), MISSING_ADVICE, ALLOW_ROOT_ENV, files)
