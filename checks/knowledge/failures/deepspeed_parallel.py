"""What DeepSpeed says of how a model is divided: pipeline, tensor, sequence and expert parallel."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root ds-moe-zero3
  says    MoE not supported with Stage 3
  says    Native DeepSpeed MoE is not supported with ZeRO Stage 3
  cause   the model has DeepSpeed MoE layers, which ZeRO-3 does not partition
  fix     set "stage": 2 in zero_optimization, or AutoEP's expert_parallel with DeepSpeed 0.19
  checks  deepspeed.values-are-accepted
root ds-moe-groups-unmarked
  says    The model has moe layers, but None of the param groups are marked as MoE
  cause   the optimizer's groups do not separate the experts' parameters
  fix     build them with deepspeed.moe.utils.split_params_into_different_moe_groups_for_optimizer
root ds-tp-data-inconsistent
  says    Data inconsistency within the TP group. Please check the Dataloader
  cause   ranks of one tensor-parallel group received different batches
  fix     give all ranks of a tensor-parallel group the same data: a sampler over the data-parallel
          rank, the same seed, no shuffling by the rank
root ds-pipeline-zero23
  says    ZeRO-2 and ZeRO-3 are incompatible with pipeline parallelism
  cause   the model is a PipelineModule, and the config sets ZeRO-2 or 3
  fix     set "stage": 1 or 0
  checks  deepspeed.values-are-accepted
root ds-pipeline-stages
  shows   num_stages ({stages:\d+}) must divide distributed world size ({world:\d+})
  cause   {stages} pipeline stages cannot be laid over {world} ranks; perhaps fewer nodes joined
          than planned
  fix     choose a number of stages that divides {world}, or start the missing nodes
root ds-pipeline-only-train-batch
  says    Only train_batch() is accessible in pipeline mode
  cause   the script calls forward, backward or step on a pipeline engine
  fix     call engine.train_batch(data_iter) and engine.eval_batch(data_iter) instead
root ds-sp-heads
  says    attention head count
  says    Attention head count
  pattern (?:KV )?[aA]ttention head count (?P<heads>\d+) is not divisible by SP size (?P<size>\d+)
  cause   {heads} attention heads cannot be divided among {size} ranks of sequence parallelism
  fix     choose a sequence_parallel_size that divides the heads (and the KV heads, or is a multiple
          of them)
root ds-sp-seqlen
  shows   batch's seqlen={length:\d+} isn't divisible by sp-size={size:\d+}
  cause   a batch has {length} tokens, which {size} ranks of sequence parallelism cannot share
          evenly
  fix     pad to a multiple: pad_to_multiple_of={size} in the data collator
root ds-sp-position-ids
  says    Ulysses SP requires `position_ids` in every dataloader batch
  says    Ulysses SP requires position_ids in every forward() call
  cause   sequence parallelism needs the position of each token, and the batch has no position_ids
  fix     let the data collator return position_ids (torch.arange over each sample's tokens)
root parallel-sizes-do-not-divide
  says    "is not divisible by "
  pattern world[_ ]?size \(?(?P<world>\d+)\)? is not divisible by (?P<what>[\w ]*(?:parallel|
          sequence|pipeline|tensor|model)\w*.*\d\)*)
  cause   {world} ranks cannot be divided by {what}; perhaps fewer nodes joined than planned
  fix     sizes of parallelism whose product divides {world}, or start the missing nodes
root ds-expert-ranks-do-not-divide
  shows   AssertionError: {world:\d+} is not divisible by {size:\d+}
  near    _create_expert_and_data_parallel|moe/layer\.py
  frame   deepspeed/utils/groups.py
  cause   {world} ranks cannot be divided into groups of ep_size={size}: fewer nodes joined than
          planned, or ep_size is too large
  fix     an ep_size that divides the number of ranks, or start the missing nodes
  checks  collective.groups-meet
root ds-tokens-per-expert
  shows   No. of tokens (batch-size) should be greater than min_capacity
  cause   a batch has fewer tokens than an expert's smallest capacity
  fix     "min_capacity": 0 of the MoE layer, or a larger micro batch
root ds-expert-parallel-experts
  shows   Number of experts ({experts:\d+}) should be divisible by expert parallel size ({size:\d+})
  cause   {experts} experts cannot be divided among {size} ranks of expert parallelism
  fix     an ep_size that divides {experts}
root ds-groups-do-not-divide
  says    " is not divisible by "
  pattern AssertionError: (?P<one>\d+) is not divisible by (?P<other>\d+)$
  near    deepspeed/utils/groups\.py
  cause   the ranks ({one}) cannot be divided into groups of {other} for tensor, expert or sequence
          parallelism; perhaps fewer nodes joined than planned
  fix     an ep_size (tp_size, sp_size) that divides the number of ranks, or start the missing nodes
root ds-data-times-tensor-parallel
  says    must equal world_size (
  pattern data_parallel_size \((?P<dp>\d+)\) \* tensor_model_parallel_size \((?P<tp>\d+)\) must
          equal world_size \((?P<world>\d+)\)
  cause   data parallel {dp} × tensor parallel {tp} are not {world} ranks; perhaps fewer nodes
          joined than planned
  fix     leave the data-parallel size to DeepSpeed, or start {dp} × {tp} ranks
root ds-ulysses-heads
  says    the sequence parallel size (
  pattern (?P<what>Number of (?:key-value )?heads) \((?P<heads>\d+)\) must be (?:divisible by|at
          least) the sequence parallel size \((?P<size>\d+)
  cause   {heads} heads cannot be shared by {size} ranks of sequence parallelism ({what})
  fix     a sequence-parallel size that divides the attention heads and is at most the key-value
          heads
root ds-sequence-parallel-larger-than-world
  says    ) is less than sequence_parallel_size
  pattern world_size \((?P<world>\d+)\) is less than sequence_parallel_size ?\(?(?P<size>\d*)
  cause   sequence parallelism needs more ranks than the {world} that were started; perhaps fewer
          nodes joined than planned
  fix     a smaller sequence_parallel_size, or start the missing nodes
root torchtitan-parallel-dims
  shows   Invalid parallel dims: {dims:.*?} != WORLD_SIZE({world:\d+})
  cause   the product of the degrees of parallelism is not the number of ranks: {dims}, and {world}
          ranks were started
  fix     one degree (data_parallel_shard_degree) as -1, which takes what is left, or degrees whose
          product is the number of ranks; or start the missing nodes
"""
)
