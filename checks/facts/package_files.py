"""Files of a node's training packages that are not as they were installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class PackageFiles(Fact):
    """`packages` were looked through: those on a file system of the node's own, with a RECORD.

    `altered` is by package and path: the beginning of the file's hash, its size, or "" for one that
    is gone. At most 20 of each package.
    """

    section: ClassVar[str] = "package_files"
    inputs: ClassVar[tuple[str, ...]] = ("python",)
    of_command: ClassVar[bool] = True
    packages: tuple[str, ...] = ()
    altered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
