"""What MosaicML's streaming says of the shared memory that the ranks of a node use together."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
CLEAN_FIX = end processes of earlier runs, then `rm -f /dev/shm/0000*` on every node, or call
   streaming.base.util.clean_stale_shared_memory() once before the first data set
root streaming-stale-memory
  says    FileExistsError: [Errno 17] File exists: '/
  says    Permission denied: '/
  pattern (?:FileExistsError: \[Errno 17\] File exists|Permission denied):
          '(?P<name>/\d{6}_[a-z_]+)'
  near    streaming|posixshmem|shared_memory
  cause   an earlier run, perhaps of another user, left {name} in /dev/shm, or a second run uses the
          same data on this node
  fix     {CLEAN_FIX}
  checks  limits.shm-is-writable
root streaming-local-reused
  says    "Reused local directory: "
  cause   two data sets of this node use one local folder, or an earlier run left its mark in
          /dev/shm
  fix     a `local` of its own for training and evaluation; {CLEAN_FIX}
  checks  limits.shm-is-writable
"""
)
