"""What the gate's snapshot says that a plan stands on."""

from __future__ import annotations

from checks.cluster.filter import kept_nodes
from checks.errors import FactError, PreflightError
from checks.facts import ClusterView
from checks.facts.gpus import Gpus
from checks.facts.snapshot import Snapshot
from checks.rendezvous import master_address, node_env
from launcher.plan import Ground


def ground(snapshot: Snapshot) -> Ground:
    """GPUs, MASTER_ADDR and interface variables of the nodes that take part.

    Raises PreflightError where a fact of one of them is missing.
    """
    cluster = ClusterView(snapshot)
    job = snapshot.job
    names = kept_nodes(job.names, job.include, job.exclude)
    try:
        return Ground(
            gpus={name: cluster[name].read(Gpus).count for name in names},
            master_address=master_address(cluster),
            env={name: node_env(cluster[name]) for name in names},
        )
    except FactError as error:
        raise PreflightError(
            f"cannot plan the start: {error}; run the preflight to see why"
        ) from error
