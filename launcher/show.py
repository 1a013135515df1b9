"""A plan as text: what --dry-run prints, and what the run directory keeps."""

from __future__ import annotations

import json
import shlex
from typing import Any

from checks.reports.masking import masked_argv, masked_env
from launcher.plain import plain_commands
from launcher.plan import NodePlan, Plan, environment_file, hostfile, node_file


def shown_plan(plan: Plan) -> dict[str, Any]:
    """The plan as JSON data, secrets masked."""
    return {
        "token": plan.token,
        "home": plan.home,
        "head": plan.head,
        "master_address": plan.master_address,
        "master_port": plan.master_port,
        "world_size": len(plan.ranks),
        "ranks": [vars(rank) for rank in plan.ranks],
        "train": masked_argv(plan.train),
        "nodes": {node.name: _shown_node(plan, node) for node in plan.nodes},
        "carrier": {
            "name": plan.carrier.name,
            "on": list(plan.carrier.on),
            "argv": list(plan.carrier.argv),
            "env": dict(plan.carrier.env),
        },
    }


def _shown_node(plan: Plan, node: NodePlan) -> dict[str, Any]:
    file = node_file(plan, node)
    return {**file, "env": masked_env(node.env), "train": masked_argv(plan.train)}


def dry_run(plan: Plan, hostfile_path: str) -> str:
    """Everything that would be written and run, secrets masked, for a person to read."""
    lines = [
        f"# world size {len(plan.ranks)}, rendezvous {plan.master_address}:{plan.master_port}",
        *(
            f"# rank {rank.rank}: {rank.node}, local rank {rank.local}, slot {rank.slot}"
            for rank in plan.ranks
        ),
        f"\n# {hostfile_path}",
        hostfile(plan).rstrip(),
        "\n# .deepspeed_env",
        environment_file(plan).rstrip(),
    ]
    for node in plan.nodes:
        lines += [
            f"\n# on {node.name}: {plan.home}/plan.json (0600)",
            json.dumps(_shown_node(plan, node), indent=1),
        ]
    ours = f"{plan.home}/agent.py, {plan.home}/hook/sitecustomize.py"
    lines += [f"\n# on every node: {ours}, as this package has them in launcher/agent/"]
    for name, text in plan.carrier.files.items():
        lines += [f"\n# on {_places(plan)}: {plan.home}/{name} (0600)", text.rstrip()]
    lines += [f"\n# on {plan.head}, before the start"] if plan.before else []
    lines += [shlex.join(masked_argv(words)) for words in plan.before]
    assigned = [f"{name}={shlex.quote(value)}" for name, value in plan.carrier.env.items()]
    lines += [
        f"\n# on {_places(plan)}, to bring the agent to every node",
        " ".join([*assigned, shlex.join(plan.carrier.argv)]),
    ]
    for name, command in plain_commands(plan, hostfile_path).items():
        lines += [f"\n# on {name}, what would be typed by hand for the same ranks", command]
    return "\n".join(lines)


def _places(plan: Plan) -> str:
    return ", ".join(plan.carrier.on)
