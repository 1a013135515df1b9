"""What the controller has of the files that the job runs, looked at as the nodes look at theirs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path, PurePath

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.facts.controller_files import ControllerFiles, known_digests
from checks.facts.decode import decode_fact
from checks.facts.files import Files
from checks.facts.job_paths import JobPaths
from checks.facts.local_modules import LocalModules
from checks.facts.snapshot import Snapshot
from checks.masking import mask_typed
from checks.model import Job
from checks.next_line import next_line, typed_call
from checks.node.probe import files, job_paths, local_modules  # noqa: F401 - they register sections
from checks.node.probe.core import SECTIONS

MOST_MODULES = 2000
MOST_ENTRIES = 20_000
"""How many files and folders are looked at: the working directory may be anybody's home, or `/`."""
MOST_DEPTH = 3


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:  # noqa: ARG001 - a stage's signature
    """Fill `controller_files` of each node, with the same."""
    job, here = snapshot.job, os.getcwd()
    elsewhere = os.path.realpath(here) != os.path.realpath(job.workdir)
    source = job.workdir if os.path.isdir(job.workdir) else here
    same, paths, modules = _files_here(job, source)
    near = {path: state.near for path, state in same.same.items()}
    near |= {path: state.near for path, state in paths.paths.items()}
    program, words = typed_call()
    fact = ControllerFiles(
        at_path=_digests_here(job, job.workdir),
        in_folder=_digests_here(job, here) if elsewhere else {},
        folder=here if elsewhere else "",
        sync_line=next_line("sync", job),
        typed=(*program, *mask_typed(words)),
        source=source,
        near={path: names[0] for path, names in near.items() if names},
        modules=tuple(
            dict.fromkeys((*module_names(job, source), *map(module_name, modules.files)))
        ),
    )
    answer = Answer(asdict(fact))
    for name in names:
        snapshot.put(name, ControllerFiles.section, answer)


def module_names(job: Job, folder: str) -> Iterator[str]:
    """The dotted names of the Python files in a folder and beside the script, at most 2,000."""
    scripts = [word for word in job.command[:1] if word.endswith(".py")]
    roots = dict.fromkeys([Path(folder), *((Path(folder) / script).parent for script in scripts)])
    for root in roots:
        entries = islice(_entries_below(root), MOST_ENTRIES)
        found = (entry.path for entry in entries if entry.name.endswith(".py"))
        yield from (
            module_name(os.path.relpath(path, root)) for path in islice(found, MOST_MODULES)
        )


def _entries_below(root: Path) -> Iterator[os.DirEntry[str]]:
    """What lies in a folder and in those below it that can be packages, the nearest first."""
    folders = [str(root)]
    for _ in range(MOST_DEPTH):
        inner = []
        for folder in folders:
            for entry in _list_folder(folder):
                yield entry
                if entry.name.isidentifier() and os.path.isdir(entry.path):
                    inner.append(entry.path)
        folders = inner


def _list_folder(folder: str) -> list[os.DirEntry[str]]:
    """Its first entries by name; none where it may not be read or is gone."""
    try:
        with os.scandir(folder) as entries:
            return sorted(islice(entries, MOST_ENTRIES), key=lambda entry: entry.name)
    except OSError:
        return []


def module_name(path: str | PurePath) -> str:
    """`pkg.train` of `pkg/train.py`, `pkg` of `pkg/__init__.py`."""
    parts = PurePath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] in ("__init__", "__main__") else parts)


def _digests_here(job: Job, folder: str) -> dict[str, str]:
    """The digests of what is here, by path as written, with relative ones below the folder."""
    return known_digests(*_files_here(job, folder))


def _files_here(job: Job, folder: str) -> tuple[Files, JobPaths, LocalModules]:
    """What the nodes are asked of their working directory, of that folder here."""
    args = {
        "workdir": folder,
        "same": job.same,
        "exist": (),
        "command": job.command,
        "deepspeed_config": job.deepspeed_config,
    }
    return (
        decode_fact(Files, SECTIONS[Files.section](args)),
        decode_fact(JobPaths, SECTIONS[JobPaths.section](args)),
        decode_fact(LocalModules, SECTIONS[LocalModules.section](args)),
    )
