"""The files of a checkpoint that lie on this node: names, sizes, times.

DeepSpeed's names its newest tag in a file `latest`. What accelerate and the Trainer write under
FSDP (accelerate/utils/fsdp_utils.py) is one folder of torch.distributed.checkpoint.
"""

import os

from checks.node.probe.core import section
from checks.node.probe.torn_file import find_tear
from checks.node.runtime.files import read_file

LATEST = "latest"
FSDP = "pytorch_model_fsdp_0"
PART_SUFFIX = ".distcp"
MOST_FILES = 20000


def checkpoint_files(folder):
    """[{name, size, mtime, tear}] of what a folder holds."""
    found = []
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        if entry.is_file() and len(found) < MOST_FILES:
            info = entry.stat()
            about = {"size": info.st_size, "mtime": int(info.st_mtime)}
            found.append(dict(about, name=entry.name, tear=find_tear(entry.path) or ""))
    return sorted(found, key=lambda file: file["name"])


def checkpoints_within(folder):
    """Folders below that are checkpoints themselves: the one that was meant, perhaps."""
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [name for name in names if newest_tag(os.path.join(folder, name))]


def newest_tag(folder):
    """The tag that a checkpoint has, or '' where the folder is none."""
    named = (read_file(os.path.join(folder, LATEST), "") or "").strip()
    return named or (FSDP if is_distributed_checkpoint(os.path.join(folder, FSDP)) else "")


def is_distributed_checkpoint(folder):
    """Whether ranks have put their parts there by torch.distributed.checkpoint."""
    return os.path.isdir(folder) and any(name.endswith(PART_SUFFIX) for name in os.listdir(folder))


@section("checkpoint")
def checkpoint(args):
    """Args: `checkpoint` (relative to `workdir`), `tag` or None for what `latest` says here."""
    folder = os.path.join(args.get("workdir") or "", os.path.expanduser(args["checkpoint"]))
    latest = newest_tag(folder)
    if not latest and is_distributed_checkpoint(folder):
        folder, latest = os.path.split(folder.rstrip("/"))
    tag = args.get("tag") or latest
    return {
        "folder": folder,
        "there": os.path.isdir(folder),
        "latest": latest,
        "files": checkpoint_files(os.path.join(folder, tag)) if tag else [],
        "beside": checkpoint_files(folder),
        "within": checkpoints_within(folder)[:50],
    }
