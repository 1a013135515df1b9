"""What makes the folder of each node like the one here: pure, over what both have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field

from checks.facts.workdir_files import WorkdirFile, WorkdirFiles
from checks.folded_names import fold_names
from checks.quick_dataclass import dataclass
from checks.units import format_file_size

Files = Mapping[str, WorkdirFile]
MOST_NAMED = 4
"""So many files that were copied are named."""
NEWER = "differs, newer there"


@dataclass(frozen=True)
class NodeChange:
    """What is done on a node: files to copy, each with why, and files to delete.

    `same_as` says whose folder the node sees, where nothing is done for that reason.
    """

    copied: Mapping[str, str] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    bytes: int = 0
    same_as: str = ""

    @property
    def kept(self) -> list[str]:
        """The files that are newer there: somebody may have edited them."""
        return [path for path, why in self.copied.items() if why == NEWER]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not self.copied and not self.deleted

    def describe(self, *, done: bool) -> str:
        """What was or would be done, in words."""
        if self.same_as:
            return f"left alone, {self.same_as}"
        if self.nothing:
            return "the same files already"
        parts = [(len(self.copied), "copied"), (len(self.deleted), "deleted")]
        to = "" if done else "to be "
        amount = f" ({format_file_size(self.bytes)})" if self.copied else ""
        counts = (f"{count} file{'s' * (count != 1)} {to}{word}" for count, word in parts if count)
        few = done and 0 < len(self.copied) <= MOST_NAMED
        amount += f": {', '.join(self.copied)}" if few else ""
        kept = f"; newer there and kept as .old: {', '.join(self.kept)}" if self.kept else ""
        return ", ".join(counts) + amount + kept


def node_changes(
    here: WorkdirFiles,
    seen: Mapping[str, WorkdirFiles],
    deletable: Collection[str] = (),
) -> dict[str, NodeChange]:
    """The change of each node; of nodes that see one folder, the first alone has any."""
    owners = {here.identity: "it is this machine's folder"}
    changes = {}
    for name, there in seen.items():
        if owner := owners.get(there.identity):
            changes[name] = NodeChange(same_as=owner)
            continue
        owners[there.identity] = f"it shares the folder of {name}"
        changes[name] = _change(here.files, there, deletable)
    return changes


def _change(here: Files, there: WorkdirFiles, deletable: Collection[str]) -> NodeChange:
    copied = {
        path: _why(file, there.files.get(path))
        for path, file in here.items()
        if path not in there.files or not file.is_same(there.files[path])
    }
    return NodeChange(
        copied=copied,
        deleted=tuple(path for path in there.others if path in deletable),
        bytes=sum(here[path].bytes for path in copied),
    )


def _why(here: WorkdirFile, there: WorkdirFile | None) -> str:
    if there is None:
        return "new"
    return NEWER if there.mtime > here.mtime else "differs"


def describe_changes(changes: Mapping[str, NodeChange], *, done: bool) -> list[str]:
    """A line for nodes of which the same is said; where nothing is done yet, each file too."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for name, change in changes.items():
        listed = () if done else (*change.copied.items(), *((p, "deleted") for p in change.deleted))
        groups.setdefault((change.describe(done=done), listed), []).append(name)
    return [
        line
        for (text, listed), names in groups.items()
        for line in (
            f"{fold_names(names)}: {text}",
            *(f"  {path}  {why}" for path, why in listed),
        )
    ]
