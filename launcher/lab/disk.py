"""What is written on a node's disk before it starts: straight into the overlay's upper side."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from checks.quick_dataclass import dataclass
from launcher.lab.filesystem import is_within


@dataclass(frozen=True)
class Disk:
    """One node's overlays: the root's and those of the tops that need one of their own."""

    home: Path
    tops: tuple[str, ...]

    def upper(self, top: str) -> Path:
        """What the node writes under that top."""
        return self.home / "upper" / self._number(top)

    def work(self, top: str) -> Path:
        """The overlay's own scratch for that top."""
        return self.home / "work" / self._number(top)

    def _number(self, top: str) -> str:
        return str(("/", *self.tops).index(top))

    def make(self) -> None:
        """The empty directories that the overlays are mounted with."""
        (self.home / "root").mkdir(parents=True)
        for top in ("/", *self.tops):
            self.work(top).mkdir(parents=True)
            self.upper(top).mkdir(parents=True)
            copy_mode_and_owner(self.upper(top), top)

    def at(self, path: str) -> Path:
        """Where a path of the node lies on this machine, once the node has written it."""
        top = max((top for top in ("/", *self.tops) if is_within(path, top)), key=len)
        return self.upper(top) / os.path.relpath(path, top)

    def folder(self, path: str) -> Path:
        """A directory over that of the machine, whose mode and owner it takes."""
        target = self.at(path)
        if not target.is_dir():
            self.folder(str(Path(path).parent))
            target.mkdir()
            copy_mode_and_owner(target, path)
        return target

    def make_empty_directory(self, path: str, mode: int = 0o755, owner: int = 0) -> None:
        """A directory in which nothing of the machine is seen."""
        target = self.folder(path)
        target.chmod(mode)
        os.chown(target, owner, owner)
        os.setxattr(target, "trusted.overlay.opaque", b"y")

    def put(self, path: str, text: str, mode: int = 0o644, owner: int = 0) -> None:
        """A file, whatever the machine has there."""
        self.folder(str(Path(path).parent))
        target = self.at(path)
        target.write_text(text)
        target.chmod(mode)
        os.chown(target, owner, owner)

    def link(self, path: str, to: str) -> None:
        """A symbolic link, with the directories above it."""
        self.folder(str(Path(path).parent))
        self.at(path).symlink_to(to)

    def hide_path(self, path: str) -> None:
        """Takes a file or directory of the machine out of sight."""
        if os.path.lexists(path):
            self.folder(str(Path(path).parent))
            os.mknod(self.at(path), stat.S_IFCHR, 0)

    def pass_through(self, path: str) -> None:
        """Lets every user through the directories above a path, as a shared disk would."""
        for above in (Path(path), *Path(path).parents):
            if above.is_dir():
                target = self.folder(str(above))
                target.chmod(target.stat().st_mode | 0o011)


def copy_mode_and_owner(target: Path, path: str) -> None:
    """Gives a directory the mode and owner of the machine's, where there is one."""
    if Path(path).is_dir():
        there = Path(path).stat()
        target.chmod(there.st_mode & 0o7777)
        os.chown(target, there.st_uid, there.st_gid)
