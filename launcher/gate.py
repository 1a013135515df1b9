"""The gate: nothing starts on a cluster that a fresh preflight, or one right now, finds unfit."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.errors import UsageError
from checks.facts import Snapshot
from checks.job.build import job_digest
from checks.job.node_filter import kept_nodes
from checks.model import Job
from checks.reports.last_run import LAST_FACTS, LAST_REPORT, save_good_run
from checks.reports.terminal import takes_colour
from checks.run import examine
from checks.stages.gather import GatherOptions, OnStage
from checks.units import format_duration

_AFTER_GO = "Starting the training"
_AFTER_STOP = "start again; --allow ID starts in spite of a failed check"

Say = Callable[[str], None]


@dataclass(frozen=True)
class GateResult:
    """What the gate found: whether to go, the report, and the facts that it stands on."""

    go: bool
    report: Mapping[str, Any]
    snapshot: Snapshot


def find_or_run_preflight(job: Job, cwd: Path, say: Say) -> GateResult:
    """A fresh passed preflight of this very job where there is one, else a run of the checks."""
    try:
        found = load_trusted_preflight(job, cwd, datetime.datetime.now(datetime.timezone.utc))
    except UsageError as error:
        why = str(error)
    else:
        say(f"Using the preflight of {found.report['started']}, which passed")
        return found
    say(f"Running the preflight first: {why}")
    return run_preflight(job, cwd, say)


def load_trusted_preflight(job: Job, cwd: Path, now: datetime.datetime) -> GateResult:
    """The last preflight, if it may be trusted. Raises UsageError that says why it may not."""
    last = _read_report(cwd / LAST_REPORT)
    if last.get("digest") != job_digest(job):
        raise UsageError("the last one was for other nodes or settings")
    age_s = _report_age_s(last, now)
    if age_s < 0:
        raise UsageError("the last one began later than now: a clock was set back")
    if age_s > job.max_age_s:
        raise UsageError(f"the last one is {format_duration(age_s)} old")
    if last.get("decision") != "go" or stopping_checks(last, job.allow):
        raise UsageError("the last one did not pass")
    try:
        snapshot = Snapshot.load(cwd / LAST_FACTS)
    except UsageError:
        raise UsageError(
            "the saved facts of the last one are missing or from another version"
        ) from None
    if snapshot.started != last["started"]:
        raise UsageError("the saved facts of the last one are from another run")
    return GateResult(go=True, report=last, snapshot=replace(snapshot, job=job))


def stopping_checks(last: Mapping[str, Any], allow: Collection[str]) -> list[str]:
    """The checks in a report that stop the start under these allowances."""
    return [
        finding["check"]
        for finding in last["findings"]
        if finding["outcome"] in ("fail", "unknown")
        and finding["severity"] == "block"
        and not {finding["check"], finding["area"]} & set(allow)
    ]


def _read_report(path: Path) -> dict[str, Any]:
    try:
        last = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError("none has run in this directory yet") from None
    except ValueError:
        raise UsageError(f"{path} is not a preflight report") from None
    whole = isinstance(last, dict) and {"started", "seconds", "findings"} <= last.keys()
    if not whole:
        raise UsageError(f"{path} is not a preflight report")
    return dict(last)


def _report_age_s(last: Mapping[str, Any], now: datetime.datetime) -> float:
    """Seconds since the preflight began; negative where its clock was ahead of this one."""
    try:
        began = datetime.datetime.strptime(last["started"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - the Z is read as text
    except (ValueError, TypeError):
        raise UsageError("the last one does not say when it ran") from None
    return (now - began.replace(tzinfo=datetime.timezone.utc)).total_seconds()


def run_preflight(job: Job, cwd: Path, say: Say) -> GateResult:
    """Run all checks now, on the nodes that take part; what a go has seen is kept in `cwd`."""
    asked = without_unused_nodes(job)
    claims = claims_of(CATALOGUE.values(), asked)
    result = examine(asked, claims, GatherOptions(on_stage=_stage_callback(say)), cwd=cwd)
    for line in result.summary(go=_AFTER_GO, stop=_AFTER_STOP, colour=takes_colour(sys.stderr)):
        say(line)
    go = result.decision == "go"
    if go:
        _keep_snapshot(cwd, result.snapshot, say)
    return GateResult(go=go, report=result.report, snapshot=replace(result.snapshot, job=job))


def without_unused_nodes(job: Job) -> Job:
    """The same job without the nodes of which no slot takes part."""
    names = kept_nodes(job.names, job.include, job.exclude)
    return replace(job, nodes=tuple(node for node in job.nodes if node.name in names))


def _keep_snapshot(cwd: Path, snapshot: Snapshot, say: Say) -> None:
    """For a later stop to be compared with; a full disk does not keep the training from going."""
    try:
        save_good_run(cwd, snapshot)
    except OSError as error:
        say(f"Cannot save the facts of this preflight in {cwd}: {error.strerror}")


def _stage_callback(say: Say) -> OnStage:
    """One line a stage, when all its nodes have answered."""

    def on_stage(stage: str, done: int, total: int) -> None:
        if done == total:
            say(f"  {stage}: {done} of {total}")

    return on_stage
