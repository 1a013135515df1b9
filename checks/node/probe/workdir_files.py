"""The files of a working directory, as they are compared before some of them are copied here."""

import os
import shutil
import stat

from checks.node.probe.core import section
from checks.node.probe.files import (
    file_digest,
    is_remote,
    nearest_existing,
    writable_space,
)
from checks.node.runtime.files import mount_of, read_file

MOST_OTHERS = 20000


def describe_file(path):
    """Kind, content and times of what stands there; None where nothing does."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(found.st_mode):
        return {"kind": "link", "content": os.readlink(path)}
    if not stat.S_ISREG(found.st_mode):
        return {"kind": "directory" if stat.S_ISDIR(found.st_mode) else "other", "content": ""}
    try:
        content, partial = file_digest(path)
    except PermissionError:
        content, partial = "", False
    return {
        "kind": "file",
        "content": content,
        "partial": partial,
        "bytes": found.st_size,
        "mtime": int(found.st_mtime),
        "executable": bool(found.st_mode & 0o100),
    }


def folder_identity(folder):
    """What is equal on two machines where both see the same folder there, and on no others."""
    nearest = nearest_existing(folder)
    real, found = os.path.realpath(nearest), os.stat(nearest)
    mount, kind, source = mount_of(real)
    below = os.path.relpath(folder, nearest)
    if is_remote(kind):
        path = os.path.relpath(real, mount)
        return ["remote", kind, source.rpartition(":")[2], path, str(found.st_ino), below]
    boot = read_file("/proc/sys/kernel/random/boot_id", "") or ""
    return ["local", boot.strip(), str(found.st_dev), str(found.st_ino), below]


def other_files(folder, known):
    """The paths below the folder that are not `known`, 20,000 at most; nothing of a repository."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", "__pycache__"))
        paths = (os.path.relpath(os.path.join(top, name), folder) for name in sorted(names))
        found += [path for path in paths if path not in known]
        if len(found) > MOST_OTHERS:
            break
    return found[:MOST_OTHERS]


@section("workdir_files")
def workdir_files(args):
    """The folder, those of its files that are asked for and, where `others` says so, what else."""
    folder, paths = args["workdir"], args["paths"]
    described = {path: describe_file(os.path.join(folder, path)) for path in paths}
    return {
        "space": dict(writable_space(folder), absolute=folder),
        "identity": folder_identity(folder),
        "files": {path: found for path, found in described.items() if found},
        "others": other_files(folder, set(paths)) if args.get("others") else [],
        "rsync": bool(shutil.which("rsync")),
    }
