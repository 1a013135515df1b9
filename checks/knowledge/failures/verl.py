"""What verl says of its configuration and batches."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "verl-batch-divisible",
        (
            "is not divisible by dp size",
            "must be divisible by minimal possible batch size",
            "only support equal chunk. Got size of DataProto",
        ),
        r"(?:Global batch size (?P<batch>\d+) is not divisible by dp size (?P<size>\d+)|"
        r"real_train_batch_size \((?P<batch2>\d+)\) must be divisible by minimal possible batch "
        r"size \((?P<size2>\d+)\)|only support equal chunk\. Got size of DataProto "
        r"(?P<batch3>\d+) and chunk (?P<size3>\d+))",
        cause="a batch cannot be shared evenly among the ranks; perhaps another number of GPUs "
        "than planned",
        fix="data.train_batch_size × rollout.n must be a multiple of nnodes × n_gpus_per_node "
        "(and of the mini and micro batches)",
        checks=("deepspeed.batch-sizes-agree",),
    ),
    root(
        "verl-micro-batch-unset",
        "Please set at least one of '",
        r"\[(?P<name>[\w.]+)\] Please set at least one of '(?P<one>[^']+)' or '(?P<other>[^']+)'",
        cause="verl's config gives no micro batch for {name}",
        fix="set {name}.{other}",
    ),
    root(
        "verl-not-enough-gpus",
        "is less than total desired GPUs",
        r"Total available GPUs (?P<have>[\d.]+) is less than total desired GPUs (?P<want>\d+)",
        cause="Ray's cluster has {have} GPUs, and the run wants {want}: a node did not join, or "
        "its GPUs are hidden or taken",
        fix="`ray status` on the head; start Ray on every node before the run; trainer.nnodes and "
        "n_gpus_per_node as they are",
        checks=("gpu.slots-have-gpus",),
    ),
    root(
        "verl-resources-pending",
        "cannot be satisfied in this ray cluster",
        r"Resource pool (?P<name>\S+): (?P<want>\d+).*cannot be satisfied in this ray cluster",
        cause="Ray's cluster cannot give the GPUs of {name} as they are asked for, so many on "
        "each node",
        fix="trainer.n_gpus_per_node at most what each node has; `ray status` on the head",
        checks=("gpu.slots-have-gpus",),
    ),
    root(
        "verl-empty-loader",
        (
            "Train dataloader is empty!",
            "Validation dataloader is empty!",
        ),
        cause="the data file has fewer rows than one batch, or all were filtered for their length",
        fix="data.train_batch_size below the number of rows; data.max_prompt_length, "
        "data.filter_overlong_prompts",
        checks=("files.needed-data-is-whole",),
    ),
)
