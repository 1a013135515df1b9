"""What `colossalai run` says of the nodes that it starts by its own ssh (paramiko)."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
START = "failed to run torchrun .* on (?P<node>\S+), is localhost: \w+, exception: "
root colossalai-login-refused
  says    ", exception: "
  pattern {START}(?P<why>No authentication methods available|Authentication failed)
  cause   {node} accepts no key that colossalai found ({why})
  fix     an ssh key without a passphrase in ~/.ssh of the head, accepted by {node} (`ssh
          -oBatchMode=yes {node} true`), also by the head itself
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root colossalai-key-format
  says    ", exception: "
  pattern {START}(?P<why>not a valid \w+ private key file)
  cause   colossalai's ssh library cannot read the private key of the head ({why})
  fix     a newer paramiko, or the key rewritten: `ssh-keygen -p -m PEM -f ~/.ssh/id_rsa`; or start
          torchrun on each node
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
symptom colossalai-start-failed
  says    ", exception: "
  pattern {START}(?P<why>Encountered a bad command exit code|I/O operation on closed file)
  cause   torchrun ended with an error on {node}
  fix     read what it printed above
root colossalai-sizes-do-not-divide
  says    " is not divisible by tp_size "
  pattern [Ww]orld size (?P<world>\d+) is not divisible by tp_size (?P<tp>\d+) \* pp_size
          (?P<pp>\d+)
  cause   {world} ranks cannot be divided by tensor ({tp}) and pipeline ({pp}) parallel sizes;
          perhaps fewer nodes joined than planned
  fix     sizes whose product divides {world}, or start the missing nodes
"""
)
