"""The stage in which every node trains for a moment, alone, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checks.contact.pool import Contact
from checks.facts import ClusterView, Snapshot
from checks.knowledge.rank_environment import compose_rank_env, usable_gpus
from checks.node.programs import program_text

LIMIT_S = 120.0
CLEANING_S = 10.0
"""What the node needs after the limit to end its ranks and remove what they wrote."""


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Let each of `names` train on all its slots; its `smoke` answer is in the snapshot after."""
    args = {name: smoke_request(snapshot, name) for name in names}
    for name, answer in contact.ask("smoke", args, LIMIT_S + CLEANING_S).items():
        snapshot.put(name, "smoke", answer)


def smoke_request(snapshot: Snapshot, name: str) -> dict[str, Any]:
    """The arguments of that node's smoke. Its ranks meet over the loopback, on no network."""
    job, node = snapshot.job, ClusterView(snapshot)[name]
    gpus = usable_gpus(node)
    return {
        "python": job.python,
        "workdir": job.workdir,
        "env": compose_rank_env(job, gpus, {}),
        "slots": node.slots or 1,
        "gpus": gpus,
        "limit": LIMIT_S,
        "program": program_text("smoke_rank"),
    }
