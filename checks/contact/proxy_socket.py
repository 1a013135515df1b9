"""A connection through the program that `ProxyCommand` names, run by a shell as OpenSSH does.

paramiko's own runs it without a shell, so that pipes, variables and builtins fail there, and reads
on for ever where the program has ended.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import threading

END_S = 1.0
"""How long the program may take to end once it is told to."""


class ProxySocket(socket.socket):
    """One end of a pair of sockets; the other is what the program reads and writes.

    `last_words` is the last line that the program complained in, once the connection is closed.
    """

    last_words = ""

    def __init__(self, command: str) -> None:
        ours, theirs = socket.socketpair()
        super().__init__(fileno=ours.detach())
        self._closing = threading.Lock()
        shell = os.environ.get("SHELL") or "/bin/sh"
        end = theirs.fileno()
        with theirs:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the socket
            self._process = subprocess.Popen(
                [shell, "-c", f"exec {command}"], stdin=end, stdout=end, stderr=self._errors
            )

    def getpeername(self) -> tuple[str, int]:
        """Unknown: the program alone knows where it connects to."""
        return "unknown", 0

    def _last_line(self) -> str:
        """Of what it wrote so far; '' where it wrote nothing."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - 4096))
        lines = self._errors.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def close(self) -> None:
        """End the connection and the program; several threads may."""
        super().close()
        with self._closing:
            if not self._errors.closed:
                self._end_program()

    def _end_program(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.2)
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
        self.last_words = self._last_line()
        self._errors.close()
