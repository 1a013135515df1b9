"""Where sharded tensors (DTensor) meet plain ones: in an engine's weights, a state dict, an update.

What torch says is one sentence for all of them (torch/distributed/tensor/_dispatch.py); the calls
that lead there tell them apart.
"""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
MIXED = got mixed torch.Tensor and DTensor, need to convert all torch.Tensor to DTensor before
          calling distributed operators
root dtensor-weights-into-engine
  says    {MIXED}
  near    , in (?:\w*weight_loader\w*|load_(?:dtensor_)?weights|
          update_(?:named_)?(?:param|weight)\w*|_?sync_\w*(?:weight|param|vllm)\w*|_?move_model_to_vllm)\b
  cause   the trainer's weights are sharded (DTensor) as they are copied into the inference engine's
          plain tensors: its weight loader was handed a rank's part and not the gathered weight, as
          where torch, vLLM (or SGLang) and the recipe are of releases that do not belong together
  fix     gather each weight before it is handed over, on all ranks alike (weight.full_tensor()); or
          the torch and the vLLM that the recipe's release pins
  checks  software.versions-are-equal
root dtensor-state-dict-into-model
  says    {MIXED}
  near    While copying the parameter named|, in (?:_?load_state_dict|_load_from_state_dict)\b
  cause   a whole state dict is loaded into a model whose weights are sharded already (or the other
          way round) by load_state_dict, which does not share it out
  fix     torch.distributed.checkpoint.state_dict.set_model_state_dict(model, state,
          options=StateDictOptions(full_state_dict=True, broadcast_from_rank0=True)), or load before
          fully_shard
root dtensor-optimizer-of-both
  says    {MIXED}
  near    torch/optim/\w+\.py"|, in (?:_multi_tensor_\w+|_fused_\w+|_single_tensor_\w+)$
  cause   the optimizer updates sharded and plain tensors in one operation: some parameters were
          left out of sharding (an embedding, a head, an adapter), or its state was loaded as plain
          tensors
  fix     shard the outermost module too (fully_shard(model)), so that no parameter is left; a group
          of its own for the plain ones, with foreach=False and fused=False; load its state by
          set_optimizer_state_dict
root dtensor-clip-of-both
  says    {MIXED}
  near    , in (?:clip_grad_norm_?|_?get_total_norm|_clip_grads_with_norm_?|clip_grads\w*)$
  cause   gradients of sharded and of plain parameters are clipped by one norm: some parameters were
          left out of sharding, or lie on another mesh (tensor or expert parallelism)
  fix     shard the outermost module too, or one norm for each kind, joined by
          torch.nn.utils.get_total_norm of their full_tensor(); accelerator.clip_grad_norm_ where
          accelerate sharded the model
"""
)
