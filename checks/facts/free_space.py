"""Where programs write by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.files import FolderSpace


@dataclass(frozen=True)
class FreeSpace(Fact):
    """`temporary` is TMPDIR's where `by_variable`, else /tmp; `hub` is Hugging Face's cache."""

    section: ClassVar[str] = "rooms"
    inputs: ClassVar[tuple[str, ...]] = ("env",)
    temporary: FolderSpace
    home: FolderSpace
    hub: FolderSpace
    by_variable: bool = False
