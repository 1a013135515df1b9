"""The seconds that a gathering may take: what is not asked in them is said not to be known."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact, Progress, Sent

LEAST_S = 0.5
"""What is asked when the budget ends is given this long: nodes have to be let go, too."""


class Budget:
    """`seconds` from now; without end where None."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._ends = None if seconds is None else time.monotonic() + seconds

    @property
    def used_up(self) -> bool:
        """Whether nothing more may begin."""
        return self._ends is not None and time.monotonic() >= self._ends

    def left(self, limit_s: float) -> float:
        """`limit_s`, or less where the budget ends before."""
        if self._ends is None:
            return limit_s
        return min(limit_s, max(self._ends - time.monotonic(), LEAST_S))

    def __str__(self) -> str:
        return f"the budget of {self.seconds:g} s was used up"


class BudgetedContact(Contact):
    """A contact in which no question outlives the budget, and one that it cut short says so."""

    def __init__(self, contact: Contact, budget: Budget) -> None:
        super().__init__(contact._residents)
        self._budget = budget

    def send(
        self, requests: Mapping[str, Sequence[tuple[str, dict[str, Any]]]], limit: float
    ) -> Sent:
        """As `Contact.send`, within what is left."""
        short = self._budget.left(limit)
        return replace(super().send(requests, short), cut=short < limit)

    def gather(self, sent: Sent, progress: Progress | None = None) -> dict[str, dict[str, Answer]]:
        """As `Contact.gather`."""
        gathered = super().gather(sent, progress)
        if sent.cut and self._budget.used_up:
            return {
                name: {section: self._with_reason(answer) for section, answer in answers.items()}
                for name, answers in gathered.items()
            }
        return gathered

    def _with_reason(self, answer: Answer) -> Answer:
        if answer.data is not None:
            return answer
        return replace(answer, error=f"{answer.error}; {self._budget}")
