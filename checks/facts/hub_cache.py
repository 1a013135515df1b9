"""What a node's cache has of the repositories of a hub that the command names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class CachedRepository:
    """`commit` is that of the revision, '' where the cache does not know it.

    `files` are those of its snapshot, and `broken` the names of those that are links to nothing.
    `snapshots` are all that are there. `config` is a digest of what config.json says of the model's
    shape, '' where there is none.
    """

    folder: str
    option: str = ""
    there: bool = False
    commit: str = ""
    files: int = 0
    broken: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    config: str = ""

    @property
    def whole(self) -> bool:
        """Whether its snapshot is there with all that it names."""
        return bool(self.files) and not self.broken


@dataclass(frozen=True)
class HubCache(Fact):
    """`hub` is the cache's folder; repositories by kind and name, `models owner/name`."""

    section: ClassVar[str] = "hub_cache"
    inputs: ClassVar[tuple[str, ...]] = ("env", "workdir")
    of_command: ClassVar[bool] = True
    hub: str
    revision: str = "main"
    repositories: Mapping[str, CachedRepository] = field(default_factory=dict)
