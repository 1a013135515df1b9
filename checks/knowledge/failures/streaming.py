"""What MosaicML's streaming says of the shared memory that the ranks of a node use together."""

from __future__ import annotations

from checks.knowledge.failures.known import root

CLEAN_FIX = (
    "end processes of earlier runs, then `rm -f /dev/shm/0000*` on every node, or call "
    "streaming.base.util.clean_stale_shared_memory() once before the first data set"
)

FAILURES = (
    root(
        "streaming-stale-memory",
        ("FileExistsError: [Errno 17] File exists: '/", "Permission denied: '/"),
        r"(?:FileExistsError: \[Errno 17\] File exists|Permission denied): "
        r"'(?P<name>/\d{6}_[a-z_]+)'",
        near=r"streaming|posixshmem|shared_memory",
        cause="an earlier run, perhaps of another user, left {name} in /dev/shm, or a second run "
        "uses the same data on this node",
        fix=CLEAN_FIX,
        checks=("limits.shm-is-writable",),
    ),
    root(
        "streaming-local-reused",
        "Reused local directory: ",
        cause="two data sets of this node use one local folder, or an earlier run left its mark in "
        "/dev/shm",
        fix="a `local` of its own for training and evaluation; " + CLEAN_FIX,
        checks=("limits.shm-is-writable",),
    ),
)
