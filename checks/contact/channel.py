"""A remote command's standard streams, read line by line against a deadline."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from checks.contact.ssh_library import paramiko
from checks.quick_dataclass import dataclass

LATE_S = 1.0
"""A shell that prints without end has always something more to read."""
LONGEST_LINE = 4 << 20
"""Of a longer one only the end is kept: our own line may follow noise without a line's end."""

PIECE = 32 << 10
"""Bytes that go into a packet of ssh."""
SHARE = 32 << 20
"""Bytes that a node may print for one command: some thousand times what any is asked for."""


class FloodError(OSError):
    """A node prints far more than it was asked for, and is not listened to any more."""


@dataclass(frozen=True)
class CommandResult:
    """What a remote command did; `code` is None where it did not end within its limit."""

    code: int | None
    out: str
    err: str


class Channel:
    """A remote command's standard streams, read line by line against a deadline.

    Reading raises FloodError where the command prints more than `share` bytes in all.
    """

    def __init__(self, channel: Any, share: float = SHARE) -> None:
        self._channel = channel
        self._left = share
        self._sending = threading.Lock()
        self._buffer = bytearray()
        self._searched = 0

    def send(self, data: bytes) -> None:
        """Write to the command's standard input, from any thread. Raises OSError where it ended."""
        try:
            with self._sending:
                for at in range(0, len(data), PIECE):  # paramiko copies what is left each time
                    self._channel.sendall(data[at : at + PIECE])
        except (paramiko.SSHException, EOFError) as error:
            raise OSError(str(error) or "the connection ended") from error

    def end_input(self) -> None:
        """Close the command's standard input."""
        self._channel.shutdown_write()

    def line(self, deadline: float) -> bytes | None:
        """The next line without its newline; None at the end of output.

        Raises TimeoutError at `deadline` (of time.monotonic()); what came before it is read for a
        moment more, however much there is.
        """
        while time.monotonic() < deadline + LATE_S:
            end = self._buffer.find(b"\n", self._searched)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                self._searched = 0
                return line
            del self._buffer[:-LONGEST_LINE]
            self._searched = len(self._buffer)
            if not self._receive_more(deadline):
                line = bytes(self._buffer)
                self._buffer.clear()
                self._searched = 0
                return line or None
        raise TimeoutError

    def _receive_more(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        if left <= -LATE_S or (left <= 0 and not self._channel.recv_ready()):
            raise TimeoutError
        self._channel.settimeout(max(left, 0.01))
        data = self._channel.recv(65536)
        self._left -= len(data)
        if self._left < 0:
            raise FloodError("it sent far more than was asked for")
        self._buffer += data
        return bool(data)

    def pieces(self, stall_s: float) -> Iterator[bytes]:
        """All output as it comes. Raises TimeoutError where nothing comes for `stall_s`."""
        self._channel.settimeout(stall_s)
        if self._buffer:
            yield bytes(self._buffer)
            self._buffer.clear()
        while data := self._channel.recv(1 << 20):
            yield data

    def rest(self, deadline: float) -> str:
        """All output until its end or the deadline. Raises FloodError as `line` does."""
        with contextlib.suppress(TimeoutError):
            while self._receive_more(deadline):
                pass
        return self._buffer.decode("utf-8", "replace")

    def code(self, deadline: float) -> int | None:
        """The exit status, waited for until the deadline; None where there is none."""
        if self._channel.status_event.wait(max(deadline - time.monotonic(), 0.05)):
            return int(self._channel.recv_exit_status())
        return None

    def result(self, deadline: float) -> CommandResult:
        """What the command did, waited for until the deadline. Raises FloodError as `line` does."""
        out = self.rest(deadline)
        return CommandResult(self.code(deadline), out, self.errors())

    def errors(self) -> str:
        """What came on standard error so far."""
        text = b""
        while len(text) < LONGEST_LINE and self._channel.recv_stderr_ready():
            text += self._channel.recv_stderr(65536)
        return text.decode("utf-8", "replace")

    def kill(self) -> None:
        """Have sshd kill the command: one that neither reads nor writes outlives its channel.

        RFC 4254, 6.9; OpenSSH knows it from 7.9 on, others let it pass.
        """
        message = paramiko.Message()
        message.add_byte(paramiko.common.cMSG_CHANNEL_REQUEST)
        message.add_int(self._channel.remote_chanid)
        message.add_string("signal")
        message.add_boolean(False)  # noqa: FBT003 - paramiko's signature; asks for no reply
        message.add_string("KILL")
        with contextlib.suppress(paramiko.SSHException):  # the connection may be dead as well
            self._channel.transport._send_user_message(message)

    def close(self) -> None:
        """End the command's channel."""
        self._channel.close()
