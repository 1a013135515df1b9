"""The files of a DeepSpeed checkpoint that lie on this node: names, sizes, times."""

import os

from checks.probe.core import read, section

LATEST = "latest"
MOST = 20000


def files(folder):
    """[{name, size, mtime}] of what a tag's folder holds."""
    found = []
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        if entry.is_file() and len(found) < MOST:
            info = entry.stat()
            found.append({"name": entry.name, "size": info.st_size, "mtime": int(info.st_mtime)})
    return sorted(found, key=lambda one: one["name"])


def within(folder):
    """Folders below that are checkpoints themselves: the one that was meant, perhaps."""
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [name for name in names if os.path.isfile(os.path.join(folder, name, LATEST))]


@section("checkpoint")
def checkpoint(args):
    """Args: `checkpoint` (relative to `workdir`), `tag` or None for what `latest` says here."""
    folder = os.path.join(args.get("workdir") or "", os.path.expanduser(args["checkpoint"]))
    latest = (read(os.path.join(folder, LATEST), "") or "").strip()
    tag = args.get("tag") or latest
    return {
        "folder": folder,
        "there": os.path.isdir(folder),
        "latest": latest,
        "files": files(os.path.join(folder, tag)) if tag else [],
        "within": within(folder)[:50],
    }
