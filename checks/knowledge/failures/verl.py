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
        ("Train dataloader is empty!", "Validation dataloader is empty!"),
        cause="the data file has fewer rows than one batch, or all were filtered for their length",
        fix="data.train_batch_size below the number of rows; data.max_prompt_length, "
        "data.filter_overlong_prompts",
        checks=("files.needed-data-is-whole",),
    ),
    root(
        "verl-rollout-parallel",
        "rollout world_size: ",
        r"rollout world_size: (?P<world>\d+) is not divisible by (?:infer_tp|infer_world_size): "
        r"(?P<size>\d+)",
        cause="{world} GPUs of the rollout cannot be grouped by tensor_model_parallel_size "
        "{size}: fewer GPUs than planned, or the nodes are not in one Ray cluster",
        fix="rollout.tensor_model_parallel_size that divides trainer.nnodes × n_gpus_per_node; "
        "`ray status` must show the GPUs of all nodes",
    ),
    root(
        "verl-mini-batch",
        "ppo_mini_batch_size",
        r"ppo_mini_batch_size (?P<size>\d+) should be (?P<how>larger than 0 after|divisible by|"
        r"larger than)",
        cause="ppo_mini_batch_size, shared among the ranks, comes out as {size}, which the micro "
        "batch or the number of ranks does not allow",
        fix="ppo_mini_batch_size × rollout.n ÷ GPUs must be a multiple of "
        "ppo_micro_batch_size_per_gpu",
    ),
    root(
        "verl-model-parallel-gpus",
        ") must be divisible by model_parallel_size (",
        r"n_gpus \((?P<gpus>\d+)\) must be divisible by model_parallel_size \((?P<size>\d+)\)",
        cause="{gpus} GPUs cannot be divided by model parallelism of {size}; perhaps fewer nodes "
        "joined than planned",
        fix="tensor × pipeline × context parallel size that divides nnodes × n_gpus_per_node",
    ),
    root(
        "verl-union-sizes",
        "Two tensor dict must have identical batch size",
        r"Two tensor dict must have identical batch size\. Got (?P<one>torch\.Size\([^)]*\)) and "
        r"(?P<other>torch\.Size\([^)]*\))",
        cause="batches of {one} and {other} should be joined: prompts and their rollout.n answers "
        "do not fit, or recipe and verl are of different releases",
        fix="the recipe of the installed verl's release; rollout.n the same wherever it is set",
        checks=("software.versions-are-equal",),
    ),
    root(
        "verl-ulysses-heads",
        "must be divisible by ulysses",
        r"num_(?:attention_|key_value_)?heads \(?(?P<heads>\d+)\)? must be divisible by ulysses[ "
        r"_]s\w+(?: ?size)? ?\(?(?P<size>\d+)\)?",
        cause="{heads} heads cannot be shared by {size} ranks of sequence parallelism",
        fix="ulysses_sequence_parallel_size that divides the heads",
    ),
    root(
        "verl-prompt-too-long",
        ("is larger than self.max_length=", "is larger than max_length="),
        r"sequence_length=(?P<length>\d+) is larger than (?:self\.)?max_length=(?P<limit>\d+)",
        cause="a sample has {length} tokens, the config allows {limit}, and data.truncation is "
        "error",
        fix="data.truncation: left (right, middle), data.filter_overlong_prompts: true, or a "
        "larger max_prompt_length",
    ),
)
