"""The last stage for adapters: what their ports counted as errors while the nodes met."""

from __future__ import annotations

from collections.abc import Sequence

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.facts import ClusterView, Snapshot
from checks.facts.rdma import LaterRdmaCounters, RdmaCounters

LIMIT_S = 5.0


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Fill `later_rdma_counters` of every node in `names`; only those with adapters are asked."""
    view = ClusterView(snapshot)
    readable = [name for name in names if view[name].has(RdmaCounters)]
    asked = [name for name in readable if view[name].read(RdmaCounters).ports]
    answers = contact.ask(RdmaCounters.section, {name: {} for name in asked}, LIMIT_S)
    for name in readable:
        snapshot.put(name, LaterRdmaCounters.section, answers.get(name, Answer({"ports": {}})))
