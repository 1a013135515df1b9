"""What nodes say of NCCL's variables, laid on a small cluster, and what is found of it."""

from checks.facts.environment import Environment
from tests.support.networks import cluster
from tests.support.snapshots import judged, with_fact


def on_all_nodes(fact, snap=None, **job):
    snap = snap or cluster(**job)
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, fact)
    return snap


def shell_env(**variables):
    return Environment(shell=variables)


def finding(check, snap, node="node2"):
    return judged(snap, f"nccl.{check}")[(node,)]
