"""All nodes at once: one login and one resident probe each; ask all, then gather."""

from __future__ import annotations

import concurrent.futures
import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from checks.answer import Answer
from checks.contact.channel import Channel, CommandResult
from checks.contact.identity import LoginError
from checks.contact.resident_probe import ResidentProbe
from checks.contact.ssh_transport import SshTransport
from checks.facts import Login
from checks.model import Job

POOL = 64
"""Logins under way at once; time-outs of dead hosts overlap within it."""
SLACK_S = 3.0
"""What the controller waits beyond a section's own limit: the way there and back."""
LIFE_S = 3600
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
            deadline = time.monotonic() + limit_s
            out = channel.rest(deadline)
            return CommandResult(channel.code(deadline), out, channel.errors())
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

    def __enter__(self) -> Contact:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_contact(
    job: Job,
    names: Collection[str],
    wanted: Collection[str],
    progress: Progress | None = None,
    passwords: Mapping[str, str] | None = None,
) -> tuple[Contact, dict[str, Login]]:
    """Log in to `names` and start a probe that can answer `wanted`.

    Returns the contact and how the login to each of `names` went. `passwords` by node are used
    where no key is accepted.
    """
    transport = SshTransport(job, passwords)
    residents: dict[str, ResidentProbe] = {}
    logins: dict[str, Login] = {}

    with concurrent.futures.ThreadPoolExecutor(max_workers=POOL) as pool:
        futures = {
            pool.submit(_start_resident, transport, job, wanted, name): name for name in names
        }
        for future in concurrent.futures.as_completed(futures):
            name = futures[future]
            resident, login = future.result()
            logins[name] = login
            if resident:
                residents[name] = resident
            if progress:
                progress(len(logins))
    return Contact({name: residents[name] for name in names if name in residents}), logins


def _start_resident(
    transport: SshTransport, job: Job, wanted: Collection[str], name: str
) -> tuple[ResidentProbe | None, Login]:
    """A probe on that node, or None, and how the login went."""
    began = time.monotonic()
    seen: dict[str, str] = {}
    accepted = options = ""
    try:
        with contextlib.ExitStack() as stack:
            session = stack.enter_context(contextlib.closing(transport.open(name)))
            seen = {"address": session.address, "host_key": session.host_key}
            accepted, options = session.public_key, session.key_options
            resident = ResidentProbe(session, job.python, wanted, LIFE_S)
            stack.pop_all()
            return resident, _login_fact(transport, name, began, noise=resident.noise, **seen)
    except LoginError as error:
        key = error.public_key or accepted
        seen = {"host_key": error.host_key, "public_key": key, "key_options": options, **seen}
        why = {"cause": error.cause, "detail": error.detail, "printed": error.printed}
        return None, _login_fact(transport, name, began, **why, **seen)
    except (OSError, EOFError) as error:
        broke = f"the connection broke: {error or type(error).__name__}"
        return None, _login_fact(transport, name, began, cause="timeout", detail=broke, **seen)


def _login_fact(transport: SshTransport, name: str, began: float, **seen: str) -> Login:
    target, user = transport.target(name)
    return Login(
        reached="cause" not in seen,
        user=user,
        port=target.port,
        key=str(target.keys[0]) if target.keys else "",
        host_name=target.host,
        known_as=target.known_as,
        known_hosts=target.own_known_hosts,
        seconds=round(time.monotonic() - began, 3),
        **seen,
    )
