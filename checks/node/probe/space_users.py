"""What fills a file system: its largest files, those deleted but held open, its fullest folder."""

import contextlib
import heapq
import os
import stat
import time

from checks.node.runtime.processes import command_line, process_holding, process_ids

WALK_S = 1.5
MOST = 3
BLOCK = 512
DELETED = " (deleted)"


def space_users(mount):
    """[{"path", "bytes", "entries", "pid", "fd", "command"}], by what there is most of, first.

    Files that are there have no `pid`, folders have `entries`. What took longer to find is missing.
    """
    device = os.stat(mount).st_dev
    files, entries = look_through(mount, device, time.monotonic() + WALK_S)
    found = [user(path, size) for size, path in heapq.nlargest(MOST, files)]
    found = sorted(found + deleted_files(device), key=lambda each: -each["bytes"])[:MOST]
    for each in found:
        pid = each["pid"] or process_holding(each["path"])
        if pid and not each["pid"]:
            each.update(holder=pid, command=" ".join(command_line(pid))[:80])
    fullest = max(entries, key=entries.get)
    return [*found, user(fullest, 0, entries=entries[fullest])]


def look_through(mount, device, end):
    """[(bytes, path)] of the files and {folder: entries} on that file system, until `end`."""
    files, entries, waiting = [], {}, [mount]
    while waiting and time.monotonic() < end:
        folder = waiting.pop()
        entries[folder] = 0
        with contextlib.suppress(OSError), os.scandir(folder) as listing:
            for entry in listing:
                entries[folder] += 1
                if time.monotonic() > end:
                    break
                with contextlib.suppress(OSError):
                    seen = entry.stat(follow_symlinks=False)
                    if seen.st_dev == device and stat.S_ISDIR(seen.st_mode):
                        waiting.append(entry.path)
                    elif seen.st_dev == device:
                        files.append((seen.st_blocks * BLOCK, entry.path))
    return files, entries


def user(path, size, entries=0, pid=0, fd=0, command=""):
    """One that takes space."""
    return {"path": path, "bytes": size, "entries": entries, "pid": pid, "fd": fd,
            "command": command}  # fmt: skip


def deleted_files(device):
    """The files without a name that processes of this login, or all for root, hold open there."""
    found = {}
    for pid in process_ids():
        with contextlib.suppress(OSError):
            for fd in os.listdir("/proc/%d/fd" % pid):
                at = "/proc/%d/fd/%s" % (pid, fd)
                path, seen = os.readlink(at), os.stat(at)
                if path.endswith(DELETED) and seen.st_dev == device:
                    words = " ".join(command_line(pid))[:80]
                    size = seen.st_blocks * BLOCK
                    name = path[: -len(DELETED)]
                    found.setdefault(seen.st_ino, user(name, size, 0, pid, int(fd), words))
    return list(found.values())
