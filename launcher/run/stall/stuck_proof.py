"""Whether a run is proved stuck: each observation for so long found it stuck, at the same place."""

from __future__ import annotations

from checks.quick_dataclass import dataclass
from launcher.run.stall.judge import Stall, StallKind


@dataclass
class StuckProof:
    """The observations of one silence; two at least, the first and the last `limit_s` apart.

    A silence in which nothing was seen to advance counts from its beginning.
    """

    limit_s: float
    _since: float | None = None
    _standing: tuple[object, ...] = ()

    def restart(self) -> None:
        """A rank printed something."""
        self._since = None

    def is_complete(self, stall: Stall, quiet_since: float, now: float) -> bool:
        """Take an observation; whether the run has now been stuck for `limit_s` seconds."""
        if stall.kind is not StallKind.STUCK:
            self._since, self._standing = now, ()
            return False
        if self._since is None:
            self._since, self._standing = quiet_since, stall.standing
            return False
        if self._standing != stall.standing:
            self._since, self._standing = now, stall.standing
        return now - self._since >= self.limit_s
