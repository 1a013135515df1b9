"""What the kernel of a node complained of lately."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class KernelMessage:
    """One line of the kernel's log. `kind` is one of PATTERNS in checks.node.probe.kernel_log."""

    kind: str
    age_s: float
    text: str


@dataclass(frozen=True)
class KernelLog(Fact):
    """Messages that match a known complaint, newest first, at most 20 of each sort.

    `readable` is False, with the `reason`, in most containers and for most logins but root's.
    `back_s` is how far back the log reaches, two hours at most; `boot_age_s` since the boot.
    """

    section: ClassVar[str] = "kernel_log"
    momentary: ClassVar[bool] = True
    readable: bool
    reason: str = ""
    source: str = ""
    boot_age_s: float = 0.0
    back_s: float = 0.0
    messages: tuple[KernelMessage, ...] = ()

    def of(self, *kinds: str) -> tuple[KernelMessage, ...]:
        """The messages of these kinds, newest first."""
        return tuple(message for message in self.messages if message.kind in kinds)
