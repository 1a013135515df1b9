"""The commands that start the same ranks without this launcher."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from checks.masking import mask_argv
from launcher.plan.plan import Plan


def equivalent_commands(plan: Plan, hostfile_path: str) -> dict[str, str]:
    """What to type on which node, secrets masked; of `deepspeed` on the head alone."""
    words = mask_argv(plan.train[2:])
    there = f"cd {shlex.quote(plan.workdir)} && "
    if not any(node.equivalent for node in plan.nodes):
        return {plan.head: there + shlex.join(deepspeed_command(plan, hostfile_path, words))}
    return {node.name: there + shlex.join([*node.equivalent, *words]) for node in plan.nodes}


def deepspeed_command(plan: Plan, hostfile_path: str, words: Sequence[str]) -> list[str]:
    """The `deepspeed` command, which starts the ranks over pdsh."""
    whole = all(len(node.slots) == node.total_slots for node in plan.nodes)
    chosen = "@".join(f"{node.name}:{','.join(map(str, node.slots))}" for node in plan.nodes)
    module = words[0] == "-m"
    return [
        *("deepspeed", "--hostfile", hostfile_path),
        *([] if whole else ["--include", chosen]),
        *(["--force_multi"] if len(plan.nodes) == 1 else []),
        *("--master_addr", plan.master_address, "--master_port", str(plan.master_port)),
        *(["--no_local_rank"] if plan.local_rank_at is None else []),
        *(["--module"] if module else []),
        *(words[1:] if module else words),
    ]
