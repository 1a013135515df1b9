"""What servers and daemons say to a node whose clock is wrong."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root storage-clock-skewed
  says    RequestTimeTooSkewed
  says    Signature expired:
  says    Signature not yet current:
  says    certificate is not yet valid
  cause   the clock of this node is wrong: the server refuses what is signed or certified at another
          time
  fix     `timedatectl` and `chronyc tracking` on that node; start chrony, and let it step the clock
          (`chronyc makestep`)
  checks  time.clock-is-synchronised, time.clocks-agree
root munge-clock-differs
  says    Expired credential
  says    Rewound credential
  pattern munge: (?:Error|error): .*\b(?P<how>Expired|Rewound) credential
  cause   munge refuses the message of another node, as the clocks of the two are minutes apart
          ({how})
  fix     `date` on both; start chrony on all nodes and let it step the clock (`chronyc makestep`)
  checks  time.clock-is-synchronised, time.clocks-agree
"""
)
