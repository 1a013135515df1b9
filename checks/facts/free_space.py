"""Where programs write by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.files import FolderSpace
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class FreeSpace(Fact):
    """`temporary` is TMPDIR's where `by_variable`, else /tmp; `hub` is Hugging Face's cache.

    `caches` are the folders that variables of a rank name; XDG_CACHE_HOME's is always there.
    """

    section: ClassVar[str] = "rooms"
    inputs: ClassVar[tuple[str, ...]] = ("env", "workdir")
    temporary: FolderSpace
    home: FolderSpace
    hub: FolderSpace
    by_variable: bool = False
    caches: Mapping[str, FolderSpace] = field(default_factory=dict)
