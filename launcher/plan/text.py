"""A plan as text: what --dry-run prints, and what the run directory keeps."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from checks.folded_names import fold_names
from checks.masking import mask_argv, mask_env
from launcher.plan.equivalent_command import equivalent_commands
from launcher.plan.plan import NodePlan, Plan, agent_plan, deepspeed_env_text, hostfile_text
from launcher.plan.ranks import Rank

FEW_NODES = 8
"""Up to so many each node has its own lines."""
_NODE_RANK = re.compile(r"((?:node|machine)[_-]rank(?:=|: |\s))\d+")


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
        *_rank_lines(plan),
        *_hostfile_lines(plan, hostfile_path),
        "\n# .deepspeed_env",
        deepspeed_env_text(plan).rstrip(),
    ]
    files = {node.name: _plan_file_text(_node_as_json(plan, node)) for node in plan.nodes}
    for names, text in fold_by_node(files).items():
        lines += [f"\n# on {names}: {plan.home}/plan.json (0600)", text]
    ours = ("agent.py", "checks/node/runtime/environment.py", "hook/sitecustomize.py")
    lines += [f"\n# on every node, of this package: {plan.home}/{{{','.join(ours)}}}"]
    for name, text in plan.agent_launcher.files.items():
        lines += [f"\n# on {_launch_nodes(plan)}: {plan.home}/{name} (0600)", text.rstrip()]
    lines += [f"\n# on {plan.head}, before the start"] if plan.before else []
    lines += [shlex.join(mask_argv(words)) for words in plan.before]
    assigned = [f"{name}={shlex.quote(value)}" for name, value in plan.agent_launcher.env.items()]
    lines += [
        f"\n# on {_launch_nodes(plan)}, to bring the agent to every node",
        " ".join([*assigned, shlex.join(plan.agent_launcher.argv)]),
    ]
    by_hand = equivalent_commands(plan, hostfile_path)
    for names, command in fold_by_node(by_hand).items():
        lines += [f"\n# on {names}, what would be typed by hand for the same ranks", command]
    return "\n".join(lines)


def _hostfile_lines(plan: Plan, path: str) -> list[str]:
    """The hostfile; of many nodes a line for those in a row that are alike."""
    if len(plan.nodes) <= FEW_NODES:
        return [f"\n# {path}", hostfile_text(plan).rstrip()]
    rows = itertools.groupby(plan.nodes, lambda node: node.total_slots)
    folded = [(fold_names(node.name for node in row), slots) for slots, row in rows]
    return [
        f"\n# {path} (there with a line for each node)",
        *(f"{names} slots={slots}" for names, slots in folded),
    ]


def _plan_file_text(data: Mapping[str, Any]) -> str:
    """JSON with a line for each key."""
    return (
        "{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(data[key])}" for key in data) + "\n}"
    )


def _rank_lines(plan: Plan) -> list[str]:
    """A line for each rank; of many ranks one for each row of nodes that are alike."""
    if len(plan.nodes) <= FEW_NODES:
        return [
            f"# rank {rank.rank}: {rank.node}, local rank {rank.local}, slot {rank.slot}"
            for rank in plan.ranks
        ]
    by_node = {
        name: list(ranks) for name, ranks in itertools.groupby(plan.ranks, lambda rank: rank.node)
    }
    lines = []
    for slots, names in itertools.groupby(by_node, lambda name: _slots_text(by_node[name])):
        row = list(names)
        first, last = by_node[row[0]][0].rank, by_node[row[-1]][-1].rank
        lines.append(f"# ranks {first} to {last}: {fold_names(row)}, {slots} on each")
    return lines


def _slots_text(ranks: Sequence[Rank]) -> str:
    slots = ",".join(str(rank.slot) for rank in ranks)
    local = ",".join(str(rank.local) for rank in ranks)
    return f"slots {slots}, local ranks {local}"


def fold_by_node(texts: Mapping[str, str]) -> dict[str, str]:
    """What is written on each node, by name; of many nodes once for those that are alike.

    There a node's own rank, which is all that differs, is shown as N.
    """
    if len(texts) <= FEW_NODES:
        return dict(texts)
    alike: dict[str, list[str]] = {}
    for name, text in texts.items():
        alike.setdefault(_NODE_RANK.sub(r"\1N", text), []).append(name)
    return {
        f"{fold_names(names)} (N: the node's own rank)" if len(names) > 1 else names[0]: (
            text if len(names) > 1 else texts[names[0]]
        )
        for text, names in alike.items()
    }


def _launch_nodes(plan: Plan) -> str:
    names = plan.agent_launcher.on
    return ", ".join(names) if len(names) <= FEW_NODES else fold_names(names)
