"""A plan as text: what --dry-run prints, and what the run directory keeps."""

from __future__ import annotations

import json
import shlex
from typing import Any

from checks.masking import mask_argv, mask_env
from launcher.plan.equivalent_command import equivalent_commands
from launcher.plan.plan import NodePlan, Plan, agent_plan, deepspeed_env_text, hostfile_text


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON data, secrets masked."""
    return {
        "token": plan.token,
        "home": plan.home,
        "head": plan.head,
        "master_address": plan.master_address,
        "master_port": plan.master_port,
        "world_size": len(plan.ranks),
        "ranks": [vars(rank) for rank in plan.ranks],
        "train": mask_argv(plan.train),
        "nodes": {node.name: _node_as_json(plan, node) for node in plan.nodes},
        "carrier": {
            "name": plan.agent_launcher.name,
            "on": list(plan.agent_launcher.on),
            "argv": list(plan.agent_launcher.argv),
            "env": dict(plan.agent_launcher.env),
        },
    }


def _node_as_json(plan: Plan, node: NodePlan) -> dict[str, Any]:
    file = agent_plan(plan, node)
    return {**file, "env": mask_env(node.env), "train": mask_argv(plan.train)}


def dry_run_text(plan: Plan, hostfile_path: str) -> str:
    """Everything that would be written and run, secrets masked, for a person to read."""
    lines = [
        f"# world size {len(plan.ranks)}, rendezvous {plan.master_address}:{plan.master_port}",
        *(
            f"# rank {rank.rank}: {rank.node}, local rank {rank.local}, slot {rank.slot}"
            for rank in plan.ranks
        ),
        f"\n# {hostfile_path}",
        hostfile_text(plan).rstrip(),
        "\n# .deepspeed_env",
        deepspeed_env_text(plan).rstrip(),
    ]
    for node in plan.nodes:
        lines += [
            f"\n# on {node.name}: {plan.home}/plan.json (0600)",
            json.dumps(_node_as_json(plan, node), indent=1),
        ]
    ours = f"{plan.home}/agent.py, {plan.home}/hook/sitecustomize.py"
    lines += [f"\n# on every node: {ours}, as this package has them in launcher/agent/"]
    for name, text in plan.agent_launcher.files.items():
        lines += [f"\n# on {_launch_nodes(plan)}: {plan.home}/{name} (0600)", text.rstrip()]
    lines += [f"\n# on {plan.head}, before the start"] if plan.before else []
    lines += [shlex.join(mask_argv(words)) for words in plan.before]
    assigned = [f"{name}={shlex.quote(value)}" for name, value in plan.agent_launcher.env.items()]
    lines += [
        f"\n# on {_launch_nodes(plan)}, to bring the agent to every node",
        " ".join([*assigned, shlex.join(plan.agent_launcher.argv)]),
    ]
    for name, command in equivalent_commands(plan, hostfile_path).items():
        lines += [f"\n# on {name}, what would be typed by hand for the same ranks", command]
    return "\n".join(lines)


def _launch_nodes(plan: Plan) -> str:
    return ", ".join(plan.agent_launcher.on)
