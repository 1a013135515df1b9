"""What Huawei's Ascend NPUs say: CANN's error codes, and HCCL, their NCCL."""

from __future__ import annotations

from functools import partial

from checks.knowledge.failures.known import root, symptom

HCCL_ERRORS = (
    "HCCL error in: torch_npu",
    "OPS function error: Hccl",
    "NPU function error: ",
)
"""How torch_npu begins the message whose later lines hold the code."""
LATE_RANK_FIX = (
    "read the output of the other ranks first; where none failed, find the one that is late "
    "(`py-spy dump`) and raise {variable} in [env]"
)
late = partial(symptom, checks=("collective.ranks-meet",))

FAILURES = (
    late(
        "hccl-socket-timeout",
        ("Getting socket times out", *HCCL_ERRORS),
        near=r"EI0006.*Getting socket times out",
        cause="a rank waited in vain for another one to connect (HCCL, EI0006): it failed, hangs "
        "or comes late, or the devices' network does not reach it",
        fix=LATE_RANK_FIX.format(variable="HCCL_CONNECT_TIMEOUT")
        + "; `hccn_tool -i 0 -net_health -g` tests the devices' network",
    ),
    late(
        "hccl-notify-timeout",
        ("The wait execution of the Notify register times out", *HCCL_ERRORS),
        near=r"EI0002.*Notify register times out",
        cause="a rank waited in vain within a collective (HCCL, EI0002): another one failed, hangs "
        "or calls another collective",
        fix=LATE_RANK_FIX.format(variable="HCCL_EXEC_TIMEOUT"),
    ),
    late(
        "npu-stream-timeout",
        ("Stream synchronize timeout", *HCCL_ERRORS),
        near=r"EE1002.*Stream synchronize timeout",
        cause="work on the NPU did not end in time (EE1002), most often a collective whose other "
        "ranks failed, hang or come late",
        fix=LATE_RANK_FIX.format(variable="HCCL_EXEC_TIMEOUT"),
    ),
    root(
        "hccp-busy",
        ("Failed to initialize the HCCP process", *HCCL_ERRORS),
        near=r"EJ0001.*Failed to initialize the HCCP process",
        cause="HCCL's process cannot start on this NPU: one of an earlier run still holds it",
        fix="`npu-smi info` shows its processes; end them, wait ten seconds, start again",
        checks=("gpu.gpus-are-idle",),
    ),
    root(
        "npu-oom",
        "NPU out of memory. Tried to allocate",
        r"NPU out of memory\. Tried to allocate (?P<size>[\d.]+ \w+)",
        cause="an NPU's memory is full, {size} more were asked for: the batch or the model is too "
        "large for it, or an earlier run still holds memory",
        fix="`npu-smi info` shows processes of earlier runs; else a smaller micro batch, a higher "
        "ZeRO stage, or checkpointing of activations",
    ),
)
