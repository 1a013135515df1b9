"""Open MPI's mpirun from the head, one agent a node; the ranks are no MPI processes.

mpirun logs in from the head to every node, and needs Open MPI on all of them.
"""

from __future__ import annotations

from checks.cluster.headssh import ssh_config
from launcher.backends.carrier import SSH_CONFIG, Carrier, Trip

HOSTS = "mpi_hosts"
MISSING = 'install Open MPI on every node (openmpi-bin), or start without it: backend = "ssh"'
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
"""Whose login it is has been decided by then."""


def carrier(trip: Trip) -> Carrier:
    """mpirun to all nodes.

    Unbound, for else all ranks of a node would share the agent's core; by ssh from the head to each
    node itself, inside a Slurm allocation too; its own files in the run's directory.
    """
    config = ssh_config(trip.job, trip.nodes, users=True)
    files = {HOSTS: "".join(f"{name} slots=1\n" for name in trip.nodes)}
    files |= {SSH_CONFIG: config} if config else {}
    argv = (
        *("mpirun", "--hostfile", f"{trip.home}/{HOSTS}", "-np", str(len(trip.nodes))),
        *("--map-by", "ppr:1:node", "--bind-to", "none"),
        *("--mca", "plm", "rsh", "--mca", "plm_rsh_agent", "ssh"),
        *("--mca", "plm_rsh_no_tree_spawn", "1"),
        *(("--mca", "plm_rsh_args", f"-F {trip.home}/{SSH_CONFIG}") if config else ()),
        *("--mca", "orte_tmpdir_base", trip.home),
        *trip.remote,
    )
    return Carrier("mpirun", argv, (trip.nodes[0],), MISSING, AS_ROOT, files)
