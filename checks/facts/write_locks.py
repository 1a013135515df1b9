"""What keeps every login from writing a file, whatever its owner and mode."""

from __future__ import annotations

from typing import Annotated

from checks.quick_dataclass import dataclass


def _lock_flag(text: str) -> None:
    if text not in ("", "i", "a"):
        raise ValueError("not a flag of lsattr")


LockFlag = Annotated[str, _lock_flag]


@dataclass(frozen=True)
class WriteLock:
    """The flag that lsattr shows: `i` is immutable, `a` append-only; else the read-only `mount`.

    `removable` is whether root may take it away there: in most containers nobody may.
    """

    path: str
    flag: LockFlag = ""
    mount: str = ""
    removable: bool = True

    def __str__(self) -> str:
        """For example: /root/.ssh/known_hosts is immutable (lsattr shows i)."""
        if self.flag == "i":
            return f"{self.path} is immutable (lsattr shows i)"
        if self.flag == "a":
            return f"{self.path} is append-only (lsattr shows a)"
        return f"{self.path} is on {self.mount}, which is mounted read-only"
