"""The folders of outputs here: of the job, of its script and settings, and of earlier runs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from checks.job.output_folders import output_folders
from checks.model import Job
from checks.node.probe.deepspeed_config import named_outputs, read_settings
from launcher.commands.run_summary import recorded_job
from launcher.record import OUTPUTS, all_runs

LONGEST_SCRIPT = 1 << 20


def written_folders(job: Job, here: Path, runs: Path) -> tuple[str, ...]:
    """Absolute, as the nodes have them: what this job or an earlier run of its folder writes.

    `here` is the working directory on this machine, `runs` has the records.
    """
    found = (*output_folders(job), *_folders_of_script(job, here), *_folders_of_runs(job, runs))
    return tuple(dict.fromkeys(found))


def _folders_of_script(job: Job, here: Path) -> Iterator[str]:
    """Those that settings name, or else the script, as the end of a run names them."""
    script = here / job.command[0] if job.command else here
    if not script.is_file() or script.stat().st_size > LONGEST_SCRIPT:
        return
    text = script.read_text(encoding="utf-8", errors="replace")
    settings = read_settings(job.command[1:], str(here))  # type: ignore[no-untyped-call]
    for path in named_outputs(text, settings.values()):  # type: ignore[no-untyped-call]
        yield posixpath.normpath(posixpath.join(job.workdir, path))


def _folders_of_runs(job: Job, runs: Path) -> Iterator[str]:
    for run in all_runs(runs):
        earlier = recorded_job(run)
        if earlier and earlier.workdir == job.workdir:
            yield from output_folders(earlier)
            yield from run.read(OUTPUTS).get("folders", ())
