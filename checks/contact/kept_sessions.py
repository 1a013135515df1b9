"""Logins that the one who asks the nodes leaves open for the one who starts something there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.contact.ssh_transport import SshSession


class KeptSessions:
    """Open logins by node. Who takes one closes it; `close` ends those that nobody took."""

    def __init__(self) -> None:
        self._sessions: dict[str, SshSession] = {}

    def keep(self, name: str, session: SshSession) -> None:
        """Leave it open for whoever takes it, in place of an earlier one."""
        self._close(self._sessions.pop(name, None))
        self._sessions[name] = session

    def take(self, name: str) -> SshSession | None:
        """The login to that node, no longer kept; None where there is none that is still open."""
        session = self._sessions.pop(name, None)
        if session and session.is_open and not session.stalled:
            return session
        self._close(session)
        return None

    def close(self) -> None:
        """End all that are left."""
        while self._sessions:
            self._close(self._sessions.popitem()[1])

    def _close(self, session: SshSession | None) -> None:
        with contextlib.suppress(OSError, EOFError):
            if session:
                session.close()
