"""The checkpoints in a folder of a node, as far as they show whether they are whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class SavedFile:
    """`name` is from the checkpoint's folder, `mtime` in seconds since 1970 by the node's clock.

    `fresh`: written since the run began. `tear` says why it cannot be whole; empty where that does
    not show.
    """

    name: str
    size: int
    mtime: int
    fresh: bool
    tear: str = ""


@dataclass(frozen=True)
class SavedCheckpoint:
    """Its files on the node; `latest` is what the file of that name beside its folder holds."""

    files: tuple[SavedFile, ...] = ()
    latest: str = ""


@dataclass(frozen=True)
class SavedCheckpoints(Fact):
    """{folder of a checkpoint, from the one that was asked: what it has}; the newest alone."""

    section: ClassVar[str] = "saved_checkpoints"
    momentary: ClassVar[bool] = True
    found: Mapping[str, SavedCheckpoint] = field(default_factory=dict)
