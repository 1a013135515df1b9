"""What Intel's Gaudi says through torch."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root gaudi-graph-refused
  says    "synStatus "
  says    synStatus=
  pattern RuntimeError: .*synStatus[= ](?P<status>\d+) \[(?P<why>[^\]]+)\]
  cause   Gaudi's compiler or driver refused a part of the program (synStatus {status}: {why});
          where only nodes other than the head show it, they lack the head's variables for Gaudi's
          network
  fix     the same SynapseAI, driver (`hl-smi`) and optimum-habana on all nodes; variables of HCCL
          and PT_HPU in [env] or .deepspeed_env; ~/.habana_logs names the operation
  checks  software.variables-are-equal, software.versions-are-equal
"""
)
