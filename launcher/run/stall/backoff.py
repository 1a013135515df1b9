"""How long a silence lasts before it is looked into, and how much longer the next time."""

from __future__ import annotations

from checks.quick_dataclass import dataclass

GROWTH = 2.0


@dataclass
class Backoff:
    """Due `wait_s` after `since`, then after `growth` times that, and so on."""

    wait_s: float
    growth: float = GROWTH
    since: float = float("inf")
    factor: float = 1.0

    def restart(self, now: float) -> None:
        """Something happened: wait from now on."""
        self.since, self.factor = now, 1.0

    def due(self, now: float) -> bool:
        """Whether it is time. Once true, it waits longer before it is true again."""
        if now - self.since < self.wait_s * self.factor:
            return False
        self.since, self.factor = now, self.factor * self.growth
        return True
