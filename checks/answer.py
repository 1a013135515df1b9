"""What a node answered about one section, on its way from the probe to the facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from checks.quick_dataclass import dataclass

LONGEST_ERROR = 2000
"""Characters that are kept of what a node says it cannot say."""
MOST_SECONDS = 1e6


@dataclass(frozen=True, slots=True)
class Answer:
    """The section's `data`, or None and the `error` that says why there is none.

    `seconds` is what the section took on the node, where its probe measured that and says a
    time that can be.
    """

    data: Mapping[str, Any] | None = None
    error: str = ""
    seconds: float | None = None

    @classmethod
    def from_json(cls, message: Mapping[str, Any]) -> Answer:
        """Read `{"data": {…}}` or `{"error": "…"}`; data of another shape is an error too."""
        if "error" in message:
            return cls(error=str(message["error"])[:LONGEST_ERROR])
        data, seconds = message.get("data"), message.get("seconds")
        if isinstance(data, dict):
            timed = isinstance(seconds, int | float) and 0 <= seconds < MOST_SECONDS
            return cls(data, seconds=seconds if timed else None)
        return cls(error=f"expected an object, got {json.dumps(data)[:60]}")

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        if self.data is None:
            return {"error": self.error}
        seconds = {} if self.seconds is None else {"seconds": self.seconds}
        return {"data": self.data, **seconds}

    @property
    def fields(self) -> Mapping[str, Any]:
        """The data, empty where there is none."""
        return self.data or {}

    def with_fields(self, **fields: Any) -> Answer:
        """The answer with these fields besides its own; one without data stays as it is."""
        return self if self.data is None else replace(self, data={**self.data, **fields})
