"""The user's own modules that the job imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class LocalModules(Fact):
    """{path: digest} of what the script or module imports from its own folder or `workdir`.

    Paths are as written from `workdir`, 200 at most; the script itself is not among them.
    `stale` are the absolute paths of those whose compiled form Python trusts, and which is of
    another source.
    """

    section: ClassVar[str] = "local_modules"
    inputs: ClassVar[tuple[str, ...]] = ("python", "workdir")
    of_command: ClassVar[bool] = True
    files: Mapping[str, str] = field(default_factory=dict)
    stale: tuple[str, ...] = ()
