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
root openrlhf-nodes-colocated
  shows   num_nodes and num_gpus_per_node must be the same when colocate {who:[\w, ]+} model
  cause   {who} are to share GPUs, and were given different numbers of nodes or GPUs
  fix     --ref_num_nodes and --ref_num_gpus_per_node as the actor's, --reward_num_nodes and
          --reward_num_gpus_per_node as the critic's; or leave the option that colocates them out
root openrlhf-engines-of-actor
  says    "AssertionError"
  near    assert actor_world_size % args\.vllm_num_engines == 0
  cause   the actor's ranks cannot be shared evenly by the vLLM engines
  fix     --vllm_num_engines that divides --actor_num_nodes × --actor_num_gpus_per_node
root openrlhf-ring-without-packing
  says    packing_samples must be enabled when using ring attention
  cause   ring attention (--ring_attn_size) works on packed samples alone
  fix     --packing_samples as well, or --ring_attn_size 1
root openrlhf-refused
  says    "AssertionError: "
  says    "ValueError: "
  near    openrlhf/(?:[\w.-]+/)*[\w/]+\.py", line \d+, in [\w<>]+\n
          +(?:raise|assert) .*\n(?:    .*\n|
          [ ~^]+\n){0,4}(?:AssertionError|ValueError): (?P<what>.+)
  unless  in (?:forward|backward|training_step)\n
  cause   OpenRLHF does not accept what was asked for: {what}
  fix     change the option that it names; `pip show openrlhf` and the examples of that release
"""
)
