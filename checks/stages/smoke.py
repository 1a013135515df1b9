"""The stage in which every node trains for a moment, alone, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checks.contact.pool import Contact
from checks.facts import ClusterView, Snapshot
from checks.facts.gpus import Gpus
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
    """What that node's smoke is told: the job's interpreter, folder, environment and slots."""
    job, node = snapshot.job, ClusterView(snapshot)[name]
    gpus = node.read(Gpus).count if node.has(Gpus) else 0
    return {
        "python": job.python,
        "workdir": job.workdir,
        "env": dict(job.env),
        "slots": node.slots or 1,
        "gpus": gpus,
        "limit": LIMIT_S,
        "program": program_text("smoke_rank"),
    }
