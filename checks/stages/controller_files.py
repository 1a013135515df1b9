"""What the controller has of the files that the job runs, looked at as the nodes look at theirs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from checks.contact.pool import Contact
from checks.facts.controller_files import ControllerFiles, known_digests
from checks.facts.decode import decode_fact
from checks.facts.files import Files
from checks.facts.job_paths import JobPaths
from checks.facts.local_modules import LocalModules
from checks.facts.snapshot import Snapshot
from checks.model import Job
from checks.next_line import next_line
from checks.node.probe import files, job_paths, local_modules  # noqa: F401 - they register sections
from checks.node.probe.core import SECTIONS


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:  # noqa: ARG001 - a stage's signature
    """Fill `controller_files` of each node, with the same."""
    job, here = snapshot.job, os.getcwd()
    elsewhere = os.path.realpath(here) != os.path.realpath(job.workdir)
    fact = ControllerFiles(
        at_path=_digests_here(job, job.workdir),
        in_folder=_digests_here(job, here) if elsewhere else {},
        folder=here if elsewhere else "",
        sync_line=next_line("sync", job),
    )
    for name in names:
        snapshot.put_fact(name, fact)


def _digests_here(job: Job, folder: str) -> dict[str, str]:
    """The digests of what is here, by path as written, with relative ones below the folder."""
    args = {
        "workdir": folder,
        "same": job.same,
        "exist": (),
        "command": job.command,
        "deepspeed_config": job.deepspeed_config,
    }
    return known_digests(
        decode_fact(Files, SECTIONS[Files.section](args)),
        decode_fact(JobPaths, SECTIONS[JobPaths.section](args)),
        decode_fact(LocalModules, SECTIONS[LocalModules.section](args)),
    )
