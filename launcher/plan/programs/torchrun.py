"""torchrun on every node with its rank given, so that no node has to find the others by chance.

The static rendezvous takes different numbers of ranks on the nodes; each node's begin where those
of the node before it end.
"""

from __future__ import annotations

from collections.abc import Sequence

from launcher.plan.programs.program import NodeLaunch, Program, visible_devices_env


def torchrun_options(share: NodeLaunch) -> tuple[str, ...]:
    """The options of torch.distributed.run."""
    return (
        *(f"--nnodes={len(share.slots)}", f"--nproc-per-node={share.local_size}"),
        *(f"--node-rank={share.node_rank}", "--rdzv-backend=static"),
        *(f"--master-addr={share.master_address}", f"--master-port={share.job.master_port}"),
    )


def torchrun_argv(share: NodeLaunch, rank: Sequence[str]) -> tuple[str, ...]:
    """torch.distributed.run; ranks of another run that use the same port are not taken for ours.

    Its folder of logs, which else stays in /tmp, goes with the run's directory.
    """
    run = (f"--rdzv-id={share.token}", f"--log-dir={share.home}", "--no-python")
    return (
        share.job.python,
        "-u",
        "-m",
        "torch.distributed.run",
        *torchrun_options(share),
        *run,
        *rank,
    )


def equivalent_argv(share: NodeLaunch) -> tuple[str, ...]:
    """What a person would type on the node."""
    return ("torchrun", *torchrun_options(share))


PROGRAM = Program("torchrun", torchrun_argv, equivalent_argv, visible_devices_env)
