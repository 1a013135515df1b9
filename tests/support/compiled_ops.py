"""A copy of DeepSpeed's compiled ops: a build that is cut off locks the copy, not all labs."""

import os
import shutil
import sys
from pathlib import Path

from launcher.lab.node_files import COMPILED_OPS


def copy_compiled_ops(folder: Path) -> Path:
    """A cache folder below `folder` that every user may write to, with the ops in it."""
    cache = folder / "cache"
    cache.mkdir()
    if COMPILED_OPS.is_dir():
        shutil.copytree(COMPILED_OPS, cache / COMPILED_OPS.name)
    for path in (cache, *cache.rglob("*")):
        path.chmod(0o777)
    return cache


def training_environment(folder: Path) -> dict[str, str]:
    """What DeepSpeed needs to train here, on this machine's CPUs.

    Another ninja than that of scripts/setup would compile the ops again.
    """
    path = f"{sys.prefix}/bin:{os.environ['PATH']}"
    own = {"XDG_CACHE_HOME": str(copy_compiled_ops(folder)), "DS_ACCELERATOR": "cpu", "PATH": path}
    return {**os.environ, **own}
