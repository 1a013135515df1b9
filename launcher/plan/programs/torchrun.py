"""torchrun on every node with its rank given, so that no node has to find the others by chance.

The static rendezvous takes different numbers of ranks on the nodes; each node's begin where those
of the node before it end.
"""

from __future__ import annotations

from collections.abc import Sequence

from launcher.plan.programs.program import NodeLaunch, Program, visible_devices_env


def torchrun_options(node: NodeLaunch) -> tuple[str, ...]:
    """The options of torch.distributed.run."""
    return (
        *(f"--nnodes={len(node.slots)}", f"--nproc-per-node={node.local_size}"),
        *(f"--node-rank={node.node_rank}", "--rdzv-backend=static"),
        *(f"--master-addr={node.master_address}", f"--master-port={node.job.master_port}"),
    )


def torchrun_argv(node: NodeLaunch, rank: Sequence[str]) -> tuple[str, ...]:
    """torch.distributed.run; ranks of another run that use the same port are not taken for ours.

    Its folder of logs, which else stays in /tmp, goes with the run's directory.
    """
    run = (f"--rdzv-id={node.token}", f"--log-dir={node.home}", "--no-python")
    return (
        node.job.python,
        "-u",
        "-m",
        "torch.distributed.run",
        *torchrun_options(node),
        *run,
        *rank,
    )


def equivalent_argv(node: NodeLaunch) -> tuple[str, ...]:
    """What a person would type on the node."""
    return ("torchrun", *torchrun_options(node))


PROGRAM = Program("torchrun", torchrun_argv, equivalent_argv, visible_devices_env)
