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
root vllm-profiling-changed
  says    Error in memory profiling. Initial free memory
  cause   another process gave GPU memory back while vLLM measured it: the trainer, or an earlier
          run that was just ending, shares this GPU
  fix     start again when the earlier run has ended (`nvidia-smi`); let the trainer finish loading
          and empty its cache before vLLM is made; GPUs apart for both
symptom vllm-rpc-timeout
  shows   TimeoutError: RPC call to {call:\w+} timed out
  cause   a worker of vLLM did not answer in time: it hangs in a collective (a peer failed, P2P
          between GPUs), compiles, or was killed
  fix     read the first error of the other workers above; NCCL_P2P_DISABLE=1 where all hang at the
          start on one machine; `py-spy dump` of the workers; `dmesg | tail`
root vllm-no-device
  says    Failed to infer device type
  cause   vLLM sees no GPU: CUDA_VISIBLE_DEVICES is empty (Ray without num_gpus), the driver is not
          in the container, or a build for CPUs of torch is installed
  fix     `nvidia-smi -L`; `python -c 'import torch; print(torch.cuda.is_available(),
          torch.version.cuda)'` in the same environment
root vllm-no-weights
  shows   Cannot find any model weights with `{path}`
  cause   {path} has no weights that vLLM reads: the download was cut off, it holds an adapter or
          ZeRO/FSDP shards alone, or the weights are on another node
  fix     `ls -l {path}` on that node; merge shards or adapters first; the same path on every node
root vllm-weight-names
  says    There is no module or parameter named
  says    Following weights were not initialized from checkpoint
  cause   the weights that vLLM gets have other names than its model expects: an adapter's or
          wrapper's prefix, another architecture, or a vLLM of another time than the trainer
  fix     the vLLM that the trainer's release names; merge the adapter; architectures in config.json
          of the model itself
root vllm-config-name-taken
  says    is already used by a Transformers config, pick another name
  cause   vLLM registers a model that this newer transformers has itself: they are of different
          times
  fix     the transformers that this vLLM asks for (`uv pip install 'transformers<4.54'` for vLLM up
          to 0.9.2), or a newer vLLM
root vllm-tokenizer-attribute
  says    has no attribute all_special_tokens_extended
  cause   vLLM asks the tokenizer for what transformers 5 removed
  fix     `uv pip install 'transformers<5'`, or a vLLM that supports transformers 5
root sglang-unbalanced-memory
  says    The memory capacity is unbalanced
  cause   SGLang finds very different free memory on its GPUs: other processes hold some of them
  fix     `nvidia-smi` on that node: end what holds them, or give SGLang other GPUs
root vllm-capture-memory
  says    "Capture cuda graph failed: "
  cause   SGLang could not record its CUDA graphs, as a rule for GPU memory
  fix     a lower mem_fraction_static, a smaller cuda_graph_max_bs, or disable_cuda_graph; offload
          the training first
symptom vllm-core-died
  says    Engine core proc
  pattern Engine core proc (?:\S+ )?died unexpectedly
  cause   vLLM's engine process died without a Python error: killed for host memory, or crashed in
          native code
  fix     `dmesg | tail` on that node; its own lines (EngineCore) above
root memory-saver-out-of-memory
  says    [torch_memory_saver.cpp]
  pattern \[torch_memory_saver\.cpp\] (?:CUresult|hipError_t|cudaError) error:? +(?:result=)?2\b
  cause   SGLang could not take its memory on the GPU back (torch_memory_saver, error 2: out of
          memory): the training beside it holds too much, and the process ended with that
  fix     a lower rollout.gpu_memory_utilization or mem_fraction_static (0.3 to 0.5 beside a
          trainer), the actor's weights and optimizer offloaded before the rollout, more GPUs
root memory-saver-failed
  says    [torch_memory_saver.cpp]
  pattern \[torch_memory_saver\.cpp\] (?:CUresult|hipError_t|cudaError) error:?
          +(?:result=)?(?P<result>(?!2\b)\d+)
  cause   SGLang's memory saver failed on the GPU (CUDA error {result}), and the process ended with
          that
  fix     an update of torch_memory_saver and SGLang, which belong together; `nvidia-smi` and
          `dmesg | grep -i xid` on that node; enable_memory_saver off proves it
