"""From files to a verdict: reads all of it once, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from launcher.diagnosis.evidence import Evidence
from launcher.diagnosis.log_lines import Place
from launcher.diagnosis.log_sources import find_sources
from launcher.diagnosis.verdict import LogVerdict, judge
from launcher.record import RecordedRun


def diagnose_logs(paths: Sequence[Path], first: Place | None = None) -> tuple[Evidence, LogVerdict]:
    """Reads all of it once. Raises UsageError where there is nothing to read."""
    evidence = Evidence()
    for source in find_sources(list(paths)):
        evidence.read(source)
    return evidence, judge(evidence, first or _first_failed(paths))


def _first_failed(paths: Sequence[Path]) -> Place | None:
    """The rank that the record of a run names as the first that failed."""
    for path in paths:
        for event in RecordedRun(path).rank_events() if path.is_dir() else ():
            if event["kind"] == "rank-ended" and event.get("code"):
                return Place("", event.get("node", ""), event["rank"])
    return None
