"""The last stage: what the interfaces counted while the nodes met."""

from __future__ import annotations

from collections.abc import Sequence

from checks.contact.pool import Contact
from checks.facts import Snapshot
from checks.facts.counters import Counters, LaterCounters

LIMIT_S = 5.0


def read_later_counters(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Fill `later_counters` of every node in `names`."""
    answers = contact.ask(Counters.section, {name: {} for name in names}, LIMIT_S)
    for name, answer in answers.items():
        snapshot.put(name, LaterCounters.section, answer)
