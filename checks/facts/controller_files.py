"""The controller's own copies of what the job runs and reads."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.files import Files
from checks.facts.job_paths import JobPaths
from checks.facts.local_modules import LocalModules
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class ControllerFiles(Fact):
    """{path as written: digest} as nodes digest them, of what the controller has.

    `at_path` are copies at the very path of the nodes; `in_folder` are those in the `folder` in
    which the program was called, where that is another. `sync_line` copies the folder `source` of
    this machine to the nodes, `typed` are the words of the line that was typed, secrets masked.
    `near` are names here like a path as written that is not here, and
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
    typed: tuple[str, ...] = ()
    source: str = ""
    near: Mapping[str, str] = field(default_factory=dict)
    modules: tuple[str, ...] = ()

    def line_with(self, near: str, path: str) -> str:
        """The line that was typed, with `near` in place of the path; empty where it has no such."""
        meant = posixpath.join(posixpath.dirname(path), near)
        words = [meant if word == path else word for word in self.typed]
        return shlex.join(words) if path in self.typed else ""

    def line_and(self, words: Sequence[str]) -> str:
        """The line that was typed, and these words after its command; empty where it has none."""
        return shlex.join([*self.typed, *words]) if "--" in self.typed else ""

    @property
    def start_copies(self) -> bool:
        """Whether the line that was typed copies the folder before it asks."""
        own = self.typed[: self.typed.index("--")] if "--" in self.typed else self.typed
        return "start" in own and "--sync" in own

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
