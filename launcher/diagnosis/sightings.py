"""A known failure, as it was seen in a log."""

from __future__ import annotations

from collections.abc import Mapping

from checks.knowledge.failures import FailureKind, KnownFailure
from checks.next_line import as_called
from checks.quick_dataclass import dataclass
from launcher.diagnosis.log_lines import Line
from launcher.diagnosis.traces import Trace


@dataclass
class Sighting:
    """A known failure at one place: the line that showed it first, and how often it came."""

    known: KnownFailure
    line: Line
    groups: Mapping[str, str]
    trace: Trace | None = None
    count: int = 1
    last_number: int = 0
    was_caught: bool = False
    """Whether each of its lines, or what follows it, says that the program goes on: it retries."""
    is_only_warned: bool = False
    """Whether each of its lines is a record of a lower level than an error's."""
    is_datum: bool = False
    """Whether each of its lines has it as a value: of a setting, a sample or a conversation."""
    is_told: bool = False
    """Whether each of its lines tells of it in other words or as an error without its traceback."""
    ends_traceback: bool = False
    """Whether it was seen as the error of a traceback that nobody caught."""
    first: Line | None = None
    """Where the same rank had shown it before, in a way that could still be excused."""
    awaited: Line | None = None
    """What the host that its line names printed last before it."""
    silence: float = 0.0
    """Seconds between the line before it and itself, where both have a time of their own."""

    @property
    def survivable(self) -> bool:
        """Whether healthy runs show it too, in the way it was seen here."""
        return self.known.survivable and not self.ends_traceback

    @property
    def is_excused(self) -> bool:
        """Whether the log says that the program went on, or only warns of it."""
        is_past = self.was_caught or self.is_only_warned or self.is_datum
        return is_past and not self.ends_traceback

    @property
    def ends_run(self) -> bool:
        """Whether it is seen only in runs that end, as a consequence."""
        return self.known.kind is FailureKind.SYMPTOM and not self.survivable

    def fill_in(self, template: str) -> str:
        """A text of the table, its gaps filled with the values of this line; our own commands as
        they are typed here.
        """
        return as_called(self.known.fill_in(template, self.groups))
