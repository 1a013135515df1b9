"""Calls between nodes: who is asked to call whom, and what came of it, each time they are made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.errors import FactError
from checks.facts.decode import decode_fact
from checks.facts.ports import DialResults
from checks.stages.dial_results import merge_dials

CALLS_PER_WAVE = 256
LIMIT_S = 10.0
FULL_SIZE = -1
"""Packets as large as the way takes, as the probe's `dial` knows it."""

DialTarget = list[Any]
"""[node, address, port, id, packet], as the probe's `dial` takes it."""
Plans = Mapping[str, list[DialTarget]]
Chosen = Callable[[str, Answer], list[DialTarget]]
"""Of a caller and what it answered, the calls to be made again."""


class DialCaller:
    """Has nodes call one another's listeners; `ids` are what those answer with."""

    def __init__(self, contact: Contact, ids: Mapping[str, str]) -> None:
        self._contact, self.ids = contact, ids

    def call(self, plans: Plans, timeout: float, small: int = 0) -> dict[str, Answer]:
        """The answers of all in `plans`; that many small packets follow full ones."""
        requests: dict[str, dict[str, Any]] = {
            name: {"targets": plan, "timeout": timeout, "small": small}
            for name, plan in plans.items()
        }
        if not requests:
            return {}
        limit = _dial_limit(plans, timeout)
        return checked_answers(self._contact.ask("dial", requests, limit), self.ids)

    def call_again(
        self, answers: Mapping[str, Answer], timeout: float, small: int, chosen: Chosen
    ) -> dict[str, Answer]:
        """What held at either time, once those calls were made again."""
        plans = {name: plan for name, answer in answers.items() if (plan := chosen(name, answer))}
        later = self.call(plans, timeout, small)
        return {name: merge_dials(answer, later.get(name)) for name, answer in answers.items()}

    def failed_targets(self, name: str, answer: Answer) -> list[DialTarget]:
        """All calls that failed, and those on which full packets vanished."""
        del name
        failed = [
            *answer.fields.get("failed", []),
            *(dict(call, packet=FULL_SIZE) for call in answer.fields.get("lost", [])),
        ]
        return [self.target_of(call, call["packet"]) for call in failed]

    def target_of(self, call: Mapping[str, Any], packet: int) -> DialTarget:
        """The same call, with packets of that size."""
        return [call["target"], call["address"], call["port"], self.ids[call["target"]], packet]


def _dial_limit(plans: Plans, timeout: float) -> float:
    """Seconds that the longest plan may take if nobody answers, plus some to breathe."""
    waves = max((len(plan) for plan in plans.values()), default=0) // CALLS_PER_WAVE + 1
    return waves * timeout + LIMIT_S


def checked_answers(answers: Mapping[str, Answer], ids: Collection[str]) -> dict[str, Answer]:
    """The answers that have a caller's shape and speak of our nodes; of others what is wrong."""
    checked = dict(answers)
    for name, answer in answers.items():
        if answer.data is not None:
            try:
                results = decode_fact(DialResults, answer.data)
            except FactError as error:
                checked[name] = Answer(error=str(error))
                continue
            targets = {call.target for call in results.failed} | results.small.keys()
            strangers = (targets | {call.target for call in results.lost}) - {*ids}
            if strangers:
                checked[name] = Answer(error=f"it speaks of nodes {sorted(strangers)}")
    return checked
