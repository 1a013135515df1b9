"""The logins of a gathering, held open for the commands of a site's own tests."""

from __future__ import annotations

from collections.abc import Sequence

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.quick_dataclass import dataclass


@dataclass
class HeldLogins:
    """Given to `gather_facts`, which sets `contact` and leaves it open. Close it in the end."""

    contact: Contact | None = None
    section = "command"
    """The probe's, which runs one command and ends it with all that it started."""

    def run(self, node: str, argv: Sequence[str], limit_s: float) -> Answer:
        """What became of `argv` on the node, or why that is not known. Never raises."""
        if self.contact is None or node not in self.contact.reached:
            return Answer(error="it was not reached")
        args = {node: {"argv": list(argv), "limit": limit_s}}
        return self.contact.ask(self.section, args, limit_s + 1.0)[node]

    def close(self) -> None:
        """End the probes and the logins."""
        if self.contact:
            self.contact.close()
            self.contact = None
