"""What of a checkpoint lies on a node."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class ShardFile:
    """One file of a checkpoint; `mtime` in whole seconds, `tear` why it cannot be whole, or ''."""

    name: str
    size: int
    mtime: int
    tear: str = ""


@dataclass(frozen=True)
class Checkpoint(Fact):
    """`latest` is the tag that DeepSpeed's file of that name holds there, or the folder that FSDP's
    ranks wrote; '' without one.

    `files` are those of the tag that was asked for, or of `latest`, `beside` those in the folder
    that has the tag's; `within` are folders below that are checkpoints themselves.
    """

    section: ClassVar[str] = "checkpoint"
    folder: str
    there: bool
    latest: str = ""
    files: tuple[ShardFile, ...] = ()
    within: tuple[str, ...] = ()
    beside: tuple[ShardFile, ...] = ()
