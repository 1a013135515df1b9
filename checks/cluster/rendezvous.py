"""The stage in which the ranks of all nodes meet, with the job's interpreter and environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks.cluster.contact import Contact
from checks.cluster.proof import until_met
from checks.errors import FactError
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.gpus import Gpus
from checks.facts.rendezvous import Rendezvous
from checks.facts.snapshot import Answer
from checks.nccl_output import KEEP
from checks.rendezvous import node_env, training_address

HERE = Path(__file__).parent
IMPORT_S = 120.0
LIMIT_S, GPU_LIMIT_S = 20.0, 60.0
"""The first of NCCL takes seconds a node: contexts, adapters, topology."""
WAIT_SHARE = 0.4
"""Of the limit, what torch waits in one place: its store tries twice."""
CLOSING_S = 15.0
LOUD = {
    "NCCL_DEBUG": "INFO",
    "NCCL_DEBUG_SUBSYS": "INIT,NET,ENV,BOOTSTRAP",
    "NCCL_DEBUG_FILE": "",
    "NCCL_DEBUG_TIMESTAMP_LEVELS": "",
}
"""The debug output that is read; none goes to a file that the user or an nccl.conf names."""


def stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Let the ranks of `names` meet; their `rendezvous` answers are in the snapshot after.

    Their interpreters stay, for `compute`, which ends them; at the latest they end with the probe.
    """
    opened = _open(contact, snapshot, names)
    ready = [name for name in opened if "torch" in opened[name].get("data", {})]
    met = until_met(lambda groups: meetings(contact, snapshot, groups), ready) if ready else {}
    for name, answer in opened.items():
        snapshot.put(name, Rendezvous.section, _joined(answer, met.get(name)))


def _open(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> dict[str, Answer]:
    """Torch imported on all of them at once; the slow import is no part of any limit after."""
    cluster = ClusterView(snapshot)
    try:
        args = {name: _opening(cluster[name]) for name in names}
    except FactError as error:
        return {name: {"error": str(error)} for name in names}
    return contact.ask("warm_open", args, IMPORT_S + CLOSING_S)


def _opening(node: NodeView) -> dict[str, Any]:
    return {
        "python": node.job.python,
        "workdir": node.job.workdir,
        "env": {**node_env(node), **node.job.env},
        "slots": node.slots or 1,
        "gpus": gpus_of(node),
        "limit": IMPORT_S,
        "program": (HERE / "warm.py").read_text(encoding="utf-8"),
    }


def gpus_of(node: NodeView) -> int:
    """How many GPUs a rank there could use; none where that is not known."""
    return node.read(Gpus).count if node.has(Gpus) else 0


def meetings(
    contact: Contact, snapshot: Snapshot, groups: Sequence[Sequence[str]]
) -> dict[str, Answer]:
    """Groups without a node in common meet side by side; each node's answer of its own meeting."""
    cluster = ClusterView(snapshot)
    shared: dict[str, dict[str, Any]] = {}
    tasks: dict[str, dict[str, Any]] = {}
    for group in groups:
        order = sorted(group, key=lambda name: name != snapshot.job.head)
        place, first = _place([cluster[name] for name in order]), 0
        for name in order:
            count = cluster[name].slots or 1
            tasks[name] = _task(place, range(first, first + count))
            shared[name] = {**place, "own": training_address(cluster[name])}
            first += count
    limit = max(task["limit"] for task in tasks.values())
    answers = contact.ask("warm_task", tasks, limit + CLOSING_S)
    return {name: _ranked(answer, shared[name], tasks[name]) for name, answer in answers.items()}


def _place(nodes: Sequence[NodeView]) -> dict[str, Any]:
    """Where and how the ranks of those nodes meet: at the first one's address."""
    gpus = all(gpus_of(node) for node in nodes)
    return {
        "backend": "nccl" if gpus else "gloo",
        "address": training_address(nodes[0]),
        "port": nodes[0].job.master_port,
        "world": sum(node.slots or 1 for node in nodes),
        "limit": GPU_LIMIT_S if gpus else LIMIT_S,
    }


def _task(shared: Mapping[str, Any], ranks: range) -> dict[str, Any]:
    """The ranks of one node, with the variables that a launcher gives them."""
    env = {
        "MASTER_ADDR": shared["address"],
        "MASTER_PORT": str(shared["port"]),
        "WORLD_SIZE": str(shared["world"]),
        "LOCAL_WORLD_SIZE": str(len(ranks)),
        "PREFLIGHT_BACKEND": shared["backend"],
        "PREFLIGHT_WAIT": str(shared["limit"] * WAIT_SHARE),
        **LOUD,
    }
    children = [
        {**env, "RANK": str(rank), "LOCAL_RANK": str(local)} for local, rank in enumerate(ranks)
    ]
    return {
        "program": (HERE / "meet.py").read_text(encoding="utf-8"),
        "children": children,
        "limit": shared["limit"],
        "keep": KEEP,
    }


def _ranked(answer: Answer, shared: Mapping[str, Any], args: Mapping[str, Any]) -> Answer:
    """The answer of one node with its ranks' numbers and where they were to meet."""
    children = answer.get("data", {}).get("children")
    if children is None:
        return answer if "error" in answer else {"error": "no rank was told of"}
    numbers = (int(env["RANK"]) for env in args["children"])
    ranks = [{**child, "rank": rank} for rank, child in zip(numbers, children, strict=True)]
    return {"data": {**shared, "ranks": ranks}}


def _joined(opened: Answer, met: Answer | None) -> Answer:
    if "error" in opened or met is None:
        return opened
    return met if "error" in met else {"data": {**opened["data"], **met["data"]}}
