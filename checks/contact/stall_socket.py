"""The TCP connection below a login: quick to acknowledge, and not patient without end.

paramiko writes until all is written. Where the way takes small packets and loses large ones, the
login succeeds and the first long text is sent again and again, for a quarter of an hour.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import time

STALL_S = 20.0
"""As long as the lease of a run. A kernel acknowledges, however busy its machine is."""
MAX_RETRANSMITS = 3
"""How often in a row without an answer, each time after twice as long, is no chance any more."""
GREETING_BYTES = 256
_RETRANSMITS_OFFSET = 2
"""Where tcpi_retransmits stands in struct tcp_info (linux/tcp.h)."""


class StallAwareSocket(socket.socket):
    """A socket for paramiko, whose thread calls `recv` every 0.1 s.

    It acknowledges at once: sshd's small writes otherwise wait 40 ms for a delayed ACK. One that
    stalls is reset, so that the other side, whom no farewell would reach, ends as well. `greeting`
    is what came first: sshd's banner, or why it gives none.
    """

    greeting = b""

    _since: float | None = None
    _last = False

    @property
    def stalled(self) -> bool:
        """Whether what was sent last is not acknowledged, or was not when this was closed."""
        with contextlib.suppress(OSError):
            info = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)
            self._last = info[_RETRANSMITS_OFFSET] >= MAX_RETRANSMITS
        return self._last

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As any socket's, but ConnectionResetError after STALL_S in which it stalled."""
        try:
            data = super().recv(size, flags)
        except TimeoutError:
            self._reset_if_stalled()
            raise
        self.greeting = self.greeting or data[:GREETING_BYTES]
        with contextlib.suppress(OSError):
            self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return data

    def _reset_if_stalled(self) -> None:
        now = time.monotonic()
        self._since = (self._since or now) if self.stalled else None
        if self._since is not None and now - self._since > STALL_S:
            raise ConnectionResetError(errno.ECONNRESET, "nothing that is sent is acknowledged")

    def close(self) -> None:
        """At once where it stalls: the other side gets a reset, not a farewell behind it all."""
        if self.stalled:
            with contextlib.suppress(OSError):
                self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        super().close()
