"""The file that `accelerate launch` reads on a node."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class AccelerateFile(Fact):
    """`text` is None where it could not be read; `why` is then `missing` or the system's words.

    `hostfile` is the absolute path of the deepspeed_hostfile that it names, empty where it names
    none; `hostfile_text` is None where that file cannot be read.
    """

    section: ClassVar[str] = "accelerate_config"
    inputs: ClassVar[tuple[str, ...]] = ("env", "workdir")
    of_command: ClassVar[bool] = True
    path: str
    text: str | None
    why: str = ""
    hostfile: str = ""
    hostfile_text: str | None = None
