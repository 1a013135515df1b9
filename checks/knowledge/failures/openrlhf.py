"""What OpenRLHF refuses at a start."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root openrlhf-colocated-sizes
  shows   must be equal to vllm_num_engines * vllm_tensor_parallel_size, got {actor:\d+} and
          {engines:\d+}
  cause   actor and vLLM share GPUs, and have {actor} and {engines} of them
  fix     --vllm_num_engines × --vllm_tensor_parallel_size equal to the actor's nodes × GPUs per
          node
root openrlhf-no-updates
  says    Check that your dataset is not smaller than train_batch_size
  cause   the data have fewer rows than one train_batch_size
  fix     a smaller --train_batch_size, or more data
"""
)
