"""What compiles operators on a node, and where the results are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.facts.denial import Denial
from checks.facts.files import FolderSpace
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class BuildLock:
    """A build lock that lies there since `age_s`; `held` by a process of that node."""

    path: str
    age_s: float
    held: bool


@dataclass(frozen=True)
class Toolchain(Fact):
    """Paths are "" where there is nothing; `nvcc` is the toolkit's version below `cuda_home`.

    `extensions` and `triton` are where compiled operators and kernels are kept. `denied` is what
    keeps the login from a compiler or ninja that is not found. `absent` are those of CXX and CC
    that name a program which is not there, `usual_compiler` is the c++ or g++ that is.
    """

    section: ClassVar[str] = "toolchain"
    inputs: ClassVar[tuple[str, ...]] = ("env", "python", "workdir")
    compiler: str
    compiler_path: str
    ninja: str
    cuda_home: str
    nvcc: str
    libaio: bool
    forward_compatible: bool
    skips_cuda_check: bool
    extensions: FolderSpace
    triton: FolderSpace
    locks: tuple[BuildLock, ...] = ()
    denied: Mapping[str, Denial | None] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    usual_compiler: str = ""
