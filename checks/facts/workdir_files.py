"""The files of a node's working directory, compared with the controller's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.files import FolderSpace
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class WorkdirFile:
    """`kind` is file, link, directory or other; `content` a digest, or where a link leads.

    `partial` says that a large file was compared by samples. `mtime` is in whole seconds.
    """

    kind: str
    content: str
    partial: bool = False
    bytes: int = 0
    mtime: int = 0
    executable: bool = False

    def is_same(self, other: WorkdirFile) -> bool:
        """Whether both are the same for a program; samples prove it only with the same time."""
        here, there = ((file.kind, file.content, file.executable) for file in (self, other))
        return here == there and (not self.partial or self.mtime == other.mtime)


@dataclass(frozen=True)
class WorkdirFiles(Fact):
    """`files` are those that were asked for and are there, `others` what else the folder has.

    `identity` is the same on two machines that see one folder. `rsync`: whether it is installed.
    """

    section: ClassVar[str] = "workdir_files"
    momentary: ClassVar[bool] = True
    space: FolderSpace
    identity: tuple[str, ...]
    files: Mapping[str, WorkdirFile] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    rsync: bool = False
