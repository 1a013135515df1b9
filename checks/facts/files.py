"""Paths that training needs on every node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, PathStateName
from checks.facts.denial import Denial
from checks.facts.write_locks import WriteLock
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class PathState:
    """`state` is there, missing, denied, hangs or error; `digest` is of size and content.

    `partial` says that a large file or folder was compared by samples. `near` is what the folder
    has in place of a missing one, under a similar name, `target` where a link leads that stands
    there and leads to nothing. `modified` is in seconds since 1970, 0 where it is not known.
    `denied` is what keeps the login from it, if something does, `lock` all from writing it.
    """

    state: PathStateName
    absolute: str
    kind: str = ""
    bytes: int = 0
    digest: str = ""
    partial: bool = False
    detail: str = ""
    target: str = ""
    modified: float = 0.0
    near: tuple[str, ...] = ()
    denied: Denial | None = None
    lock: WriteLock | None = None


@dataclass(frozen=True)
class SpaceUser:
    """What takes space: a file, one without a name that `pid` holds open as `fd`, or a folder.

    `entries` are a folder's, which has no `bytes`. `holder` has a named file open.
    """

    path: str
    bytes: int = 0
    entries: int = 0
    pid: int = 0
    fd: int = 0
    command: str = ""
    holder: int = 0


@dataclass(frozen=True)
class KeptFile:
    """What of an earlier run's files in a folder stays as it is: by its mode, or by its flag."""

    denied: Denial | None = None
    lock: WriteLock | None = None


@dataclass(frozen=True)
class FolderSpace:
    """The output folder, or the deepest existing folder above it (`nearest`). Sizes in bytes.

    `free_inodes` is None where the file system does not count them. `target` is where `nearest`
    leads, if that is a link to nothing. `denied` is what keeps the login from writing there.
    `users` are what fills a file system that is nearly full, the largest first. `lock` keeps all
    from writing there, root too. `kept` is what stands there and cannot be replaced. `latest` is
    what DeepSpeed's file of that name says there, `tags` are the folders there, oldest first.
    `latest_empty`: that file is there and says nothing. `torn` is {name: why} of the files of that
    tag that cannot be whole.
    """

    state: PathStateName
    absolute: str
    nearest: str = ""
    target: str = ""
    directory: bool = False
    writable: bool = False
    read_only: bool = False
    noexec: bool = False
    free_bytes: int = 0
    free_inodes: int | None = None
    mount: str = ""
    filesystem: str = ""
    shared: bool = False
    source: str = ""
    detail: str = ""
    denied: Denial | None = None
    used_bytes: int = 0
    users: tuple[SpaceUser, ...] = ()
    lock: WriteLock | None = None
    kept: KeptFile | None = None
    latest: str = ""
    tags: tuple[str, ...] = ()
    latest_empty: bool = False
    torn: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Files(Fact):
    """By path as written in launch.toml; `output` is None where none is asked for."""

    section: ClassVar[str] = "files"
    inputs: ClassVar[tuple[str, ...]] = ("workdir",)
    of_command: ClassVar[bool] = True
    workdir: PathState
    same: Mapping[str, PathState] = field(default_factory=dict)
    exist: Mapping[str, PathState] = field(default_factory=dict)
    output: FolderSpace | None = None
