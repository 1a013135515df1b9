"""Errors for people. Each carries one message: what is wrong, where, and what to type next.

PreflightError
├── UsageError       the command line, hosts.txt or launch.toml: nothing was contacted
└── FactError        a fact is missing or not what a probe prints: "could not be determined"
"""

from collections.abc import Sequence

from checks.printable import shorten_message


class PreflightError(Exception):
    """Anything that a user can fix; shown as its message, never as a traceback.

    An overlong value, which any message may repeat, is shortened there.
    """

    def __str__(self) -> str:
        return shorten_message(super().__str__())


class UsageError(PreflightError):
    """A mistake on the command line or in a file of the user's. Names file:line if it can.

    Where words that were typed are wrong and the right ones are known: `typed`, such as an option
    and its value, and `right`, what stands in their place (nothing, where they are left out).
    """

    def __init__(
        self, message: str, *, typed: Sequence[str] = (), right: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.typed, self.right = tuple(typed), tuple(right)


class FactError(PreflightError):
    """A section of facts is absent, broken or of another shape than expected; `node` has it."""

    def __init__(self, message: str, node: str = "") -> None:
        super().__init__(message)
        self.node = node
