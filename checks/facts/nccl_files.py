"""What is there on a node of the paths and libraries that NCCL's variables name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class NcclOutputFile:
    """A file that NCCL would write: `state` of its folder is ok, missing or denied.

    `remote` is a file system that other nodes may see.
    """

    folder: str
    state: str
    remote: bool = False


@dataclass(frozen=True)
class NcclFiles(Fact):
    """By variable: absolute paths that are not there, files to be written, where a plugin is."""

    section: ClassVar[str] = "nccl_files"
    inputs: ClassVar[tuple[str, ...]] = ("env", "workdir")
    missing: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, NcclOutputFile] = field(default_factory=dict)
    plugins: Mapping[str, str | None] = field(default_factory=dict)
