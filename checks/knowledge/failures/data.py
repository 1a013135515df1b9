"""What a rank does not find to read: data, models, the Hub."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root data-path-missing
  says    FileNotFoundError
  says    [Errno 2] No such file or directory: '
  pattern \[Errno 2\] No such file or directory: '|FileNotFoundError.*?(?:'[^']*[/.][^']*'|
          [^\w/](?:\.{0,2}|\w+)/[\w./-]+)
  cause   a file or directory is not on this node: misspelt, only on the head, or made by rank 0 on
          a file system that is not shared
  fix     copy it to every node at the same path, and list it under `exist` in launch.toml
  checks  files.paths-in-the-command-are-there, files.shared-folders-are-shared-everywhere,
          files.needed-files-exist, files.same-files-are-equal
root hf-offline
  shows   We couldn't connect to '{url:https?://[^']+}' to load
  cause   the model is not in this node's cache, and the node cannot reach {url}; deepspeed does not
          pass on HF_HOME, HF_TOKEN, HF_HUB_OFFLINE and proxies
  fix     download the model to a shared HF_HOME before the start, and set these variables in
          .deepspeed_env or [env]
  checks  files.needed-data-is-whole, files.needed-files-exist
root hf-gated
  says    Cannot access gated repo for url
  says    GatedRepoError
  cause   the model needs a token, and the rank has none or one without access
  fix     accept its licence on the Hub, and set HF_TOKEN in [env]
"""
)
