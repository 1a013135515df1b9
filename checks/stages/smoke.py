"""The stage in which every node trains for a moment, alone, all of them at once.

It begins before the other stages: what its ranks import costs seconds, in which nodes do little
else. Its interpreters stay for the stages after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from checks.contact.pool import Contact
from checks.facts import ClusterView, Snapshot
from checks.facts.gpus import Gpus
from checks.node.programs import program_text
from checks.stages.training_interpreter import interpreter_request

LIMIT_S = 120.0
CLEANING_S = 10.0
"""What the node needs after the limit to end its ranks."""


def begin_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> Callable[[], None]:
    """Have each of `names` train on all its slots.

    What is returned waits until they have: then the `smoke` answers are in the snapshot.
    """
    requests = {name: [("smoke", smoke_request(snapshot, name))] for name in names}
    sent = contact.send(requests, LIMIT_S + CLEANING_S)

    def finish() -> None:
        for name, answers in contact.gather(sent).items():
            snapshot.put(name, "smoke", answers["smoke"])

    return finish


def smoke_request(snapshot: Snapshot, name: str) -> dict[str, Any]:
    """The arguments of that node's smoke. Its ranks meet over the loopback, on no network.

    Where a node has anything of a GPU, each rank imports DeepSpeed for itself: what that brings may
    initialise CUDA, which no fork survives.
    """
    node = ClusterView(snapshot)[name]
    return {
        "interpreter": interpreter_request(node),
        "slots": node.slots or 1,
        "prepares": node.has(Gpus) and not node.read(Gpus).has_traces,
        "limit": LIMIT_S,
        "program": program_text("smoke_rank"),
    }
