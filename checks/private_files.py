"""Files that only this user can read, whatever the umask: they hold addresses and settings."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_private_file(path: Path, text: str) -> None:
    """`text` stands whole at `path`, mode 0600; a reader never sees a half of it. Raises OSError.

    Where it fails, what was there before stays. Text that UTF-8 cannot hold is escaped.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        beside.touch(mode=0o600)
        beside.chmod(0o600)
        beside.write_text(text, encoding="utf-8", errors="backslashreplace")
        beside.replace(path)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def make_private_folder(path: Path) -> None:
    """The folder exists, and those that are created for it have mode 0700. Raises OSError."""
    for folder in reversed([path, *path.parents]):
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            folder.chmod(0o700)


def writable_by_others(path: Path) -> str:
    """Who else could have changed the file: a phrase, '' where nobody else can. Raises OSError."""
    for part in (path, path.parent):
        status = part.stat()
        if status.st_uid != os.getuid():
            return f"{part} belongs to uid {status.st_uid}"
        if status.st_mode & 0o022:
            return f"{part} may be written by others (mode {status.st_mode & 0o7777:04o})"
    return ""
