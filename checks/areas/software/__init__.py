"""DeepSpeed starts the launching node's interpreter path on every node and compares nothing.

Another torch or NCCL on one node shows as a hang at the first collective, a missing package as a
rank that died on a node whose log nobody reads. Versions come from package metadata; torch is not
imported.

## Not checked

- `PYTHONSTARTUP`, which only terminals use, `PYTHONOPTIMIZE` and the umask: they change nothing
  that ranks share.
"""