root vllm-custom-all-reduce
  shows   custom_all_reduce.cuh:{line:\d+} '{why:[^']+}'
  cause   vLLM's own all-reduce could not open the memory of another GPU ({why}): with
          expandable_segments memory cannot be shared so, nor where these GPUs have no peer access
          (PCIe, a virtual machine, a container)
  fix     PYTORCH_CUDA_ALLOC_CONF without expandable_segments for the engine;
          --disable-custom-all-reduce (disable_custom_all_reduce=True); `nvidia-smi topo -p2p r`
          shows who has peer access
symptom vllm-engine-socket-closed
  says    "ZMQError: Operation not supported"
  near    vllm/
  cause   a client of vLLM reads a socket that was closed, as its engine has ended
  fix     the engine's own error stands above
root vllm-group-without-this-rank
  says    AssertionError
  near    vllm/distributed/parallel_state\.py", line \d+, in __init__\n +assert
          self\.(?:cpu|device)_group is not None
  cause   vLLM made its groups without this rank: the ranks that run vLLM are not grouped as it
          expects, as where nodes start different numbers of processes, or tensor-parallel size ×
          engines is not the number of ranks
  fix     the same number of processes on every node (NPROC_PER_NODE, num_infer_workers), and
          engines × tensor-parallel size equal to them; a trainer's release that names this vLLM as
          tested
  checks  software.versions-are-equal
root vllm-asleep-with-requests
  says    an illegal memory access was encountered
  near    Sleep mode freed [\d.]+ GiB memory|sleep freed [\d.]+ GiB memory|POST /sleep
  unless  It took [\d.]+ seconds to wake up[\s\S]*illegal memory access
  cause   vLLM was put to sleep while requests were under way: their next step used memory that was
          given back already
  fix     let all generations end before sleep() (abort or await them, pause the scheduler), and
          wake it up before the next request; a newer vLLM, which refuses to sleep with requests
root vllm-prompt-too-long
  shows   The {kind:decoder|encoder} prompt (length {length:\d+}) is longer than the maximum model
          length of {most:\d+}
  cause   a prompt of {length} tokens reached vLLM, whose max_model_len is {most}: long samples, or
          images that become more tokens than the text lets expect
  fix     drop or cut such prompts (max_prompt_length with filter_overlong_prompts, smaller images:
          max_pixels), or max_model_len of at least the longest prompt and answer together
root vllm-lora-rank
  shows   LoRA rank {rank_of_adapter:\d+} is greater than max_lora_rank {most:\d+}
  cause   the adapter has rank {rank_of_adapter}, and vLLM was started for {most} at most
  fix     max_lora_rank={rank_of_adapter} (8, 16, 32, 64, 128, 256, 320 or 512) where vLLM is
          started
root vllm-one-sleeper
  says    Sleep mode can only be used for one instance per process.
  cause   a process made two vLLM engines with sleep mode, whose memory pool is one for each process
  fix     one LLM for each process (make it once and hand it on), or enable_sleep_mode off for one
          of them
root vllm-weight-name-unknown
  shows   KeyError: '{name:[\w.]+\.(?:weight|bias|weight_scale|qweight)}'
  near    in load_weights\b
  frame   vllm/model_executor/
  cause   vLLM has no weight of the name {name} in this model: the trainer's transformers names the
          weights in another way than this vLLM expects (transformers 4.52 renamed those of
          multimodal models), or the checkpoint is of another model or has adapter layers in it
  fix     transformers and vLLM in the pair that the trainer's release names (for older ones
          transformers<4.52), or newer releases of trainer and vLLM together; merge adapters first
  checks  software.versions-are-equal
root sglang-worker-without-weight-update
  shows   '{worker:\w+Worker}' object has no attribute
          '{method:update_weights_from_(?:tensor|distributed|disk|ipc)}'
  cause   the inference server's {worker} cannot take new weights ({method} is not written for it),
          as the training sends them after each step: workers of speculative decoding often lack it
  fix     leave --speculative-algorithm out of the server's arguments, or take one whose worker has
          it (EAGLE); a newer release of the server
"""
)
