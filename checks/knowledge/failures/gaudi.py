"""What Intel's Gaudi says through torch."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root gaudi-graph-refused
  says    "synStatus "
  says    synStatus=
  pattern (?:RuntimeError: |HABANA_LOGS/ ).*synStatus[= ](?P<status>(?!8\b|31\b)\d+)
          \[(?P<why>[^\]]+)\]
  cause   Gaudi's compiler or driver refused a part of the program (synStatus {status}: {why});
          where only nodes other than the head show it, they lack the head's variables for Gaudi's
          network
  fix     the same SynapseAI, driver (`hl-smi`) and optimum-habana on all nodes; variables of HCCL
          and PT_HPU in [env] or .deepspeed_env; ~/.habana_logs names the operation
  checks  software.variables-are-equal, software.versions-are-equal
root gaudi-no-device
  says    Device acquire failed
  says    [Device not found]
  pattern RuntimeError: .*(?:Device acquire failed|\[Device not found\])
  cause   no Gaudi card was free or to be seen for this rank: another process (an earlier run,
          another job of this node) holds it, the container was given fewer, or the node starts more
          ranks than it has cards
  fix     `hl-smi` on that node shows the cards and who holds them: end that;
          HABANA_VISIBLE_DEVICES=all and --runtime=habana for the container; as many ranks a node as
          cards
  checks  gpu.slots-have-gpus
root gaudi-out-of-memory
  says    "MODULE:PT_DEVMEM Allocation failed for size::"
  pattern MODULE:PT_DEVMEM Allocation failed for size::\d+ \((?P<size>\d+)\)MB
  cause   a Gaudi card's memory is full, {size} MB more were asked for: the model or batch is too
          large for it, or another process holds memory
  fix     `hl-smi` for other processes; else a smaller micro batch or sequence, a higher ZeRO stage
          or tensor-parallel size, checkpointing of activations
root gaudi-workspace-memory
  shows   workspace Allocation of size ::{size:\d+} failed
  cause   a Gaudi card's memory has no room for the compiled graph's workspace ({size} bytes): the
          batch or the sequence is too large, or another process holds memory
  fix     a smaller micro batch or sequence, checkpointing of activations, a higher ZeRO stage;
          `hl-smi` for other processes
root gaudi-device-failed
  says    Synapse detected a device critical error that requires a restart
  says    "synStatus 31 [Synapse is being terminated due to fatality]"
  cause   a Gaudi card reported a critical error, on which its driver ends every process that uses
          it: a fault of the hardware, of its links or firmware; what ranks print after it follows
  fix     `sudo dmesg | grep -i habana` and `hl-smi -q` on that node name the card and the event;
          reset it (`hl-smi -r -i PCI_ADDRESS`, else reboot), and start from the last checkpoint
          without that node; driver and firmware of one SynapseAI release
"""
)
