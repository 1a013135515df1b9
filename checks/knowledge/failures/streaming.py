"""What MosaicML's streaming says of the shared memory that the ranks of a node use together."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root datasets-stream-lost
  says    "ConnectionError: Server Disconnected"
  near    read_with_retries|streaming_download_manager\.py|file_utils\.py
  cause   the data was streamed, and its server was lost until no retry was left (where a gaierror
          stands above: the name server did not answer)
  fix     go on from the last checkpoint, with a local copy of the data, or more retries
          (datasets.config.STREAMING_READ_MAX_RETRIES); `getent hosts huggingface.co` on that node
CLEAN_FIX = end processes of earlier runs, then `rm -f /dev/shm/0000*` on every node, or call
   streaming.base.util.clean_stale_shared_memory() once before the first data set
NO_LOCAL_SIZE = LOCAL_WORLD_SIZE=(?:<unset>|None|$)|\[launch\.py:\d+:|deepspeed/launcher/launch
root streaming-stale-memory
  says    FileExistsError: [Errno 17] File exists: '/
  says    Permission denied: '/
  pattern (?:FileExistsError: \[Errno 17\] File exists|Permission denied):
          '(?P<name>/\d{6}_[a-z_]+)'
  near    streaming|posixshmem|shared_memory
  unless  File exists[\s\S]*(?:{NO_LOCAL_SIZE})|(?:{NO_LOCAL_SIZE})[\s\S]*File exists
  cause   an earlier run, perhaps of another user, left {name} in /dev/shm, or a second run uses the
          same data on this node
  fix     {CLEAN_FIX}
  checks  limits.shm-is-writable
root streaming-each-rank-leads
  says    FileExistsError: [Errno 17] File exists: '/
  pattern FileExistsError: \[Errno 17\] File exists: '(?P<name>/\d{6}_[a-z_]+)'
  near    {NO_LOCAL_SIZE}
  cause   two ranks of a node both made {name} in /dev/shm: streaming takes each for the first of
          its node where LOCAL_WORLD_SIZE is not set, which deepspeed's launcher does not do
  fix     start with torchrun or composer, or set LOCAL_WORLD_SIZE to the ranks of a node before the
          first data set (deepspeed sets LOCAL_SIZE); where it is set: {CLEAN_FIX}
  checks  limits.shm-is-writable
root streaming-local-reused
  says    "Reused local directory: "
  cause   two data sets of this node use one local folder, or an earlier run left its mark in
          /dev/shm
  fix     a `local` of its own for training and evaluation; {CLEAN_FIX}
  checks  limits.shm-is-writable
root webdataset-shard-cut-off
  shows   ("{why:unexpected end of data|invalid header|bad checksum|truncated header}", <class
          'tarfile.ReadError'>, '{path:[^']+}')
  cause   {path} of the data is not a whole tar file ({why}): its download or copy was cut off, or
          it is still being written
  fix     `tar tf {path} > /dev/null` on that node; fetch it again, or leave it out
          (handler=wds.warn_and_continue goes on past it)
  checks  files.needed-data-is-whole
"""
)
