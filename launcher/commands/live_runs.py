"""The runs that were started here and go on, as they matter to who wants to start another."""

from __future__ import annotations

from pathlib import Path

from checks.model import Job
from checks.next_line import first_start_line
from launcher.commands.run_summary import recorded_job
from launcher.commands.run_text import line_for_run
from launcher.record import RecordedRun, all_runs


def run_with_port(job: Job, base: Path) -> RecordedRun | None:
    """The newest run from here that has the job's master port still.

    The nodes' own processes show it only once its rank 0 listens.
    """
    for run in reversed(all_runs(base)):
        its = recorded_job(run) if run.runs and not run.read("result.json") else None
        if its and (its.head, its.master_port) == (job.head, job.master_port):
            return run
    return None


def next_start(job: Job, base: Path = Path("runs")) -> str:
    """The sentence with the line that starts the job, or that shows the run which has its port."""
    if run := run_with_port(job, base):
        line = line_for_run("attach", run.name, base)
        return f"{run.name} runs with port {job.master_port} of {job.head}; to watch it: {line}"
    return first_start_line(job)
