"""What the paths hold that the job reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact, PathStateName
from checks.facts.denial import Denial
from checks.facts.files import FolderSpace
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class JobPath:
    """One path. `state` is there, missing, denied, hangs or error.

    `entries` are those of a folder; `weights` and `weight_bytes` its files of weights, `pointers`
    those that are only git's pointer to a file. `digest` is of a small text file. `shared` says
    that other machines see the same files there, `source` from where it is mounted. `near` is what
    the folder has in place of a missing one, under a similar name, `target` where a link leads that
    stands there and leads to nothing. `files` are {relative path: bytes} of the data and weights
    below a folder, of 2000 at most. `parameters` are those of a model in safetensors files, 0 where
    they are not known. `dangling` is {name: where it leads} of files directly in a folder that are
    links to nothing. `modified` is in seconds since 1970, 0 where it is not known. `denied` is
    what keeps the login from it. `samples` is {relative path: digest of some blocks} of `files`,
    of a file under its own name, with " ends in zeros" behind it where the last block is of these.
    """

    state: PathStateName
    absolute: str
    kind: str = ""
    bytes: int = 0
    detail: str = ""
    real: str = ""
    mount: str = ""
    filesystem: str = ""
    shared: bool = False
    source: str = ""
    entries: int = 0
    weights: int = 0
    weight_bytes: int = 0
    pointers: tuple[str, ...] = ()
    digest: str = ""
    target: str = ""
    modified: float = 0.0
    near: tuple[str, ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)
    parameters: int = 0
    dangling: Mapping[str, str] = field(default_factory=dict)
    denied: Denial | None = None
    samples: Mapping[str, str] = field(default_factory=dict)

    @property
    def there(self) -> bool:
        """Whether it can be read."""
        return self.state == "there"


@dataclass(frozen=True)
class JobPaths(Fact):
    """`paths` are those of `exist` and of `arguments` ({path: option}), as they are written.

    `guessed` are {path: option} of names and of defaults of the script that may be paths, where
    something is there; they are in `paths` too.
    `named` are those that files which the job reads name, {path: `key of file`}; they are in
    `named_paths`. `written` are {path: option} of the folders that arguments name as written, which
    are in `written_folders`.
    """

    section: ClassVar[str] = "job_paths"
    inputs: ClassVar[tuple[str, ...]] = ("env", "launcher", "workdir")
    of_command: ClassVar[bool] = True
    workdir: JobPath
    arguments: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, JobPath] = field(default_factory=dict)
    guessed: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    named_paths: Mapping[str, JobPath] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    written_folders: Mapping[str, FolderSpace] = field(default_factory=dict)
