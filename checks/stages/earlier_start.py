"""What the runs recorded on the controller say of how long this job takes until its first step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checks.contact.pool import Contact
from checks.facts.earlier_start import EarlierStart
from checks.facts.snapshot import Snapshot
from checks.masking import mask_argv
from checks.model import Job
from checks.run_files import read_run_file, recorded_runs

RUNS = Path("runs")
"""Where `start` records, below the directory in which it is typed."""
TIMEOUT_CHECK = "training.starts-fit-the-time-out"
MOST_RUNS = 50


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:  # noqa: ARG001 - a stage's signature
    """Fill `earlier_start` of each node, with the same."""
    fact = find_earlier_start(snapshot.job, RUNS)
    for name in names:
        snapshot.put_fact(name, fact)


def find_earlier_start(job: Job, runs: Path) -> EarlierStart:
    """The newest of the last runs that has the job's command and came to a step."""
    command = mask_argv(job.command)
    for run in recorded_runs(runs)[: -MOST_RUNS - 1 : -1] if command else ():
        if read_run_file(run / "plan.json").get("job", {}).get("command") != list(command):
            continue
        result = read_run_file(run / "result.json")
        first_step_s = result.get("first_step_s")
        if first_step_s is not None:
            seconds = float(first_step_s) - float(result.get("joined_s") or 0.0)
            return EarlierStart(run.name, seconds, _timeout_of(run))
    return EarlierStart()


def _timeout_of(run: Path) -> float | None:
    findings = read_run_file(run / "preflight.json").get("findings", ())
    found = [each["evidence"] for each in findings if each["check"] == TIMEOUT_CHECK]
    timeout_s = found[0].get("timeout_s") if found else None
    return float(timeout_s) if isinstance(timeout_s, int | float) else None
