"""Whose answers a stage cannot bear: found by running it again over what was answered.

A stage is written for nodes that say what can be. Where it raises, it is tried over the recorded
answers of each node alone, without any connection: who makes it raise by itself is who lies. Where
nobody does, an answer breaks it only beside others': then it is who is missing where it does not
raise. So no stage needs to know how nodes may lie.
"""

from __future__ import annotations

import copy
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from checks.answer import Answer
from checks.contact.pool import Contact, Progress, Sent
from checks.facts import Snapshot

Finish = Callable[[], None]
RunStage = Callable[[Contact, Snapshot, Sequence[str]], Finish | None]
AnswersInOrder: TypeAlias = Mapping[tuple[str, str], Sequence[Answer]]
"""All answers to a stage, by node and section."""


class RecordingContact(Contact):
    """The same contact; `answered` has what came."""

    def __init__(self, contact: Contact) -> None:
        super().__init__(contact._residents)
        self._contact, self.show = contact, contact.show
        self.most_mesh_nodes = contact.most_mesh_nodes
        self.answered: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)

    def send(
        self, requests: Mapping[str, Sequence[tuple[str, dict[str, Any]]]], limit: float
    ) -> Sent:
        """As `Contact.send`."""
        return self._contact.send(requests, limit)

    def gather(self, sent: Sent, progress: Progress | None = None) -> dict[str, dict[str, Answer]]:
        """As `Contact.gather`."""
        gathered = self._contact.gather(sent, progress)
        for name, answers in gathered.items():
            for section, answer in answers.items():
                self.answered[name, section].append(answer)
        return gathered


class UnrecordedError(Exception):
    """The stage asks what it had not asked when it failed: it came further."""


class RecordedContact(Contact):
    """Nodes that answer as they did before."""

    def __init__(self, answered: AnswersInOrder) -> None:
        super().__init__({})
        self._left = {asked: deque(answers) for asked, answers in answered.items()}

    def send(
        self,
        requests: Mapping[str, Sequence[tuple[str, dict[str, Any]]]],
        limit: float,  # noqa: ARG002 - nobody is waited for
    ) -> Sent:
        """As `Contact.send`, to nobody."""
        return Sent(
            {name: {section: 0 for section, _ in asked} for name, asked in requests.items()}, 0
        )

    def gather(self, sent: Sent, progress: Progress | None = None) -> dict[str, dict[str, Answer]]:  # noqa: ARG002
        """What each of them answered then. Raises UnrecordedError."""
        try:
            return {
                name: {section: self._left[name, section].popleft() for section in sections}
                for name, sections in sent.numbers.items()
            }
        except LookupError:
            raise UnrecordedError from None


def find_unbearable(
    run: RunStage, answered: AnswersInOrder, snapshot: Snapshot, names: Sequence[str]
) -> list[str]:
    """The nodes of `names` without which `run` would not have failed; none where it would have.

    `snapshot` stays as it is.
    """

    def bears(tried: Sequence[str]) -> bool:
        scratch = copy.copy(snapshot)
        scratch.sections = {name: dict(found) for name, found in snapshot.sections.items()}
        try:
            if finish := run(RecordedContact(answered), scratch, tried):
                finish()
        except UnrecordedError:
            return True
        except Exception:  # noqa: BLE001 - whether there is any is the question
            return False
        return True

    alone = [name for name in names if not bears([name])]
    others = [name for name in names if name not in alone]
    if alone and others and bears(others):
        return alone
    return [name for name in names if bears([other for other in names if other != name])]
