"""The training interpreter of a node and what it would import."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, SystemName
from checks.facts.denial import Denial
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class TorchBackend:
    """An entry point of the group torch.backends, which `import torch` loads from 2.5 on.

    `info` is the folder of its package's metadata, `recorded` whether that says what to remove.
    """

    name: str
    module: str
    info: str
    found: bool = True
    recorded: bool = True

    @property
    def package(self) -> str:
        """The package's name, as pip takes it."""
        return posixpath.basename(self.info).partition("-")[0].replace("_", "-")

    @property
    def version(self) -> str:
        """The version that its metadata's folder is named after."""
        return posixpath.basename(self.info).removesuffix(".dist-info").partition("-")[2]


@dataclass(frozen=True)
class HungFolder:
    """A folder of Python's that does not answer, and the file system on which the way to it ends.

    `by` is what names it: `PYTHONPATH`, `file:line` of a .pth file, or "" for the environment or
    the working directory.
    """

    path: str
    by: str = ""
    mount: str = "/"
    filesystem: str = ""
    source: str = ""


@dataclass(frozen=True)
class Software(Fact):
    """`state` is ok, missing, denied, not-executable, crashed or hangs; only `ok` has versions.

    `modules` gives the file where an import would find the module, None for nowhere. `instead` are
    interpreters that are there, `nearest` the deepest existing folder above the one asked for.
    `interactive` is where a terminal's shell finds a bare name that the ranks' shell does not.
    `copies` are packages that are imported from a folder of PYTHONPATH or ~/.local though the
    environment, or one that it borrows, has them: (folder, version) of the first and of its own.
    `cuda` and `hip` are what torch was built for, "" for neither. `unfound` are
    modules that the program needs at its start and the interpreter does not find. `encoding` is how
    it opens text files. `with_torch` are other interpreters there that have torch, looked for only
    where the one asked for is not there. `installer` is pip, or where the environment has none
    uv's path, or ensurepip, which brings pip. `astray` are torchrun, deepspeed and accelerate where
    a rank's PATH leads to those of another Python: (path, that Python). `denied_by` is what keeps
    the login from the interpreter or what it needs to start, `denied` what keeps it from modules
    that are not found, and from the metadata of packages. `variables` are those without which it
    starts. `shadows` are {module: file} of the job's own folders that are found before the
    library's or a package's. `misread` is where the script is no program to the interpreter, with
    its line and what the interpreter says of it. `optional` is like `modules`, of what only some
    configs need or libraries try to import. `backends` are what torch loads by itself. `hooks` is
    {file: its words} of what Python runs at its start and prints or fails, `lost` the environment
    that has no pyvenv.cfg, `maker` a Python that can mend one whose own is gone.
    `accelerate_keys` are what the installed accelerate takes at the top of its configuration.
    `hung` are folders that do not answer, where the interpreter does not.
    """

    section: ClassVar[str] = "software"
    inputs: ClassVar[tuple[str, ...]] = ("env", "python", "workdir")
    of_command: ClassVar[bool] = True
    path: str
    state: str
    version: str = ""
    executable: str = ""
    prefix: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str | None] = field(default_factory=dict)
    instead: tuple[str, ...] = ()
    nearest: str = ""
    detail: str = ""
    code: int | None = None
    interactive: str = ""
    copies: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    abi: str = ""
    cuda: str = ""
    hip: str = ""
    built_ops: tuple[str, ...] = ()
    encoding: str = "utf-8"
    unfound: tuple[str, ...] = ()
    with_torch: tuple[str, ...] = ()
    installer: str = "pip"
    astray: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denied_by: Denial | None = None
    variables: tuple[SystemName, ...] = ()
    denied: Mapping[str, Denial] = field(default_factory=dict)
    shadows: Mapping[str, str] = field(default_factory=dict)
    misread: str = ""
    optional: Mapping[str, str | None] = field(default_factory=dict)
    backends: tuple[TorchBackend, ...] = ()
    hooks: Mapping[str, str] = field(default_factory=dict)
    lost: str = ""
    maker: str = ""
    accelerate_keys: tuple[str, ...] = ()
    hung: tuple[HungFolder, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the interpreter answered."""
        return self.state == "ok"

    @property
    def python(self) -> str:
        """Its major and minor version, such as `3.11`."""
        return ".".join(self.version.split(".")[:2])
