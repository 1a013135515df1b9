"""All nodes at once: one resident probe each; ask all, then gather.

Without an import of paramiko, which would slow down the start of what never logs in.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from checks.answer import Answer
from checks.quick_dataclass import dataclass

if TYPE_CHECKING:
    from checks.contact.channel import Channel, CommandResult
    from checks.contact.kept_sessions import KeptSessions
    from checks.contact.resident_probe import ResidentProbe

SLACK_S = 3.0
"""What the controller waits beyond a section's own limit: the way there and back."""
STALL_S = 60.0
"""How long a stream may give nothing before it counts as cut."""

Progress = Callable[[int], None]
Show = Callable[[Sequence[str]], None]


@dataclass(frozen=True)
class Sent:
    """Requests under way: their numbers by node and section, and until when answers are awaited.

    `cut` is whether that is sooner than what was asked for.
    """

    numbers: Mapping[str, Mapping[str, int]]
    deadline: float
    cut: bool = False


class Contact:
    """The open conversation with the nodes that were reached. Close it, or use it as a context."""

    def __init__(self, residents: Mapping[str, ResidentProbe]) -> None:
        self._residents = residents
        self.show: Show = lambda _: None
        """Given what a stage has to show while it runs, all of it each time."""
        self.most_mesh_nodes = math.inf
        """Up to so many nodes each pair is tried; beyond, what the nodes have on file decides."""

    @property
    def reached(self) -> Collection[str]:
        """Names of the nodes that answer."""
        return self._residents.keys()

    def ask(
        self, section: str, args: Mapping[str, dict[str, Any]], limit: float
    ) -> dict[str, Answer]:
        """Ask one section of each node in `args`; every one of them gets an answer in the result.

        `limit` is in seconds, for the section on the node.
        """
        requests = {name: [(section, arguments)] for name, arguments in args.items()}
        return {name: answers[section] for name, answers in self.ask_all(requests, limit).items()}

    def ask_all(
        self,
        requests: Mapping[str, Sequence[tuple[str, dict[str, Any]]]],
        limit: float,
        progress: Progress | None = None,
    ) -> dict[str, dict[str, Answer]]:
        """Ask several sections of each node; send to all, then gather, all against one deadline."""
        return self.gather(self.send(requests, limit), progress)

    def send(
        self, requests: Mapping[str, Sequence[tuple[str, dict[str, Any]]]], limit: float
    ) -> Sent:
        """Send several sections to each node; others may be asked before these are gathered."""
        numbers = {
            name: {
                section: self._residents[name].send_request(section, arguments, limit)
                for section, arguments in wanted
            }
            for name, wanted in requests.items()
            if name in self._residents
        }
        return Sent(numbers, time.monotonic() + limit + SLACK_S)

    def gather(self, sent: Sent, progress: Progress | None = None) -> dict[str, dict[str, Answer]]:
        """The answers; one that already came is taken however late it is gathered."""
        deadline = max(sent.deadline, time.monotonic() + SLACK_S)
        gathered: dict[str, dict[str, Answer]] = {}
        for name, numbers in sent.numbers.items():
            resident = self._residents[name]
            gathered[name] = {
                section: resident.answer(number, deadline) for section, number in numbers.items()
            }
            if progress:
                progress(len(gathered))
        return gathered

    def run(
        self, name: str, command: str, stdin: bytes = b"", limit_s: float = 30.0
    ) -> CommandResult:
        """Run a command for a node's login shell, over the same login. Raises LoginError."""
        return self._residents[name].session.run(command, stdin, limit_s)

    def open(self, name: str, command: str) -> Channel:
        """Run a command for a node's login shell; the caller closes it. Raises LoginError."""
        return self._residents[name].session.open(command)

    def feed(
        self, name: str, command: str, pieces: Iterable[bytes], limit_s: float = 60.0
    ) -> CommandResult:
        """Run a command that reads all pieces; it may end before, and then says why.

        `limit_s` is what it may take after the last piece. Raises LoginError.
        """
        channel = self.open(name, command)
        try:
            with contextlib.suppress(OSError):
                for piece in pieces:
                    channel.send(piece)
                channel.end_input()
            return channel.result(time.monotonic() + limit_s)
        finally:
            channel.close()

    def stream(self, name: str, command: str) -> Iterator[bytes]:
        """What a command prints, as it comes. Raises LoginError, and OSError when it is cut."""
        channel = self.open(name, command)
        try:
            yield from channel.pieces(STALL_S)
        finally:
            channel.close()

    def close(self) -> None:
        """End every probe and login; what they started ends with them."""
        for resident in self._residents.values():
            with contextlib.suppress(OSError, EOFError):
                resident.close()

    def leave(self, sessions: KeptSessions) -> None:
        """End every probe, and keep the logins."""
        for name, resident in self._residents.items():
            with contextlib.suppress(OSError, EOFError):
                resident.end()
            sessions.keep(name, resident.session)

    def __enter__(self) -> Contact:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
