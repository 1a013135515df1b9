"""The noun of the table: one failure that a log can show, why it happens and what fixes it."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial


class FailureKind(enum.Enum):
    """What a line that shows a failure says of the run."""

    ROOT = "root"
    """Here it began."""
    SYMPTOM = "symptom"
    """Something else failed before, here or on another rank."""
    SILENT = "silent"
    """Nothing seems to fail, yet the run is not what was meant."""
    STALL = "stall"
    """The last line before a silence."""
    NOISE = "noise"
    """It looks alarming and is harmless."""


@dataclass(frozen=True)
class KnownFailure:
    """A known failure.

    Each line that shows it contains one of the literals `says`, and matches `pattern` where there
    is one. Of the pattern's groups `node` and `rank` are whom it concerns; `cause` and `fix` may
    name every group in braces. `checks` are the preflight's, which would have found it before the
    start. `survivable`: a healthy run may print it too, and goes on. `frame`: a traceback that
    ends in it passes through a file of that name, otherwise it is something else.
    `meanings` explain values of the groups, such as an exit code.
    """

    kind: FailureKind
    id: str
    says: str | tuple[str, ...]
    pattern: str = ""
    cause: str = field(kw_only=True)
    fix: str = field(kw_only=True)
    checks: tuple[str, ...] = field(default=(), kw_only=True)
    survivable: bool = field(default=False, kw_only=True)
    frame: str = field(default="", kw_only=True)
    layer: str = field(default="", kw_only=True)
    meanings: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """What a line needs to contain one of."""
        return (self.says,) if isinstance(self.says, str) else self.says

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """What a line has to match."""
        return re.compile(self.pattern or "|".join(map(re.escape, self.literals)))

    def fill_in(self, template: str, groups: Mapping[str, str | None]) -> str:
        """`cause` or `fix` with the groups of a line in its gaps, or else their names."""

        def value(gap: re.Match[str]) -> str:
            text = groups.get(gap[1]) or gap[1].upper()
            meaning = self.meanings.get(text)
            return f"{text} ({meaning})" if meaning else text

        return re.sub(r"\{(\w+)\}", value, template)


root = partial(KnownFailure, FailureKind.ROOT)
symptom = partial(KnownFailure, FailureKind.SYMPTOM)
silent = partial(KnownFailure, FailureKind.SILENT)
stall = partial(KnownFailure, FailureKind.STALL)
noise = partial(KnownFailure, FailureKind.NOISE)
