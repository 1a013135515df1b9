"""What DeepSpeed says of its hostfile, and of --include and --exclude."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root hostfile-bad-entry
  shows   Hostfile contains a bad entry: {line:.+?}, unable to proceed
  cause   DeepSpeed cannot read the line `{line}`; it accepts only `NAME slots=NUMBER`, in lower
          case, without spaces around = and without placeholders
  fix     write the line as `node1 slots=8`; `python -m launcher hostfile` prints a whole hostfile
root hostfile-duplicate
  shows   Hostfile contains multiple entries for {node:\S+?},
  cause   {node} has two lines in the hostfile
  fix     merge them into one line with the sum of their slots
  checks  names.machines-are-distinct
root hostfile-empty
  says    Hostfile is empty or not formatted correctly
  cause   no line of the hostfile names a node
  fix     write one line for each node: `node1 slots=8`
root hostfile-run-as-script
  says    "SyntaxError: "
  near    File "(?P<file>[^"]+)", line \d+\n *\S+ +slots ?= ?\d+.*\n(?:[ ^~]+\n)?SyntaxError
  cause   {file} was run as the training script: --hostfile did not take it (an empty value, or a
          space or line break too many), so it became the first positional argument
  fix     --hostfile={file} without a space, before the script's name; no blank behind a backslash
          that ends a line
silent hostfile-missing-runs-local, survivable
  says    Unable to find hostfile, will proceed with training with local resources only
  cause   DeepSpeed found no hostfile at the given path, so only this machine trained; accelerate
          over pdsh does the same without deepspeed_hostfile
  fix     if several machines were meant, correct the path of --hostfile, or set deepspeed_hostfile
          in accelerate's config
  checks  accelerate.hostfile-is-there
root hostfile-filter-unknown
  says    ' not found in hostfile
  says    ' specified on host '
  pattern ValueError: (?:Hostname '(?P<host>[^']+)' not found in hostfile|No slot '(?P<slot>\d+)'
          specified on host '(?P<node>[^']+)')
  cause   --include or --exclude names a node or slot that is not in the hostfile; there, @
          separates nodes and : precedes slots, so user@host and IPv6 addresses are impossible
  fix     use the names in the hostfile, an ssh alias instead of user@host, and slots separated by
          commas
root num-nodes-no-hostfile
  says    Num nodes is >1 but no extra nodes available via hostfile
  cause   --num_nodes asks for more than this machine, but there is no hostfile
  fix     pass --hostfile
root hostfile-expands-rank-mismatch
  says    local_node = node_list[args.node_rank]
  says    list index out of range
  near    local_node = node_list\[args\.node_rank\]
  cause   a line of the hostfile, such as node[0-1] or n1,n2, is one node to DeepSpeed and several
          to pdsh: the node ranks are shifted
  fix     write one plain name in each line
"""
)
