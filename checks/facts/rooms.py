"""Where programs write without being told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.files import Room


@dataclass(frozen=True)
class Rooms(Fact):
    """`temporary` is TMPDIR's where `by_variable`, else /tmp; `hub` is Hugging Face's cache."""

    section: ClassVar[str] = "rooms"
    temporary: Room
    home: Room
    hub: Room
    by_variable: bool = False
