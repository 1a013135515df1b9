"""DeepSpeed's own launcher of one node, as `deepspeed` would start it there through pdsh."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence

from launcher.plan.programs.program import NodeLaunch, Program


def deepspeed_argv(node: NodeLaunch, rank: Sequence[str]) -> tuple[str, ...]:
    """deepspeed.launcher.launch, its options as PDSHRunner gives them."""
    job = node.job
    slots = {name: list(own) for name, own in node.slots.items()}
    world = base64.urlsafe_b64encode(json.dumps(slots).encode()).decode()
    return (
        *(job.python, "-u", "-m", "deepspeed.launcher.launch"),
        *(f"--world_info={world}", f"--node_rank={node.node_rank}"),
        *(f"--master_addr={node.master_address}", f"--master_port={job.master_port}"),
        *("--no_python", "--no_local_rank", *rank),
    )


def rank_env(_: NodeLaunch) -> Mapping[str, str]:
    """Nothing: it sets CUDA_VISIBLE_DEVICES itself."""
    return {}


PROGRAM = Program(
    "DeepSpeed's launcher", deepspeed_argv, None, rank_env, rotated=True, local_rank=True
)
