"""What fills /dev/shm: files that no process has any longer, and the processes that have others."""

import os
import time

from checks.node.runtime.processes import (
    command_line,
    open_files,
    process_ids,
    process_owner,
    user_name,
)

SHM = "/dev/shm/"
FULL = 64 << 20
"""With less free it is looked into: what a container gets by itself."""
MOST_FILES, MOST_SHOWN, MOST_HOLDERS = 5000, 20, 3
SCAN_S = 1.5


def shm_files():
    """{path: (bytes that it takes, its owner)} of the files there."""
    found = {}
    for top, _, names in os.walk(SHM):
        for name in names:
            path = os.path.join(top, name)
            try:
                seen = os.lstat(path)
            except OSError:
                continue
            found[path] = (seen.st_blocks * 512, seen.st_uid)
            if len(found) == MOST_FILES:
                return found
    return found


def held_by(pid):
    """{path: bytes} of what a process has there, open or mapped, with a name or without.

    None where that cannot be seen.
    """
    held = dict.fromkeys((path for path in open_files(pid).values() if path.startswith(SHM)), 0)
    try:
        with open("/proc/%d/maps" % pid, "rb") as maps:
            for line in maps:
                fields = line.decode("utf-8", "replace").split(None, 5)
                if len(fields) == 6 and fields[5].startswith(SHM):
                    first, last = (int(end, 16) for end in fields[0].split("-"))
                    path = fields[5].rstrip("\n")
                    held[path] = held.get(path, 0) + last - first
    except (FileNotFoundError, ProcessLookupError):
        return {}
    except OSError:
        return None
    return held


def shm_users(free):
    """{"orphans": [{"path", "bytes"}], "holders": [{"pid", "user", "command", "bytes"}]}.

    Orphans are files that nobody has and this login may remove: where it does not see all
    processes, its own. Nothing is said where the scan took too long.
    """
    nothing, mine = {"orphans": [], "holders": []}, os.geteuid()
    if free > FULL:
        return nothing
    files, holders, held, end = shm_files(), [], set(), time.monotonic() + SCAN_S
    for pid in process_ids():
        own = held_by(pid)
        if time.monotonic() > end or (own is None and mine in (0, process_owner(pid))):
            return nothing
        held.update(own or {})
        taken = sum(files[path][0] if path in files else size for path, size in (own or {}).items())
        if taken:
            words = " ".join(command_line(pid))[:80]
            user = user_name(process_owner(pid))
            holders.append({"pid": pid, "user": user, "command": words, "bytes": taken})
    orphans = [
        {"path": path, "bytes": size}
        for path, (size, owner) in files.items()
        if size and path not in held and mine in (0, owner)
    ]
    return {
        "orphans": sorted(orphans, key=lambda each: -each["bytes"])[:MOST_SHOWN],
        "holders": sorted(holders, key=lambda each: -each["bytes"])[:MOST_HOLDERS],
    }
