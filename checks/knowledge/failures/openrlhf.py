"""What OpenRLHF refuses at a start."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "openrlhf-colocated-sizes",
        "must be equal to vllm_num_engines * vllm_tensor_parallel_size",
        r"must be equal to vllm_num_engines \* vllm_tensor_parallel_size, got (?P<actor>\d+) and "
        r"(?P<engines>\d+)",
        cause="actor and vLLM share GPUs, and have {actor} and {engines} of them",
        fix="--vllm_num_engines × --vllm_tensor_parallel_size equal to the actor's nodes × GPUs "
        "per node",
    ),
    root(
        "openrlhf-no-updates",
        "Check that your dataset is not smaller than train_batch_size",
        cause="the data have fewer rows than one train_batch_size",
        fix="a smaller --train_batch_size, or more data",
    ),
)
