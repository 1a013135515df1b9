"""What vLLM says where it generates for a training run."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root vllm-free-memory
  says    on startup is less than desired GPU memory utilization
  pattern Free memory on device ?(?P<device>\S*) ?\((?P<free>[\d.]+)/(?P<total>[\d.]+) GiB\) on
          startup is less than desired GPU memory utilization \((?P<want>[\d.]+)
  cause   vLLM wants {want} of the GPU, and {free} of {total} GiB are free: the training (or another
          process) holds the rest
  fix     lower gpu_memory_utilization (vllm_gpu_memory_utilization in TRL), sleep mode where
          training and generation share the GPU, or end the other process
  checks  gpu.gpus-are-idle
root vllm-out-of-memory
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  frame   /vllm/
  cause   vLLM ran out of GPU memory: it takes gpu_memory_utilization of the whole GPU (0.9 where
          nothing is set), and on top of that captures CUDA graphs and shares the GPU with whatever
          else is on it
  fix     lower gpu_memory_utilization (vllm_gpu_memory_utilization in TRL; 0.3 to 0.6 where a
          training shares the GPU), a shorter max_model_len, enforce_eager=True, or more tensor
          parallelism; `nvidia-smi` shows who else holds memory
  checks  gpu.gpus-are-idle
root vllm-expandable-segments
  says    Expandable segments are not compatible with memory pool
  cause   vLLM's sleep mode needs a memory pool of its own, and PYTORCH_CUDA_ALLOC_CONF has
          expandable_segments:True, which excludes it
  fix     leave expandable_segments:True out of PYTORCH_CUDA_ALLOC_CONF (PYTORCH_ALLOC_CONF) for the
          processes of vLLM, or run it without sleep mode
root vllm-no-cache-blocks
  says    No available memory for the cache blocks
  cause   after its weights vLLM has no GPU memory left for the cache
  fix     raise gpu_memory_utilization, a smaller model length (max_model_len), more tensor
          parallelism, or free the GPU
  checks  gpu.gpus-are-idle
root vllm-max-model-len
  says    is larger than the maximum number of tokens that can be stored in KV cache
  says    KV cache is needed, which is larger than the available KV cache memory
  cause   the longest sequence does not fit vLLM's cache on this GPU
  fix     a smaller max_model_len (vllm_max_model_length in TRL), or a higher gpu_memory_utilization
symptom vllm-engine-core-failed
  says    Engine core initialization failed. See root cause above
  says    EngineDeadError
  says    EngineCore encountered an issue
  cause   vLLM's engine process ended; its own error stands above
  fix     read the first error of the lines that begin with (EngineCore
root vllm-heads-tensor-parallel
  shows   Total number of attention heads ({heads:\d+}) must be divisible by tensor parallel size
          ({size:\d+})
  cause   {heads} attention heads cannot be divided among {size} GPUs
  fix     a tensor_parallel_size that divides the heads
root vllm-world-beyond-gpus
  says    " larger than the number of available GPUs ("
  says    " larger than the number of available devices ("
  pattern (?:World size|[Tt]ensor parallel size) \((?P<size>\d+)\) (?:is|cannot be) larger than the
          number of available (?:GPUs|devices) \((?P<gpus>\d+)\)
  cause   vLLM should use {size} GPUs, and this node shows {gpus}
  fix     tensor_parallel_size at most {gpus}; over several nodes distributed_executor_backend: ray
          with Ray on all of them; unset CUDA_VISIBLE_DEVICES
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
root vllm-placement-group-too-small
  says    exceeds the total number of available
  pattern The number of required \S+ exceeds the total number of available \S+ in the placement
          group
  cause   vLLM wants more GPUs than the group that Ray gave it
  fix     engines × tensor_parallel_size must be at most the nodes × GPUs that the trainer asks Ray
          for
root vllm-placement-group-pending
  says    "Cannot provide a placement group of "
  pattern Cannot provide a placement group of .*within (?P<seconds>\d+) seconds
  cause   Ray did not get the GPUs that vLLM asked for within {seconds} s: a node did not join, or
          another program holds them
  fix     `ray status` on the head: free GPUs must be at least tensor × pipeline parallel size; end
          actors of earlier runs
root vllm-bundle-index
  says    "placement group bundle index "
  pattern placement group bundle index (?P<index>\d+) is invalid\. Valid placement group indexes:
          (?P<valid>\S+)
  cause   an engine was put on bundle {index} of a group that has {valid}: the engines need more
          GPUs than the shared group has
  fix     vllm_num_engines × vllm_tensor_parallel_size equal to the actor's nodes × GPUs per node
          where both share GPUs
root vllm-batched-tokens
  says    max_num_batched_tokens
  pattern max_num_batched_tokens (?:\((?P<tokens>\d+)\) )?is smaller than max_model_len(?:
          \((?P<length>\d+)\))?
  cause   vLLM's max_num_batched_tokens is below the longest sequence, without chunked prefill
  fix     max_num_batched_tokens at least max_model_len (verl: prompt + response length), or
          enable_chunked_prefill: true
root vllm-model-len-beyond-model
  shows   max_model_len ({want:\d+}) is greater than the derived max_model_len
  cause   max_model_len {want} is longer than the model was made for
  fix     the model's own length (max_position_embeddings in config.json) or less, or its
          rope_scaling
root vllm-engine-internals
  says    LLMEngine' object has no attribute '
  pattern '(?:Async)?LLMEngine' object has no attribute '(?P<name>\w+)'
  history asked
  cause   the trainer uses {name} inside vLLM's engine, which this vLLM does not have: they are of
          different times (vLLM's engine V1 has no model_executor)
  fix     the vLLM that the trainer's release names, the same on every node (`uv pip install
          vllm==…`), or update the trainer
  checks  software.versions-are-equal
root vllm-architecture-unknown
  says    Model architectures [
  pattern Model architectures (?P<name>\[[^\]]*\]) (?:are not supported for now|failed to be
          inspected)
  cause   this vLLM does not know the model ({name})
  fix     `uv pip install -U vllm` on every node, or a model that it lists
  checks  software.versions-are-equal
root vllm-bfloat16-gpu
  shows   Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your {gpu:.+?}
          GPU
  cause   vLLM should use bfloat16, which this GPU ({gpu}) does not have
  fix     dtype: half for vLLM on this GPU, or other nodes
  checks  gpu.precision-is-supported
root vllm-server-silent
  shows   Server at {url:\S+} not reachable after {seconds:\d+}s
  cause   the server at {url} did not come up within {seconds} s: it failed as it loaded the model,
          loads longer, or listens on another machine's address
  fix     read the server's own log first; a longer wait (sglang and verl: the time-out in their
          config); the address of its node in place of 0.0.0.0, and its port open
  checks  ports.ephemeral-ports-are-open
symptom vllm-engine-failed-to-start
  says    RuntimeError: Engine process failed to start
  cause   vLLM's engine process ended as it started
  fix     its own traceback stands above
root sglang-out-of-memory
  says    Not enough memory. Please try to increase --mem-fraction-static
  cause   after its weights SGLang has no room for its cache within mem_fraction_static of the GPU,
          or the training holds the rest
  fix     a higher mem_fraction_static where the GPU is free (`nvidia-smi`), a shorter context, more
          tensor parallelism; where a training shares the GPU offload it first
  checks  gpu.gpus-are-idle
root vllm-wake-up-memory
  says    cumem_allocator.cpp
  pattern CUDA Error: out of memory at \S*cumem_allocator\.cpp
  cause   vLLM could not take its memory back when it woke up (sleep mode): the training holds too
          much of the GPU beside gpu_memory_utilization
  fix     lower gpu_memory_utilization (0.4 to 0.5 beside a trainer), offload the actor's weights
          and optimizer before the rollout, and empty torch's cache
"""
)
