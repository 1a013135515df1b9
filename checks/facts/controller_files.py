"""The controller's own copies of what the job runs and reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.files import Files
from checks.facts.job_paths import JobPaths
from checks.facts.local_modules import LocalModules


@dataclass(frozen=True)
class ControllerFiles(Fact):
    """{path as written: digest} as nodes digest them, of what the controller has.

    `at_path` are copies at the very path of the nodes; `in_folder` are those in the `folder` in
    which the program was called, where that is another. `sync_line` copies the folder `source` of
    this machine to the nodes. `near` are names here like a path as written that is not here, and
    `modules` the dotted names of the Python files here.
    """

    section: ClassVar[str] = "controller_files"
    inputs: ClassVar[tuple[str, ...]] = ("workdir",)
    of_command: ClassVar[bool] = True
    momentary: ClassVar[bool] = True
    at_path: Mapping[str, str] = field(default_factory=dict)
    in_folder: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    sync_line: str = ""
    source: str = ""
    near: Mapping[str, str] = field(default_factory=dict)
    modules: tuple[str, ...] = ()

    @property
    def copied(self) -> Mapping[str, str]:
        """Of the digests those of what `sync_line` copies."""
        return self.in_folder if self.source and self.source == self.folder else self.at_path


def known_digests(files: Files, paths: JobPaths, modules: LocalModules) -> dict[str, str]:
    """By path as written, the digest of each file that is compared."""
    same = {path: state.digest for path, state in files.same.items()}
    arguments = {path: found.digest for path, found in paths.paths.items()}
    return {
        path: digest for path, digest in {**same, **arguments, **modules.files}.items() if digest
    }
