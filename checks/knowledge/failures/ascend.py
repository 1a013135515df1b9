"""What Huawei's Ascend NPUs say: CANN's error codes, and HCCL, their NCCL."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

"""How torch_npu begins the message whose later lines hold the code."""

_HCCL_RESULTS = {
    "1": "a wrong parameter",
    "2": "a null pointer",
    "3": "no memory",
    "4": "internal error",
    "5": "not supported",
    "6": "not found",
    "7": "not available",
    "8": "a system call failed",
    "9": "timed out",
    "11": "a TCP connection failed",
    "12": "a RoCE connection failed",
    "13": "a TCP transfer failed",
    "14": "a RoCE transfer failed",
    "15": "the runtime failed",
    "16": "the driver failed",
    "19": "the network failed",
    "21": "another rank failed",
}
"""What numbers HCCL gives the results of its calls, by hccl_types.h."""

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
  near    (?P<said>EJ0001.*Failed to initialize the HCCP process.*)
  cause   HCCL's process cannot start on this NPU: one of an earlier run still holds it ({said})
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
root npu-memory-full
  says    EL0004
  says    "NPU error, error code is 207001"
  says    "[driver interface] halMemAlloc failed"
  says    Resource_Error_Insufficient_Device_Memory
  pattern EL0004\b.*Failed to allocate memory|NPU error, error code is 207001|
          \[driver interface\] halMemAlloc failed|Resource_Error_Insufficient_Device_Memory
  cause   an NPU's memory is full: the model or batch is too large for it, several ranks share it,
          or an earlier run still holds memory
  fix     `npu-smi info` shows processes of earlier runs; else a smaller micro batch, a higher ZeRO
          stage, or checkpointing of activations; HCCL_BUFFSIZE (MB) in [env] where HCCL asked for
          it
root npu-address-beyond
  says    "errorStr: The DDR address of the MTE instruction is out of range"
  cause   an operation on the NPU read or wrote beyond a tensor: an index, a label or a token id
          that is larger than its table, or wrong lengths given to an attention kernel
  fix     ASCEND_LAUNCH_BLOCKING=1 in [env] shows the operation; check ids against the embedding's
          size before it (resize_token_embeddings); cu_seqlens where samples are packed
symptom npu-core-exception
  says    The aicore execution is abnormal
  says    "[vector core exception]"
  says    "[aicore exception]"
  says    "[aicpu exception]"
  cause   an operation on the NPU ended with an exception of its core; the lines with EZ9999 say
          which (errorStr)
  fix     read errorStr there; ASCEND_LAUNCH_BLOCKING=1 in [env] shows the operation; plog in
          ~/ascend/log; torch_npu, CANN and driver of releases that fit one another
root hccl-arguments-differ
  says    The arguments for collective communication are inconsistent between ranks
  says    HCCL error in: torch_npu
  says    OPS function error: Hccl
  says    "NPU function error: "
  near    The arguments for collective communication are inconsistent between ranks: .*parameter
          \[(?P<what>[^\]]+)\], local \[(?P<local>[^\]]+)\], remote \[(?P<remote>[^\]]+)\]
  cause   ranks called a collective with different arguments ({what}: {local} here, {remote} there):
          parameters, batches or branches differ from rank to rank, or a rank is a call behind
  fix     the same model, data columns and settings on every rank; the same steps on every rank
          (drop_last, no branch that depends on the rank); compare the frame of this call on both
root hccl-ranktable-invalid
  says    The ranktable is invalid,
  says    HCCL error in: torch_npu
  says    OPS function error: Hccl
  says    "NPU function error: "
  near    The ranktable is invalid, ?Reason: ?\[?(?P<why>[^\]\[]+)
  cause   the rank table (RANK_TABLE_FILE) does not fit this node's NPUs: {why}
  fix     a table with each device once, its own device_ip (`hccn_tool -i 0 -ip -g`) and rank_id
          from 0 on; torchrun and DeepSpeed need none: unset RANK_TABLE_FILE
  checks  software.variables-are-equal
root hccl-port-taken
  shows   listen on ip[{address:[^\]]+}] and specific port[{port:\d+}] fail
  cause   another process already listens on port {port} of {address}: an earlier run, or several
          processes share one NPU
  fix     `npu-smi info` shows the processes: end the earlier run; where several are to share an
          NPU, HCCL_NPU_SOCKET_PORT_RANGE=auto and HCCL_HOST_SOCKET_PORT_RANGE=auto in [env]
root npu-device-not-started
  says    tsd client wait response fail
  says    "TsdOpen failed"
  cause   the NPU's own service did not start for this rank: the device is in a bad state, its
          driver or firmware does not fit CANN, or the container lacks what the driver needs
  fix     `npu-smi info` (health, processes) on the host and in the container; driver and firmware
          of releases that fit CANN; mount /usr/local/Ascend/driver, /dev/davinci_manager,
          /dev/devmm_svm and /dev/hisi_hdc; reset the device: `npu-smi set -t reset -i 0 -c 0`
symptom hccl-call-failed
  says    "HCCL function error: "
  pattern HCCL function error: (?P<call>\w+)\(.*, error code is (?P<number>\d+)
  cause   a call of HCCL failed on this rank ({call}, {number}); the line with EI or EJ near it, or
          the device's plog, names the reason: most often another rank that failed or never came, or
          nodes that do not reach each other's NPUs
  fix     read what the other ranks printed before; `ls -t ~/ascend/log/debug/plog | head` on that
          node; HCCL_IF_IP or HCCL_SOCKET_IFNAME with the interface between the nodes, `hccn_tool -i
          0 -net_health -g` for the NPUs' own network, and the same CANN, driver and firmware on all
  checks  collective.ranks-meet, software.versions-are-equal
root npu-device-id
  says    "NPU function error: "
  says    Invalid device ID
  pattern NPU function error: .*(?:SetDevice|aclrtSetDevice)\(.*\), error code is 107001
  cause   this rank asked for an NPU that its process does not see: ASCEND_RT_VISIBLE_DEVICES (set
          by Ray or a script) shows fewer, or more ranks were started than the node has NPUs
  fix     `npu-smi info` and `echo $ASCEND_RT_VISIBLE_DEVICES` where the rank runs; with one visible
          device use npu:0; let either Ray or the program set it
          (RAY_EXPERIMENTAL_NOSET_ASCEND_RT_VISIBLE_DEVICES=1), as many ranks as NPUs
  checks  gpu.slots-have-gpus
""",
    meanings={"hccl-call-failed": _HCCL_RESULTS},
)
