"""What Open MPI's mpirun says where its daemons do not find each other."""

from __future__ import annotations

from checks.knowledge.failures.known import root, symptom

FAILURES = (
    root(
        "mpi-without-pmi",
        ("OMPI was not built with SLURM's PMI support", "OMPI was not built with SLURM support"),
        cause="srun started the ranks, and their Open MPI cannot talk to Slurm: it was built "
        "without PMI, as in many containers",
        fix="`srun --mpi=pmix` with an Open MPI that was built with PMIx (`ompi_info | grep -i "
        "pmi`, `srun --mpi=list`); or start with mpirun; uninstall mpi4py where nothing uses MPI",
    ),
    root(
        "mpi-daemon-no-tcp",
        "was unable to complete a TCP connection",
        near=r"Local host: +(?P<node>\S+)[\s\S]{0,200}?Remote host: +(?P<remote>\S+)",
        cause="mpirun's daemon on {node} cannot open a TCP connection to {remote}: a firewall "
        "there, or mpirun chose an address of {remote} that {node} cannot reach",
        fix="open all TCP ports between the nodes, or choose the interface: "
        "`--mca oob_tcp_if_include eth0 --mca btl_tcp_if_include eth0`",
        checks=("ports.ephemeral-ports-are-open", "network.one-network"),
    ),
    symptom(
        "mpi-daemons-not-started",
        ("was unable to reliably start one or more daemons", "failed to start a daemon"),
        cause="mpirun could not start its daemon on each node",
        fix="read what stands above; the same Open MPI at the same path on every node, in the "
        "PATH of a non-interactive shell, and logins by ssh between all nodes",
        checks=("ssh.every-node-logs-in-to-every-node", "ports.ephemeral-ports-are-open"),
    ),
)
