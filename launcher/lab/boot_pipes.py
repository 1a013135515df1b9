"""The two pipes to a lab that is starting. Closing them leaves the lab as it is."""

from __future__ import annotations

import os
import select
import subprocess
import time
from types import TracebackType

from checks.errors import UsageError

BOOT_LIMIT_S = 120.0
"""Beyond this a start hangs: 64 nodes on two busy cores take a tenth of it."""


class BootPipes:
    """Line by line with the process that `argv` puts into the background."""

    def __init__(self, argv: list[str]) -> None:
        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        self._deadline = time.monotonic() + BOOT_LIMIT_S
        self._buffer = b""

    def __enter__(self) -> BootPipes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._to.close()
        self._from.close()
        self._process.wait()

    def say(self, line: str) -> None:
        """Sends one line."""
        self._to.write(line.encode() + b"\n")

    def line(self) -> str:
        """The next line; empty once the other end is closed. Raises UsageError on silence."""
        while b"\n" not in self._buffer:
            left = max(0.0, self._deadline - time.monotonic())
            if not select.select([self._from], [], [], left)[0]:
                raise UsageError(f"the lab did not come up within {BOOT_LIMIT_S:.0f} s")
            more = os.read(self._from.fileno(), 65536)
            if not more:
                return ""
            self._buffer += more
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()
