"""What Megatron-LM and its relatives (NeMo, Megatron-Bridge, slime) say of their checkpoints."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "megatron-shards-overlap",
        "Invalid access pattern for ShardedTensor",
        r"Invalid access pattern for ShardedTensor\(key='(?P<name>[^']+)'",
        cause="the ranks' parts of {name} do not make up the whole tensor once: the model is built "
        "with other parallel sizes or layers than its code describes for checkpoints, or the "
        "ranks do not agree on them",
        fix="the same tensor, pipeline and expert parallel sizes on every rank, and those of the "
        "checkpoint where it was not saved in the distributed format; for a layer of your own "
        "correct its sharded_state_dict (replica_id)",
        checks=("deepspeed.arguments-agree",),
    ),
    root(
        "megatron-checkpoint-other-arguments",
        "value from checkpoint (",
        r"(?P<name>\w+) value from checkpoint \((?P<saved>[^)]*)\) is not equal to the input "
        r"argument value \((?P<given>[^)]*)\)",
        cause="the checkpoint was saved with {name}={saved}, and this run has {given}",
        fix="start with {saved}, or --use-checkpoint-args; convert the checkpoint where a parallel "
        "size is to change (tools/checkpoint/convert.py)",
        checks=("files.checkpoints-can-be-resumed",),
    ),
    root(
        "transformer-engine-no-fused-attention",
        "cuDNN Error: No valid engine configs for",
        cause="cuDNN has no kernel for this attention: heads whose sizes differ between keys and "
        "values, a mask or a GPU that this cuDNN does not support",
        fix="NVTE_FUSED_ATTN=0 and NVTE_FLASH_ATTN=1 in [env], or a newer cuDNN with a newer "
        "transformer-engine",
        checks=("software.versions-are-equal", "gpu.models-are-equal"),
    ),
)
