"""What the record of a run says of its end, which its logs alone cannot say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from checks.knowledge.exit_status import signal_advice
from checks.quick_dataclass import dataclass
from launcher.diagnosis.causes import Weight, cause_line, cause_weight
from launcher.diagnosis.masked_line import masked_line
from launcher.diagnosis.render import line_reference
from launcher.diagnosis.traces import Trace
from launcher.diagnosis.verdict import LogVerdict
from launcher.record import RecordedRun

_ENDED = re.compile(r"\s*(?:[\w.]+\.)?(KeyboardInterrupt|SystemExit|SignalException)\b")

_SIGNAL = re.compile(r"^rank \d+ on \S+ failed: (?:killed by |exit \d+ \()(SIG[A-Z0-9]+)\b")

_CHILD_ENDED = re.compile(
    r"interrupted by user|exit status (?:130|143)\b|died with <Signals\.SIG(?:INT|TERM)"
)
"""What ends with a rank that is ended: a build, a process that it waits for."""
_COUNTS_RANKS = (
    "batch-triple",
    "devicemesh-larger-than-world",
    "ds-expert-ranks-do-not-divide",
    "ds-groups-do-not-divide",
    "ds-sequence-parallel-larger-than-world",
    "ranks-alone",
    "zero-dp-world-size",
)
"""Failures that name a number of ranks; it is not the planned one where ranks are separate."""
_SAY_OF_ABORT = ("cxx-terminate-at-exit",)
"""What a process prints as it aborts itself, and needs no error before it."""
_BATCH_OF_WORLD = "train_batch_size (calculated)"


@dataclass(frozen=True)
class RunEnd:
    """`ended_by_launcher`: on request, or because it was stuck, although no rank had failed.

    `hang` is what was seen of a run without progress, `separation` why one failed whose ranks were
    not in one world, `stragglers` who kept the others waiting while it advanced. `first` is what
    failed first, empty where nothing did.
    """

    ended_by_launcher: bool = False
    hang: str = ""
    separation: str = ""
    stragglers: str = ""
    first: str = ""


def read_run_end(paths: Sequence[Path]) -> RunEnd:
    """Of the one run that is diagnosed; nothing is known of logs that are no run's."""
    result = RecordedRun(paths[0]).read("result.json") if len(paths) == 1 else {}
    names = ("hang", "separation", "stragglers", "ended_because")
    texts = (str(result.get(name, "")) for name in names)
    return RunEnd(bool(result.get("ended_by_launcher")), *texts)


def without_consequences(verdict: LogVerdict, end: RunEnd) -> LogVerdict:
    """The verdict without what the end by the launcher made ranks and other launchers print.

    A rank that is ended makes the others lose a peer; an error that began by itself is kept.
    """
    cause = verdict.cause
    if describe_death(end.first, verdict):
        return replace(verdict, cause=None, also=(), then=(), laggards="")
    if not end.ended_by_launcher or cause is None:
        return verdict
    trace = cause if isinstance(cause, Trace) else cause.trace
    errors = [cause_line(cause).text, *(trace.errors if trace else ())]
    interrupted = isinstance(cause, Trace) and bool(_ENDED.match(cause.error))
    interrupted |= any(map(_CHILD_ENDED.search, errors))
    if interrupted or cause_weight(cause) >= Weight.SYMPTOM:
        return replace(verdict, cause=None, also=(), then=(), laggards="")
    return verdict


def describe_death(first: str, verdict: LogVerdict) -> str:
    """What failed first, and where to look for why, where a signal ended it without a word.

    Empty where the logs have a cause: what others show of a peer that is gone is none, and what
    pdsh says of a node's end is none of a run whose ends are recorded.
    """
    if not first or (verdict.cause and cause_weight(verdict.cause) < Weight.SYMPTOM):
        return ""
    if signal := _SIGNAL.search(first):
        advice = signal_advice(signal[1])
        why = "the signal ended it without a word in the logs; what others printed follows from it"
        if verdict.known and signal[1] == "SIGABRT" and verdict.known.known.id in _SAY_OF_ABORT:
            why, advice = verdict.known.known.cause, verdict.known.known.fix
        reasons = [f"why    {why}", *([f"fix    {advice}"] if advice else [])]
        return "\n".join([f"first failure: {first}", *reasons])
    echoed = verdict.known and verdict.known.known.id == "pdsh-ssh-exit"
    return f"first failure: {first}" if echoed else ""


def counts_ranks(verdict: LogVerdict) -> bool:
    """Whether the cause is what ranks show that count themselves, and are in several worlds."""
    known = verdict.known
    if known is None:
        return False
    lines = known.trace.lines if known.trace else ()
    return known.known.id in _COUNTS_RANKS or any(_BATCH_OF_WORLD in line for line in lines)


def describe_separation(separation: str, verdict: LogVerdict) -> str:
    """Why the ranks are separate as the cause, after what follows from it in the logs."""
    known = verdict.known
    if known is None:
        return separation
    text = masked_line(cause_line(known).text.strip())
    seen = f"{known.known.id} ({line_reference(known)}: {text}) follows from this:"
    return f"{seen}\n{separation}"
