"""The exit codes of the launcher. Those of the preflight are pytest's own, `pytest.ExitCode`."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """What a script that calls the launcher can rely on."""

    DONE = 0
    FAILED = 1
    """The training, or what was asked for, failed; a message says why."""
    USAGE = 2
    STOPPED_BY_GATE = 3
    INTERRUPTED = 130
