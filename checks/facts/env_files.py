"""The lines of the files that DeepSpeed and NCCL read variables from, as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class EnvLine:
    """One line, cut at its first `=`, neither half stripped; `value` is None without a `=`.

    Of such a line `name` has no more than the first character: it could be anything. Values of
    secrets are masked on the node.
    """

    number: int
    name: str
    value: str | None = None

    @property
    def is_comment(self) -> bool:
        """Whether whoever wrote it meant it for people."""
        return self.name.lstrip().startswith("#")

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands there."""
        return self.value is None and not self.name.strip()


@dataclass(frozen=True)
class EnvFiles(Fact):
    """{path: lines}: `.deepspeed_env` in DeepSpeed's order, where a later file wins, and NCCL's."""

    section: ClassVar[str] = "env_files"
    inputs: ClassVar[tuple[str, ...]] = ("env", "workdir")
    deepspeed: Mapping[str, tuple[EnvLine, ...]] = field(default_factory=dict)
    nccl: Mapping[str, tuple[EnvLine, ...]] = field(default_factory=dict)
