"""What the record of a run says of its end, which its logs alone cannot say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from launcher.diagnosis.traces import Trace
from launcher.diagnosis.verdict import LogVerdict, Weight, cause_weight
from launcher.record import RecordedRun

_ENDED = re.compile(r"\s*(?:[\w.]+\.)?(KeyboardInterrupt|SystemExit|SignalException)\b")


@dataclass(frozen=True)
class RunEnd:
    """`ended_by_launcher`: on request, or because it was stuck, although no rank had failed.

    `hang` is what was seen of a run without progress, `separation` why one failed whose ranks all
    ended well: they were not in one world.
    """

    ended_by_launcher: bool = False
    hang: str = ""
    separation: str = ""


def read_run_end(paths: Sequence[Path]) -> RunEnd:
    """Of the one run that is diagnosed; nothing is known of logs that are no run's."""
    result = RecordedRun(paths[0]).read("result.json") if len(paths) == 1 else {}
    texts = (str(result.get(name, "")) for name in ("hang", "separation"))
    return RunEnd(bool(result.get("ended_by_launcher")), *texts)


def without_consequences(verdict: LogVerdict, end: RunEnd) -> LogVerdict:
    """The verdict without what the end by the launcher made ranks and other launchers print.

    A rank that is ended makes the others lose a peer; an error that began by itself is kept.
    """
    cause = verdict.cause
    if not end.ended_by_launcher or cause is None:
        return verdict
    interrupted = isinstance(cause, Trace) and bool(_ENDED.match(cause.error))
    if interrupted or cause_weight(cause) >= Weight.SYMPTOM:
        return replace(verdict, cause=None, also=(), then=(), laggards="")
    return verdict
