"""DeepSpeed's config on a node, as text, and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from checks.facts.decode import Fact


@dataclass(frozen=True)
class ConfigText:
    """`state` is there, missing, denied or error; `text` is cut at 256 KiB, `bytes` is not."""

    state: str
    absolute: str
    text: str = ""
    bytes: int = 0
    detail: str = ""


@dataclass(frozen=True)
class TrainingScript:
    """The training script; `words` are those of the probe's `deepspeed_config` that it contains."""

    path: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class OffloadFolder:
    """A folder to offload to, or the deepest existing one above it (`nearest`)."""

    absolute: str
    nearest: str
    directory: bool = True
    writable: bool = True


@dataclass(frozen=True)
class DeepspeedConfig(Fact):
    """`config` is None where the job has none; `script` where the command names no .py file.

    `nvme` is by path as written in the config.
    """

    section: ClassVar[str] = "deepspeed_config"
    inputs: ClassVar[tuple[str, ...]] = ("workdir",)
    of_command: ClassVar[bool] = True
    config: ConfigText | None = None
    script: TrainingScript | None = None
    nvme: Mapping[str, OffloadFolder] = field(default_factory=dict)
