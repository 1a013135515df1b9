"""Files that only this user can read, whatever the umask: they hold addresses and settings."""

from __future__ import annotations

import contextlib
import errno
import grp
import os
import pwd
import stat
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path


def write_private_file(path: Path, text: str) -> None:
    """`text` stands whole at `path`, mode 0600; a reader never sees a half of it. Raises OSError.

    Where it fails, what was there before stays. Text that UTF-8 cannot hold is escaped.
    """
    beside = ""
    try:
        number, beside = tempfile.mkstemp(".new", f"{path.name[:40]}.", path.parent)
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

    Of what a link leads to, and of what a pipe says, nobody can say who made it. The folders above
    its own are looked at as sshd looks at those of a key, up to this user's home or `/`: who may
    rename one of them may put another in its place.
    """
    own, root = os.getuid(), 0
    for part, is_kind, kind in (
        (path, stat.S_ISREG, "regular file"),
        (path.parent, stat.S_ISDIR, "directory"),
    ):
        status = part.lstat()
        if not is_kind(status.st_mode):
            return f"{part} is no {kind}"
        if why := _who_else(part, status, {own}) or _how_writable(part, status):
            return why
    for folder in _folders_to_home(path.parent.resolve().parent):
        status = folder.stat()
        safe = bool(status.st_mode & stat.S_ISVTX) or _only_own_group_writes(folder, status)
        writable = "" if safe else _how_writable(folder, status)
        if why := _who_else(folder, status, {own, root}) or writable:
            return why
    return ""


def _folders_to_home(folder: Path) -> Iterator[Path]:
    """The folder and those above it; those above the home of this user are the administrator's."""
    home = Path(os.path.expanduser("~")).resolve()
    for above in (folder, *folder.parents):
        yield above
        if above == home:
            return


def _who_else(path: Path, status: os.stat_result, owners: Collection[int]) -> str:
    return "" if status.st_uid in owners else f"{path} belongs to uid {status.st_uid}"


def _how_writable(path: Path, status: os.stat_result) -> str:
    """That group or others may write to it. Where it has an access list, its mask is the group's
    bits: without them nobody on the list may.
    """
    mode = status.st_mode & 0o7777
    return f"{path} may be written by others (mode {mode:04o})" if mode & 0o022 else ""


def _only_own_group_writes(path: Path, status: os.stat_result) -> bool:
    """Whether those who may write to it are a group in which this user is alone, and no list."""
    if status.st_mode & 0o022 != 0o020 or _has_access_list(path):
        return False
    with contextlib.suppress(KeyError):
        own = pwd.getpwuid(os.getuid()).pw_name
        primary = {user.pw_name for user in pwd.getpwall() if user.pw_gid == status.st_gid}
        return primary.union(grp.getgrgid(status.st_gid).gr_mem) == {own}
    return False


def _has_access_list(path: Path) -> bool:
    try:
        return "system.posix_acl_access" in os.listxattr(path)
    except OSError as error:
        return error.errno != errno.ENOTSUP
