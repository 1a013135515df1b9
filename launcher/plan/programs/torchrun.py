"""The ranks of torchrun, each node given its place, so that none has to find the others by chance.

The agent starts them, with the environment that torchrun's static rendezvous gives: it would import
torch on each node once more, and do nothing else where no rank is started again.
"""

from __future__ import annotations

from collections.abc import Sequence

from launcher.plan.programs.program import NodeLaunch, Program, visible_devices_env


def ranks_argv(node: NodeLaunch, rank: Sequence[str]) -> tuple[str, ...]:
    """The agent in the role that starts all ranks of the node; `rank` is that of a single one."""
    *agent, _ = rank
    slots = ",".join(str(len(own)) for own in node.slots.values())
    return (
        *(*agent, "ranks", f"--slots={slots}", f"--node-rank={node.node_rank}"),
        *(f"--master-addr={node.master_address}", f"--master-port={node.job.master_port}"),
    )


def equivalent_argv(node: NodeLaunch) -> tuple[str, ...]:
    """What a person would type on the node.

    The static rendezvous takes different numbers of ranks on the nodes; each node's begin where
    those of the node before it end.
    """
    return (
        *("torchrun", f"--nnodes={len(node.slots)}", f"--nproc-per-node={node.local_size}"),
        *(f"--node-rank={node.node_rank}", "--rdzv-backend=static"),
        *(f"--master-addr={node.master_address}", f"--master-port={node.job.master_port}"),
    )


PROGRAM = Program("the agent", ranks_argv, equivalent_argv, visible_devices_env)
