"""What Huawei's Ascend NPUs say: CANN's error codes, and HCCL, their NCCL."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

"""How torch_npu begins the message whose later lines hold the code."""

FAILURES = read_entries(
    r"""
symptom hccl-socket-timeout
  says    Getting socket times out
  says    HCCL error in: torch_npu
  says    OPS function error: Hccl
  says    "NPU function error: "
  near    EI0006.*Getting socket times out
  cause   a rank waited in vain for another one to connect (HCCL, EI0006): it failed, hangs or comes
          late, or the devices' network does not reach it
  fix     read the output of the other ranks first; where none failed, find the one that is late
          (`py-spy dump`) and raise HCCL_CONNECT_TIMEOUT in [env]; `hccn_tool -i 0 -net_health -g`
          tests the devices' network, and `hccn_tool -i 0 -tls -g` whether TLS is on or off alike
          on all devices (`-tls -s enable 0` turns it off)
  checks  collective.ranks-meet
symptom hccl-notify-timeout
  says    The wait execution of the Notify register times out
  says    HCCL error in: torch_npu
  says    OPS function error: Hccl
  says    "NPU function error: "
  near    EI0002.*Notify register times out
  cause   a rank waited in vain within a collective (HCCL, EI0002): another one failed, hangs or
          calls another collective
  fix     read the output of the other ranks first; where none failed, find the one that is late
          (`py-spy dump`) and raise HCCL_EXEC_TIMEOUT in [env]
  checks  collective.ranks-meet
symptom npu-stream-timeout
  says    Stream synchronize timeout
  says    HCCL error in: torch_npu
  says    OPS function error: Hccl
  says    "NPU function error: "
  near    EE1002.*Stream synchronize timeout
  cause   work on the NPU did not end in time (EE1002), most often a collective whose other ranks
          failed, hang or come late
  fix     read the output of the other ranks first; where none failed, find the one that is late
          (`py-spy dump`) and raise HCCL_EXEC_TIMEOUT in [env]
  checks  collective.ranks-meet
root hccp-busy
  says    Failed to initialize the HCCP process
  says    HCCL error in: torch_npu
  says    OPS function error: Hccl
  says    "NPU function error: "
  near    EJ0001.*Failed to initialize the HCCP process
  cause   HCCL's process cannot start on this NPU: one of an earlier run still holds it
  fix     `npu-smi info` shows its processes; end them, wait ten seconds, start again
  checks  gpu.gpus-are-idle
root npu-oom
  shows   NPU out of memory. Tried to allocate {size:[\d.]+ \w+}
  cause   an NPU's memory is full, {size} more were asked for: the batch or the model is too large
          for it, or an earlier run still holds memory
  fix     `npu-smi info` shows processes of earlier runs; else a smaller micro batch, a higher ZeRO
          stage, or checkpointing of activations
symptom npu-inner-error
  says    The Inner error is reported as above. The process exits for this inner error
  cause   an operation on the NPU failed; the lines with EI, EE, EZ or EJ codes above say why
  fix     read the first [ERROR] line with a code above; ASCEND_LAUNCH_BLOCKING=1 in [env] shows the
          operation; plog in ~/ascend/log
root npu-device-beyond
  says    valid device range is [0,
  pattern set (?:drv )?device=(?P<device>\d+), valid device range is \[0, (?P<count>\d+)\)
  cause   this process takes NPU {device}, and it sees {count}: the container, or
          ASCEND_RT_VISIBLE_DEVICES, shows fewer than the ranks that were started on this node, or
          the driver answers for none
  fix     `npu-smi info` and `ls /dev/davinci*` where the rank runs; as many ranks a node as NPUs
          (--nproc_per_node); `docker run --device /dev/davinci0 …` for each
  checks  gpu.slots-have-gpus
"""
)
