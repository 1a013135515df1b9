"""The stage in which the ranks of all nodes meet, with the job's interpreter and environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks.cluster.contact import Contact
from checks.errors import FactError
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.gpus import Gpus
from checks.facts.rendezvous import Rendezvous
from checks.facts.snapshot import Answer
from checks.rendezvous import node_env, training_address

HERE = Path(__file__).parent
IMPORT_S = 120.0
LIMIT_S, GPU_LIMIT_S = 20.0, 60.0
"""The first of NCCL takes seconds a node: contexts, adapters, topology."""
WAIT_SHARE = 0.4
"""Of the limit, what torch waits in one place: its store tries twice."""
CLOSING_S = 15.0
KEEP = r"NCCL (INFO|WARN)"


def stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Let the ranks of `names` meet; their `rendezvous` answers are in the snapshot after.

    Their interpreters stay, for `compute`, which ends them; at the latest they end with the probe.
    """
    opened = _open(contact, snapshot, names)
    ready = [name for name in opened if "torch" in opened[name].get("data", {})]
    met = meeting(contact, snapshot, ready) if ready else {}
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


def meeting(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> dict[str, Answer]:
    """One meeting of the ranks of `names`, the head's first, where it is among them."""
    cluster = ClusterView(snapshot)
    order = sorted(names, key=lambda name: name != snapshot.job.head)
    gpus = all(gpus_of(cluster[name]) for name in order)
    slots = {name: cluster[name].slots or 1 for name in order}
    limit = GPU_LIMIT_S if gpus else LIMIT_S
    shared = {
        "backend": "nccl" if gpus else "gloo",
        "address": training_address(cluster[order[0]]),
        "port": snapshot.job.master_port,
        "world": sum(slots.values()),
        "limit": limit,
    }
    args, first = {}, 0
    for name, count in slots.items():
        args[name] = _task(shared, range(first, first + count))
        first += count
    answers = contact.ask("warm_task", args, limit + CLOSING_S)
    own = {name: {**shared, "own": training_address(cluster[name])} for name in order}
    return {name: _ranked(answer, own[name], args[name]) for name, answer in answers.items()}


def _task(shared: Mapping[str, Any], ranks: range) -> dict[str, Any]:
    """The ranks of one node, with the variables that a launcher gives them."""
    env = {
        "MASTER_ADDR": shared["address"],
        "MASTER_PORT": str(shared["port"]),
        "WORLD_SIZE": str(shared["world"]),
        "LOCAL_WORLD_SIZE": str(len(ranks)),
        "PREFLIGHT_BACKEND": shared["backend"],
        "PREFLIGHT_WAIT": str(shared["limit"] * WAIT_SHARE),
        "NCCL_DEBUG": "INFO",
        "NCCL_DEBUG_SUBSYS": "INIT,NET,ENV",
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
