"""The checkpoints that a folder has, newest first: their files, and whether these are whole."""

import os
import re
import time

from checks.node.probe.checkpoint import LATEST
from checks.node.probe.core import section
from checks.node.probe.torn_file import find_tear
from checks.node.runtime.files import read_file

NAME = re.compile(r"(?:global_step|checkpoint-)\d+")
DEEPEST = 3
MOST_CHECKPOINTS, MOST_FILES = 4, 5000
SPARE_S = 2.0
"""File systems write down times in steps of up to two seconds."""


def checkpoint_folders(folder):
    """The folders below it that are called as checkpoints are; none within one of these."""
    found = []
    for top, folders, _ in os.walk(folder):
        found += [os.path.join(top, name) for name in folders if NAME.match(name)]
        depth = os.path.relpath(top, folder).count(os.sep) + 1
        folders[:] = [name for name in folders if not NAME.match(name) and depth < DEEPEST]
    return found


def files_within(folder, since):
    """What lies in it: names from there, sizes, whether written after `since`, and tears."""
    found = []
    for top, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(top, name)
            try:
                info = os.stat(path)
            except OSError:
                continue
            tear = find_tear(path)
            found.append(
                {
                    "name": os.path.relpath(path, folder),
                    "size": info.st_size,
                    "mtime": int(info.st_mtime),
                    "fresh": info.st_mtime >= since,
                    "tear": "" if tear is None else tear,
                }
            )
        if len(found) > MOST_FILES:
            break
    return found[:MOST_FILES]


def last_written(folder):
    """When something was last put into the folder, or into one right below it."""
    within = [entry.stat(follow_symlinks=False).st_mtime for entry in os.scandir(folder)]
    return max([os.path.getmtime(folder), *within])


@section("saved_checkpoints")
def saved_checkpoints(args):
    """Args: the folder `workdir`; for how many seconds its files count as fresh: `age_s`."""
    folder, since = args["workdir"], time.time() - args["age_s"] - SPARE_S
    newest = sorted(checkpoint_folders(folder), key=last_written, reverse=True)
    return {
        "found": {
            os.path.relpath(path, folder): {
                "files": files_within(path, since),
                "latest": read_file(os.path.join(os.path.dirname(path), LATEST), "") or "",
            }
            for path in newest[:MOST_CHECKPOINTS]
        }
    }
