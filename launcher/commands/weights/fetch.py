"""Shards from the nodes into one folder here: whole or not at all, and resumed where it was cut."""

from __future__ import annotations

import concurrent.futures
import os
import shlex
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from checks.contact.pool import Contact
from checks.errors import PreflightError
from checks.units import format_file_size
from launcher.commands.weights.shards import Shard

POOL = 8
PART_SUFFIX = ".part"

ByteCallback = Callable[[int], None]
"""Called for every few bytes that came."""


def missing_shards(shards: Sequence[Shard], folder: Path) -> list[Shard]:
    """Those that are not here yet with their size and time."""
    return [shard for shard in shards if not _is_fetched(folder / shard.file.name, shard)]


def _is_fetched(path: Path, shard: Shard) -> bool:
    if not path.exists():
        return False
    info = path.stat()
    return (info.st_size, int(info.st_mtime)) == (shard.file.size, shard.file.mtime)


def require_free_space(needed: int, folder: Path) -> None:
    """Raises PreflightError before anything is fetched that would not fit."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise PreflightError(
            f"{folder} has {format_file_size(free)} free; shards and weights take "
            f"{format_file_size(needed)}. Nothing was fetched"
        )


def fetch_shards(
    contact: Contact, shards: Sequence[Shard], remote: str, folder: Path, on_bytes: ByteCallback
) -> None:
    """All of them, some at a time. Raises PreflightError for the first that does not come whole."""
    lock = threading.Lock()

    def count(size: int) -> None:
        with lock:
            on_bytes(size)

    with concurrent.futures.ThreadPoolExecutor(POOL) as pool:
        futures = [
            pool.submit(_fetch_shard, contact, shard, remote, folder, count) for shard in shards
        ]
        try:
            for future in concurrent.futures.as_completed(futures):
                future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _fetch_shard(
    contact: Contact, shard: Shard, remote: str, folder: Path, on_bytes: ByteCallback
) -> None:
    """One file, onto the end of what an earlier try left of it."""
    part = folder / f"{shard.file.name}.{shard.file.mtime}{PART_SUFFIX}"
    have = min(part.stat().st_size, shard.file.size) if part.exists() else 0
    on_bytes(have)
    path = shlex.quote(f"{remote}/{shard.file.name}")
    with part.open("r+b" if have else "wb") as out:
        out.seek(have)
        for data in contact.stream(shard.node, f"exec tail -c +{have + 1} {path}"):
            out.write(data)
            on_bytes(len(data))
        out.truncate()
    size = part.stat().st_size
    if size != shard.file.size:
        raise PreflightError(
            f"{shard.node}:{remote}/{shard.file.name}: {size} of {shard.file.size} bytes came; "
            "type the same command again to go on from there"
        )
    os.utime(part, (shard.file.mtime, shard.file.mtime))
    part.rename(folder / shard.file.name)
