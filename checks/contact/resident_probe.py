"""The probe as the controller sees it: one resident program on one channel of one login.

Nothing is installed: the interpreter reads the program from its input.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Collection
from typing import Any

from checks.answer import Answer
from checks.contact.channel import FloodError
from checks.contact.identity import LoginError
from checks.contact.probe_program import probe_program
from checks.contact.second_look import find_taking_line, find_waiting_files
from checks.contact.shipping import NO_PYTHON, SYSTEM_PYTHONS, start_command
from checks.contact.ssh_transport import SshSession, stall_error
from checks.untrusted_json import read_untrusted_json

START_S = 15.0
"""A login shell that has not started the probe by then hangs."""
LATE_GRACE_S = 5.0
"""What one that missed a deadline is given from the next question on: it may only have been late.

The probe itself answers for what takes too long, so that silence is the node's or the network's.
"""
BEAT_S = 5.0
"""How often the probe hears that this controller still lives; see LEASE_S there."""
NOISE_LIMIT = 2000
NO_FAULT = 7
"""An exit status that only a shell that did as it was asked gives back."""


class ResidentProbe:
    """A running probe. `send_request` and `answer` speak to it; `close` ends it."""

    def __init__(
        self,
        session: SshSession,
        python: str,
        wanted: Collection[str],
        life_s: float,
        container: str = "",
    ) -> None:
        self._nonce = secrets.token_hex(8).encode()
        self._answers: dict[int, Answer] = {}
        self._pending: set[int] = set()
        self._number = 0
        self.session = session
        self.noise = ""
        self.garbled = ""
        self.gone = ""
        self._late = False
        self._asked = time.monotonic()
        self._closed = threading.Event()
        self._enters_container = bool(container)
        self._channel = session.open(start_command(python, container))
        try:
            for piece in probe_program(wanted, self._nonce.decode(), life_s):
                self._channel.send(piece)
            self.hello = self._wait_for_hello()
        except OSError as error:
            what = str(error).replace("Socket is closed", "it ended")
            raise self._start_error(what) from error
        threading.Thread(target=self._send_beats, daemon=True).start()

    def _send_beats(self) -> None:
        """Signs of life, in a thread of its own: one node's slow link must not delay another's."""
        with contextlib.suppress(OSError):
            while not self._closed.wait(BEAT_S):
                self._channel.send(b"\n")

    def _wait_for_hello(self) -> dict[str, Any]:
        deadline = time.monotonic() + START_S
        try:
            while (line := self._channel.line(deadline)) is not None:
                message = self._parse_line(line)
                if message is not None:
                    return message
        except FloodError:
            raise self._hanging_shell("printed without end and started nothing") from None
        except TimeoutError:
            if self.session.stalled:
                raise stall_error() from None
            raise self._hanging_shell(f"started nothing in {START_S:g} s") from None
        raise self._start_error("it ended")

    def _hanging_shell(self, what: str) -> LoginError:
        self._channel.kill()
        return self._refusal("shell-hangs", f"the login shell {what}{self._noise_note()}")

    def _refusal(self, cause: str, detail: str, printed: str = "") -> LoginError:
        """That cause, unless the shell runs commands and only the container is not entered.

        Which file there is to blame is found out in another way.
        """
        if self._enters_container and self._shell_runs_commands():
            cause, detail = "container-refuses", detail.replace("login shell", "container", 1)
        error = LoginError(cause, detail, printed)
        if cause == "shell-hangs":
            error.blamed = find_waiting_files(self.session)
        elif cause == "shell-refuses" and "command" not in self.session.key_options.split():
            error.blamed = find_taking_line(self.session)
        return error

    def _shell_runs_commands(self) -> bool:
        with contextlib.suppress(LoginError, OSError):
            return self.session.run(f"exit {NO_FAULT}", limit_s=START_S).code == NO_FAULT
        return False

    def _start_error(self, what: str) -> LoginError:
        """Why the probe never answered, from the exit status and what was printed instead."""
        if self.session.stalled:
            return stall_error()
        self.noise += self._channel.rest(time.monotonic() + 1.0) + self._channel.errors()
        code = self._channel.code(time.monotonic() + 1.0)
        if NO_PYTHON in self.noise.splitlines():
            return LoginError("no-python", f"looked for {', '.join(SYSTEM_PYTHONS)}")
        detail = f"the login shell ran nothing ({what}, exit {code}){self._noise_note()}"
        return self._refusal("shell-refuses", detail, self.noise.strip())

    def _noise_note(self) -> str:
        return f" and printed: {self.noise.strip()[:200]}" if self.noise.strip() else ""

    def _parse_line(self, line: bytes) -> dict[str, Any] | None:
        """The object of a line of ours; anything else a shell printed is kept as noise."""
        nonce, _, text = line.rpartition(self._nonce)
        heard = nonce if self._nonce in line else line
        if heard and len(self.noise) < NOISE_LIMIT:
            self.noise += heard[:NOISE_LIMIT].decode("utf-8", "replace") + "\n"
        if not text or self._nonce not in line:
            return None
        try:
            message = read_untrusted_json(text)
        except json.JSONDecodeError:
            message = None
        except ValueError as error:
            self.garbled = str(error)
            return None
        if not isinstance(message, dict):
            self.garbled = text[:60].decode("utf-8", "replace").strip()
            return None
        return message

    def send_request(self, section: str, args: dict[str, Any], limit_s: float) -> int:
        """Send one request without waiting; returns its number."""
        self._number += 1
        self._asked = time.monotonic()
        self._pending.add(self._number)
        message = {"id": self._number, "section": section, "args": args, "limit": limit_s}
        try:
            self._channel.send(json.dumps(message).encode() + b"\n")
        except OSError as error:
            self.gone = self.gone or f"the probe is gone: {error or 'its connection ended'}"
        return self._number

    def answer(self, number: int, deadline: float) -> Answer:
        """The answer to a request, waited for until `deadline` (time.monotonic()); never raises."""
        while number not in self._answers and not self.gone:
            patience = self._asked + LATE_GRACE_S if self._late else deadline
            try:
                line = self._channel.line(min(deadline, patience))
            except TimeoutError:
                self._late = True
                return Answer(error=f"no answer in time{self._garbled_note()}")
            except OSError as error:
                self.gone = f"the connection broke: {error}"
                break
            if line is None:
                self.gone = self._describe_end()
                break
            self._late = False
            self._store_answer(line)
        self._pending.discard(number)
        return self._answers.pop(number, Answer(error=self.gone))

    def _garbled_note(self) -> str:
        return f"; what came is no answer: {self.garbled}" if self.garbled else ""

    def _describe_end(self) -> str:
        """Of a probe that ended: a traceback's last line or the shell's words, its exit status."""
        if self.session.stalled:
            return "the connection went silent: what is sent is not acknowledged"
        code = self._channel.code(time.monotonic() + 1.0)
        lines = self._channel.errors().strip().splitlines()
        last_words = f"; its last words: {lines[-1][:200]}" if lines else ""
        status = "no exit status" if code is None else f"exit status {code}"
        login = "open" if self.session.is_open else "closed"
        return (
            f"the probe ended before it answered{last_words}{self._garbled_note()}"
            f" ({status}, the login is {login})"
        )

    def _store_answer(self, line: bytes) -> None:
        """Keep an answer that is waited for; whatever else a node sends is dropped."""
        message = self._parse_line(line)
        number = message and message.get("id")
        if message and isinstance(number, int) and number in self._pending:
            self._pending.discard(number)
            self._answers[number] = Answer.from_json(message)

    def end(self) -> None:
        """End the probe alone."""
        self._closed.set()
        self._channel.close()

    def close(self) -> None:
        """End the probe, and the login with it."""
        self.end()
        self.session.close()
