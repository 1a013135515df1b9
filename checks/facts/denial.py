"""What denies a path to the login."""

from __future__ import annotations

from checks.facts.decode import SystemName
from checks.quick_dataclass import dataclass

LETTERS = {"r": 4, "w": 2, "x": 1}
SHIFTS = {"u": 6, "g": 3, "o": 0}


@dataclass(frozen=True)
class Denial:
    """The first file or folder on the way that does not let the login through.

    `need` are the permissions that it lacks, `who` is which of owner (u), group (g) and others (o)
    the login is there. `more` counts what else denies below the folder `root`, of which all is to
    be opened. `noexec` is where its file system is mounted, if nothing on that may be run, `uid`
    the owner's number.
    """

    path: str
    owner: str
    group: str
    mode: int
    who: SystemName
    need: SystemName
    folder: bool = False
    more: int = 0
    root: str = ""
    noexec: str = ""
    uid: int | None = None

    @property
    def by_mode(self) -> bool:
        """Whether the mode denies it, and no access list or mount."""
        own = self.mode >> SHIFTS.get(self.who, 0)
        return not all(own & LETTERS.get(letter, 0) for letter in self.need)

    def __str__(self) -> str:
        """For example: /opt/env (mode 0700, of root:root)."""
        return f"{self.path} (mode {self.mode:04o}, of {self.owner}:{self.group})"
