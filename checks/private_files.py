"""Files that only this user can read, whatever the umask: they hold addresses and settings."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def write_private_file(path: Path, text: str) -> None:
    """`text` stands whole at `path`, mode 0600; a reader never sees a half of it. Raises OSError.

    Where it fails, what was there before stays. Text that UTF-8 cannot hold is escaped.
    """
    beside = ""
    try:
        number, beside = tempfile.mkstemp(".new", f"{path.name}.", path.parent)
        with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            os.fchmod(number, 0o600)
            file.write(text)
        os.replace(beside, path)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        with contextlib.suppress(OSError):
            os.unlink(beside)


def make_private_folder(path: Path) -> None:
    """The folder exists, and those that are created for it have mode 0700. Raises OSError."""
    for folder in reversed([path, *path.parents]):
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            folder.chmod(0o700)


def writable_by_others(path: Path) -> str:
    """Who else could have changed the file: a phrase, '' where nobody else can. Raises OSError.

    Of what a link leads to, and of what a pipe says, nobody can say who made it.
    """
    for part, is_kind, kind in (
        (path, stat.S_ISREG, "regular file"),
        (path.parent, stat.S_ISDIR, "directory"),
    ):
        status = part.lstat()
        if not is_kind(status.st_mode):
            return f"{part} is no {kind}"
        if status.st_uid != os.getuid():
            return f"{part} belongs to uid {status.st_uid}"
        if status.st_mode & 0o022:
            return f"{part} may be written by others (mode {status.st_mode & 0o7777:04o})"
    return ""
