"""Ranks meet on the head's master port, then open many more connections between all nodes.

A firewall that lets ssh through and nothing else is the usual reason for a start that hangs. All
ports are tried with real listeners and real connections, on the address that training will use, by
all nodes at once. A listener proves its identity to the caller. What failed is tried a second time,
with a longer time-out, when the network is quiet. Packet filters are read on both nodes to name the
rule. Where no rule on either node explains a failure, the message says so: the cause is then a
cloud security group or a switch between them. Where many pairs fail, the summary names the node
that they have in common.

## Not checked

- `net.core.somaxconn` against the number of ranks: a queue that overflows delays a rank by the
  second after which it calls again, and stops none.
- Whether nodes have the same ephemeral range: each node's own range is tried.
"""

from checks.areas.ports.failed_calls import CALL_CAUSES

CAUSES = CALL_CAUSES
