"""What a lab writes down before it makes anything: `down` finds all of it after a kill -9."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from checks.quick_dataclass import dataclass

LABS = Path("/var/lib/deepspeed-preflight-lab")
"""One directory a lab, named as the lab. Absent when there is no lab."""

LAB_MARK = "DEEPSPEED_PREFLIGHT_LAB"
"""Variable in the environment of every process that a lab starts; its value is the lab's token."""


@dataclass(frozen=True)
class Place:
    """Where a node is: its name, its address as the other nodes see it, its sshd's port."""

    name: str
    address: str
    port: int
    slots: int


@dataclass(frozen=True)
class LabRecord:
    """A lab's own names: all that is needed to find it, enter it and take it away."""

    name: str
    token: str
    directory: str
    user: str
    size: int
    interface: str = ""
    nodes: tuple[Place, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    """Faults in force, as (fault, node), oldest first."""
    gpus: bool = False

    @property
    def home(self) -> Path:
        """Where the lab keeps its nodes' disks."""
        return LABS / self.name

    @property
    def disks(self) -> Path:
        """What the nodes write; a file system of its own where the machine's cannot hold it."""
        return self.home / "nodes"

    def disk(self, node: str) -> Path:
        """The directory of one node: root, upper, work, pid, log."""
        return self.disks / node

    def pid(self, node: str) -> int:
        """The node's first process, as this machine numbers it. 0 when it never started."""
        try:
            return int((self.disk(node) / "pid").read_text())
        except (OSError, ValueError):
            return 0

    def place(self, node: str) -> Place:
        """Raises KeyError."""
        for place in self.nodes:
            if place.name == node:
                return place
        raise KeyError(node)

    def save(self) -> LabRecord:
        """Written completely or not at all."""
        new = self.home / "lab.new"
        new.write_text(json.dumps(asdict(self), indent=1))
        new.rename(self.home / "lab.json")
        return self

    def changed(self, **fields: object) -> LabRecord:
        """This record with other values, saved."""
        return replace(self, **fields).save()  # type: ignore[arg-type]


def read_record(home: Path) -> LabRecord | None:
    """The record in a lab's directory. None where there is none, or only half of one."""
    try:
        data = json.loads((home / "lab.json").read_text())
    except (OSError, ValueError):
        return None
    data["nodes"] = tuple(Place(**place) for place in data["nodes"])
    data["faults"] = tuple((fault, node) for fault, node in data["faults"])
    return LabRecord(**data)


def all_records() -> Iterator[LabRecord]:
    """All labs of this machine."""
    for home in sorted(LABS.glob("*")):
        record = read_record(home)
        if record:
            yield record


def find_record(directory: Path, name: str | None = None) -> LabRecord | None:
    """The lab of that name, else the one that was brought up for that directory."""
    wanted = str(directory.resolve())
    if name is None:
        return next((record for record in all_records() if record.directory == wanted), None)
    home = LABS / name
    if home.is_dir():
        # Without a record it was killed before it made anything but its directory.
        return read_record(home) or LabRecord(name, "never-started", wanted, "root", 0)
    return None
