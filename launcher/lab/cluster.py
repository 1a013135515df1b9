"""The lab as Python sees it: up, its nodes, its faults, down."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from checks.errors import UsageError
from checks.quick_dataclass import dataclass
from launcher.lab import requirements as machine
from launcher.lab.faults import heal_faults, inject_fault
from launcher.lab.node import LabNode
from launcher.lab.record import LabRecord, find_record
from launcher.lab.shape import LabShape
from launcher.lab.start import reserve_lab, start_nodes
from launcher.lab.stop import lab_processes, remove_lab


@dataclass
class Lab:
    """A cluster that is up. As a context manager it is taken down at the end, whatever happened."""

    record: LabRecord

    @classmethod
    def up(
        cls, shape: LabShape, directory: Path, name: str | None = None, visible: Iterable[str] = ()
    ) -> Lab:
        """Brings a new lab up, or leaves nothing of it. Raises UsageError.

        `visible` are further directories of this machine that must be at the same path on every
        node even where the node has a file system of its own, such as under /tmp.
        """
        machine.require_lab_machine()
        directory = directory.resolve()
        record = reserve_lab(require_name(name or default_name(directory)), directory, shape)
        try:
            return cls(start_nodes(record, shape, visible))
        except BaseException:
            remove_lab(find_record(directory, record.name) or record)
            raise

    @classmethod
    def find(cls, directory: Path, name: str | None = None) -> Lab | None:
        """The lab of that name or directory, running or not."""
        record = find_record(directory, name)
        return cls(record) if record else None

    @property
    def runs(self) -> bool:
        """Whether every node has its first process."""
        alive = set(lab_processes(self.record.token))
        nodes = self.record.nodes
        return bool(nodes) and all(self.record.pid(place.name) in alive for place in nodes)

    @property
    def hosts(self) -> Path:
        """The hosts file; `ssh_config` lies beside it."""
        return Path(self.record.directory) / "hosts.txt"

    @property
    def ssh_config(self) -> Path:
        """What the controller's ssh takes with -F."""
        return Path(self.record.directory) / "ssh_config"

    @property
    def nodes(self) -> tuple[LabNode, ...]:
        """In hosts.txt order; the first is the head."""
        return tuple(LabNode(self.record, place.name) for place in self.record.nodes)

    def node(self, name: str) -> LabNode:
        """The node of that name. Raises UsageError."""
        if name not in (place.name for place in self.record.nodes):
            names = " ".join(place.name for place in self.record.nodes)
            raise UsageError(f"no node {name} in this lab; there are: {names}")
        return LabNode(self.record, name)

    def fault(self, name: str, on: Iterable[str] = ()) -> tuple[str, ...]:
        """Breaks nodes for real; returns which. Raises UsageError."""
        self.record, broken = inject_fault(self.record, name, tuple(on))
        return broken

    def heal(self) -> None:
        """Undoes all faults that are in force, newest first. Raises UsageError."""
        self.record = heal_faults(self.record)

    def down(self) -> None:
        """Nothing of the lab is left."""
        remove_lab(self.record)

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.down()


def default_name(directory: Path) -> str:
    """A lab's name from its directory: the same for the same directory, and for no other."""
    full = str(directory.resolve())
    word = re.sub(r"[^a-z0-9]+", "-", directory.resolve().parent.name.lower()).strip("-")
    return f"{word[:20] or 'lab'}-{hashlib.sha256(full.encode()).hexdigest()[:6]}"


def require_name(name: str) -> str:
    """A name that can be a directory. Raises UsageError."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", name):
        raise UsageError(f"a lab's name is made of letters, digits, - and _, not {name!r}")
    return name
