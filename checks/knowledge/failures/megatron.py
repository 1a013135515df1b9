"""What Megatron-LM and its relatives (NeMo, Megatron-Bridge, slime) say of their checkpoints."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root megatron-shards-overlap
  shows   Invalid access pattern for ShardedTensor(key='{name:[^']+}'
  cause   the ranks' parts of {name} do not make up the whole tensor once: the model is built with
          other parallel sizes or layers than its code describes for checkpoints, or the ranks do
          not agree on them
  fix     the same tensor, pipeline and expert parallel sizes on every rank, and those of the
          checkpoint where it was not saved in the distributed format; for a layer of your own
          correct its sharded_state_dict (replica_id)
  checks  deepspeed.arguments-agree
root megatron-checkpoint-other-arguments
  says    value from checkpoint (
  pattern (?P<name>\w+) value from checkpoint \((?P<saved>[^)]*)\) is not equal to the input
          argument value \((?P<given>[^)]*)\)
  cause   the checkpoint was saved with {name}={saved}, and this run has {given}
  fix     start with {saved}, or --use-checkpoint-args; convert the checkpoint where a parallel size
          is to change (tools/checkpoint/convert.py)
  checks  files.checkpoints-can-be-resumed
root megatron-experts-layout
  says    Missing key(s) in state_dict:
  says    Unexpected key(s) in state_dict:
  near    Missing key\(s\) in state_dict: "[^\n]*experts\.(?:weight[12]"|
          linear_fc[12]\.weight\d+")[^\n]*\n[^\n]*Unexpected key\(s\)[^\n]*\.local_experts\.
  cause   the checkpoint has each expert by itself (local_experts, SequentialMLP), and the model
          wants them in one grouped matrix: it runs with --moe-grouped-gemm
  fix     leave --moe-grouped-gemm out, or convert the checkpoint for it (the converter with the
          same option)
root megatron-experts-grouped
  says    Missing key(s) in state_dict:
  says    Unexpected key(s) in state_dict:
  near    Missing key\(s\) in state_dict: "[^\n]*\.local_experts\.[^\n]*\n[^\n]*Unexpected
          key\(s\)[^\n]*experts\.(?:weight[12]"|linear_fc[12]\.weight\d+")
  cause   the checkpoint has all experts in one grouped matrix, and the model wants each by itself
          (local_experts, SequentialMLP): the checkpoint is of --moe-grouped-gemm, and this run is
          not
  fix     add --moe-grouped-gemm, or convert the checkpoint without it
root transformer-engine-no-fused-attention
  says    cuDNN Error: No valid engine configs for
  cause   cuDNN has no kernel for this attention: heads whose sizes differ between keys and values,
          a mask or a GPU that this cuDNN does not support
  fix     NVTE_FUSED_ATTN=0 and NVTE_FLASH_ATTN=1 in [env], or a newer cuDNN with a newer
          transformer-engine
  checks  software.versions-are-equal, gpu.models-are-equal
root megatron-layers-of-pipeline
  says    divisible
  pattern (?:Number of layers should be divisible by the pipeline-model-parallel size|number of
          layers of the model must be divisible pipeline model parallel size|
          num_layers=(?P<layers>\d+) should be divisible by
          config\.pipeline_model_parallel_size=(?P<size>\d+)|num_layers should be divisible by
          pipeline_model_parallel_size)
  cause   the model's layers cannot be shared evenly by the pipeline's stages
  fix     a pipeline-model-parallel-size that divides num-layers, or
          --decoder-first-pipeline-num-layers (last-…), --pipeline-model-parallel-layout
root megatron-global-batch
  says    global batch size
  pattern global batch size \((?P<batch>\d+)\) is not divisible by micro[ _]batch[ _]size
          \((?P<micro>\d+)\) (?:times|\*) data[ _]parallel[ _]size \(?(?P<dp>\d+)\)?
  cause   global batch {batch} is no multiple of micro batch {micro} × {dp} data-parallel ranks;
          perhaps fewer nodes joined than planned
  divides batch, micro, dp
  fix     a --global-batch-size that is ({multiples}), or start the missing nodes
root megatron-heads
  says    " must be a multiple of tensor_model_parallel_size"
  says    " must be a multiple or divisor of tensor_model_parallel_size"
  pattern (?P<what>num_attention_heads|num_query_groups) \((?P<heads>\d+)\)(?: must be a multiple of
          tensor_model_parallel_size| must be a multiple or divisor of tensor_model_parallel_size)
          \((?P<size>\d+)\)
  cause   {heads} {what} cannot be shared by {size} ranks of tensor parallelism
  fix     a tensor-model-parallel-size that divides them
root megatron-does-not-divide
  says    " is not divisible by "
  pattern AssertionError: (?P<number>\d+) is not divisible by (?P<size>\d+)$
  near    divide\((?:\w+\.)*(?P<what>\w+),[\s\S]*ensure_divisibility
  cause   {what}, {number}, cannot be shared evenly by {size} ranks (of tensor parallelism, mostly)
  fix     a parallel size that divides {number}, such as of --tensor-model-parallel-size, or another
          {what}
root megatron-world-size
  says    " is not divisible by "
  pattern RuntimeError: world_size \((?P<world>\d+)\) is not divisible by (?P<size>\d+)$
  cause   {world} ranks cannot be divided into groups of {size} (tensor × pipeline × context
          parallelism); perhaps fewer nodes joined than planned
  fix     parallel sizes whose product divides {world}, or start the missing nodes
root megatron-sequence-without-tensor
  says    Cannot use sequence parallelism without tensor parallelism
  cause   sequence_parallel is on, and the tensor-parallel size is 1
  fix     leave --sequence-parallel out, or a tensor-model-parallel-size above 1
root neox-parallel-sizes
  shows   (global_num_gpus / pp_size) / mp_size [({gpus:\d+} / {pipe:\d+}) / {model:\d+}] must be a
          whole number
  cause   {gpus} GPUs cannot be divided into {pipe} pipeline times {model} model parallel parts:
          fewer nodes joined than planned, or the sizes are too large
  fix     pipe_parallel_size and model_parallel_size whose product divides the number of GPUs
  checks  gpu.slots-have-gpus
root megatron-local-rank-differs
  says    expected local-rank to be the same as rank % device-count
  cause   Megatron expects the same number of GPUs on every node, and ranks in the order of the
          nodes; here a local rank is another than it computes
  fix     as many slots as GPUs on every node, the same number everywhere, and no
          CUDA_VISIBLE_DEVICES that hides some
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
root megatron-index-not-shared
  says    [Errno 2] No such file or directory: '
  pattern \[Errno 2\] No such file or directory: '(?P<path>[^']*(?:_(?:doc|document|sample|shuffle|
          description)_(?:idx|index|indices)|index-cache)[^']*\.(?:npy|txt))
  near    _idx\.npy|_index\.npy|index-cache|_description\.txt|_indices\.npy
  cause   the index {path} was built by rank 0 on its own node, and this one does not see it, or not
          yet
  fix     --data-cache-path on a file system that all nodes share, or build the index on each node
          first (one process of each); a shared one needs a moment after it is written: start again
  checks  files.shared-folders-are-shared-everywhere
root megatron-shapes-by-parallel-size
  says    the shape in current model is
  pattern size mismatch for (?P<name>\S*(?:attention|self_attention|mlp)\S*\.(?:dense|
          query_key_value|linear_proj|linear_qkv|linear_fc1|linear_fc2|dense_h_to_4h|dense_4h_to_h|
          query|key_value)\S*): copying a param with shape torch\.Size\((?P<saved>\[[1-9][\d,
          ]*\])\) from checkpoint, the shape in current model is
          torch\.Size\((?P<current>\[[1-9][\d, ]*\])\)
  near    mp_rank_\d|[Mm]egatron|model.parallel|tensor.parallel
  cause   the checkpoint was written with another tensor-parallel size: {name} has {saved} there and
          {current} here, and their quotient is that of the two sizes
  fix     the same --tensor-model-parallel-size (--model-parallel-size) as when it was saved, or
          convert it first (Megatron's tools/checkpoint/convert.py, a distributed checkpoint with
          --ckpt-format torch_dist)
root megatron-vocabulary-padding
  says    the shape in current model is
  pattern size mismatch for (?P<name>\S*word_embeddings\S*): copying a param with shape
          torch\.Size\((?P<saved>\[[1-9][\d, ]*\])\) from checkpoint, the shape in current model is
          torch\.Size\((?P<current>\[[1-9][\d, ]*\])\)
  near    mp_rank_\d|[Mm]egatron|model.parallel|tensor.parallel
  cause   Megatron pads the vocabulary to a multiple of --make-vocab-size-divisible-by times the
          tensor-parallel size: {name} has {saved} in the checkpoint and {current} here, as one of
          these or the tokenizer differs
  fix     the same tokenizer, --make-vocab-size-divisible-by and tensor-parallel size as when it was
          saved, or convert the checkpoint
root megatron-nan-gradient
  says    found NaN in local grad norm
  pattern Rank (?P<rank>\d+): found NaN in local grad norm.*?Device: (?P<device>\d+), node:
          (?P<node>[\w.-]+)
  cause   a gradient is NaN on rank {rank} alone, before any communication: its data (an empty or
          fully masked sample divides by nothing), or GPU {device} of {node} computes wrongly
  fix     look at the samples of rank {rank} at that step and rebuild the index without empty ones;
          where other data fail on that GPU too, run `dcgmi diag -r 3` there
root megatron-data-prefix
  says    One or both of the .idx and .bin files cannot be found at the
  cause   the data prefix leads to no pair of .idx and .bin on this node: --data-path takes the path
          without these endings (…_text_document), or the files are not there
  fix     `ls PREFIX.idx PREFIX.bin` on that node; tools/preprocess_data.py makes them; a file
          system that all nodes mount
root megatron-helpers-without-makefile
  says    No targets specified and no makefile found
  says    Failed to compile the C++ dataset helper functions
  says    Error compiling the C++ dataset helper functions
  near    make: Entering directory '(?P<folder>[^']*megatron[^']*)'\n(?:.*\n)*?make: \*\*\* No
          targets specified and no makefile found
  cause   the C++ helpers for data sets are compiled at the first start, and the installed package
          has no Makefile in {folder}: it was left out of the wheel
  fix     install the package from its repository or in a release whose wheel has the Makefile; or
          build helpers_cpp there by hand once on each node (g++, pybind11): `g++ -O3 -shared
          -std=c++17 -fPIC $(python -m pybind11 --includes) helpers.cpp -o helpers_cpp$(python
          -c "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))")`
root megatron-helpers-not-built
  says    No module named 'megatron.core.datasets.helpers_cpp'
  says    Error compiling the C++ dataset helper functions
  says    Failed to compile the C++ dataset helper functions
  cause   Megatron's C++ helpers for data sets are not built for this Python: no compiler or
          pybind11 in the image, the folder cannot be written, or several ranks built at once
  fix     `cd megatron/core/datasets && make` once on each image (g++, make, pybind11, python3-dev),
          or `uv pip install --no-build-isolation megatron-core`
root megatron-not-distributed-checkpoint
  shows   {path} is not a distributed checkpoint
  cause   {path} has no metadata.json of Megatron's distributed format: it is of the older format
          (torch), was cut off, or is the folder above or below iter_NNNNNNN
  fix     --ckpt-format torch (or --auto-detect-ckpt-format) for the older one; the folder that
          holds latest_checkpointed_iteration.txt; convert with tools/checkpoint/convert.py
root megatron-loss-not-finite
  shows   Unexpected result {value} (message='{what:[^']+}'
  unless  found NaN in local grad norm
  cause   Megatron stops as a check on numbers failed ({what}): the loss or a gradient is not finite
          on a rank, by data, a learning rate that is too high, fp16, weights that were loaded
          wrongly, or a GPU that computes wrongly
  fix     the rank and iteration in that line: its samples; a lower learning rate and more warm-up,
          bf16; `dcgmi diag -r 3` on that node where it is always the same GPU
root megatron-checkpoint-folder-missing
  shows   Checkpoint directory {path} does not exist
  cause   {path} is not on this node: it lies on another node's disk, or the path is another
  fix     a --load folder that every node mounts; `ls {path}` there
silent megatron-starts-from-scratch, survivable
  shows   could not find the metadata file {path}
  cause   the run found no checkpoint to go on from ({path}) and starts with random weights
  fix     the --load folder that holds latest_checkpointed_iteration.txt, on a file system that
          every node mounts; nothing where a new run is meant
root megatron-last-epoch
  says    last epoch number of samples should be non-negative
  says    last epoch number of samples exceeded max value
  cause   the index of the data was made for another split, sequence length or number of samples, or
          is damaged by two ranks that wrote it at once
  fix     remove the cached index files (cache/ or --data-cache-path) and start once with one job
root megatron-integrity
  says    Integrity manifest not found at
  cause   the checkpoint was saved without the manifest that is to be verified on load
  fix     load without verification, or save with integrity verification on
root megatron-fusion-extension
  says    was called with gradient_accumulation_fusion set
  cause   apex (or Transformer Engine) lacks the CUDA extension fused_weight_gradient_mlp_cuda,
          which Megatron uses by default
  fix     --no-gradient-accumulation-fusion, or apex built with --cpp_ext --cuda_ext
root megatron-groups-not-made
  says    parallel group is not initialized
  cause   parallel groups are used that were not made in this process: the model is built before
          initialize_model_parallel, without a launcher, or with another copy of Megatron
  fix     initialize_megatron (or initialize_model_parallel) first; one megatron-core in the
          environment (`uv pip list | grep -i megatron`)
root megatron-groups-twice
  says    parallel group is already initialized
  pattern (?<!ZeRO parameter intra )parallel group is already initialized
  cause   parallel groups were made twice: by the program and by a framework above it
  fix     make them once; `if not parallel_state.model_parallel_is_initialized()`
root megatron-optimizer-format-removed
  says    ShardedTensor.flattened_range is not supported
  cause   the distributed optimizer was saved in its old format (fully_sharded_model_space), which
          megatron-core 0.16 and newer no longer write: the framework around it is older, or asks
          for it
  fix     sharding type dp_reshardable (or fully_reshardable) where the framework names it
          (metadata distrib_optim_sharding_type); a newer release of the framework, or a
          megatron-core before 0.16 where it allows one
  checks  software.versions-are-equal
root megatron-optimizer-lists-differ
  says    Cannot merge two lists with different lengths
  near    'optimizer'|'param_state'
  cause   the optimizer's state in the checkpoint is cut otherwise than these ranks need it: as
          dp_reshardable it holds lists of one rank, which do not fit where experts or layers are
          spread unevenly, or where the ranks are divided in another way
  fix     --no-load-optim (no_load_optim) loads the weights alone; the same tensor, pipeline, expert
          and data parallel sizes as when it was saved, or a newer Megatron-Core; save with
          --dist-ckpt-optim-fully-reshardable from now on
root megatron-optimizer-state-misread
  says    "AttributeError: "
  says    "ValueError: "
  says    "KeyError: "
  says    "RuntimeError: "
  says    AssertionError
  pattern ^(?:(?:AttributeError|ValueError|KeyError|RuntimeError): |AssertionError)
  frame   megatron/core/optimizer/
  near    in (?P<function>load_parameter_state\w*|_load_state_dict_from\w*)\b
  cause   Megatron-Core read the optimizer's state of a checkpoint in {function} and found something
          else than it expects: another release saved it, it was saved with other parallel sizes or
          another format, or this release has a bug in that format
  fix     --no-load-optim (no_load_optim) goes on with the weights alone; the release that saved it,
          or a newer Megatron-Core; save with --dist-ckpt-optim-fully-reshardable
symptom deepep-timeout
  says    "DeepEP error: "
  says    DeepEP timeout check failed
  says    "DeepEP dispatch "
  says    "DeepEP combine "
  pattern DeepEP (?:error: (?P<what>.*(?:timeout|time out).*)|timeout check failed|dispatch .*(?<!
          no) timeout\b|combine .*(?<! no) timeout\b)
  cause   the exchange of tokens between experts (DeepEP) waited in vain for another rank: one
          failed, is far behind (compilation, a slow checkpoint, uneven batches), or NVSHMEM does
          not reach it
  fix     read the output of the other ranks first; between nodes NVSHMEM needs InfiniBand or RoCE
          with GPUDirect (`nvidia-smi nvlink -s`, NVSHMEM_DEBUG=INFO in [env]); the alltoall
          dispatcher in its place (--moe-token-dispatcher-type alltoall) shows whether it is DeepEP
root megatron-global-shape
  shows   Global shape mismatch for loaded (torch.Size([{saved:[\d, ]+}])) and expected
          (({model:[\d, ]+})) tensor for key {key:\S+}
  cause   {key} of the checkpoint has the shape {saved} and this model's {model}: another model
          config, or for embeddings another padding of the vocabulary, which depends on the
          tokenizer, the tensor-parallel size and --make-vocab-size-divisible-by
  fix     the config that wrote the checkpoint; for word_embeddings and output_layer a
          --make-vocab-size-divisible-by that gives the same padded size, or --padded-vocab-size
  checks  files.checkpoints-can-be-resumed
root megatron-checkpoint-without-optimizer
  shows   KeyError: '{key:optimizer|opt_param_scheduler|rng_state}'
  near    megatron/training/checkpointing\.py"|megatron/\w+/checkpointing\.py"
  cause   the checkpoint has no {key}: it was converted from Hugging Face's format, or saved without
          (--no-save-optim, --no-save-rng), and the run is to go on from it
  fix     --finetune (weights alone, from iteration 0), or --no-load-optim --no-load-rng
  checks  files.checkpoints-can-be-resumed
root megatron-tensor-parallel-connections, survivable
  says    requires setting the environment variable CUDA_DEVICE_MAX_CONNECTIONS to 1
  pattern Using (?P<what>sequence parallelism|async gradient all reduce) requires setting the
          environment variable CUDA_DEVICE_MAX_CONNECTIONS to 1
  cause   Megatron overlaps the communication of {what} with the backward pass, for which the GPU
          must take its kernels in one queue, and CUDA_DEVICE_MAX_CONNECTIONS is not 1 on this rank
  fix     CUDA_DEVICE_MAX_CONNECTIONS=1 in [env] of all ranks (not on Blackwell and newer GPUs,
          which do not need it; there a newer Megatron)
root megatron-key-not-in-checkpoint
  shows   {key:[\w.-]+} from model not in state dict: [
  frame   dist_checkpointing/
  cause   the model has {key}, which the sharded checkpoint has not: another model or head, other
          options (tied embeddings, MTP layers, LoRA), or a checkpoint without the optimizer
  fix     the options that wrote the checkpoint; for a part that is new --finetune with
          --dist-ckpt-strictness log_unexpected (log_all lists both sides), so that what is missing
          keeps its first values
  checks  files.checkpoints-can-be-resumed
root megatron-padded-vocabulary
  shows   size mismatch for {name:\S*(?:word_embeddings|output_layer)\.weight}: copying a param with
          shape torch.Size([{saved:[\d, ]+}]) from checkpoint, the shape in current model is
          torch.Size([{model:[\d, ]+}])
  near    for GPTModel|for (?:Bert|T5|Mamba|Float16)\w*:|megatron/\S*checkpointing\.py
  cause   {name} has the shape [{saved}] in the checkpoint and [{model}] here: Megatron pads the
          vocabulary by --make-vocab-size-divisible-by times the tensor-parallel size, and that, or
          the tokenizer, was another when it was saved or converted
  fix     the tokenizer and --make-vocab-size-divisible-by that give the same padded size (or
          --padded-vocab-size), with the tensor-parallel size of the checkpoint
  checks  files.checkpoints-can-be-resumed
root megatron-experts-not-divisible
  says    Number of experts should be divisible by expert model parallel_size
  cause   the experts cannot be shared evenly by the ranks of expert parallelism
  fix     an --expert-model-parallel-size that divides --num-experts
root megatron-no-data-on-rank
  says    "TypeError: 'NoneType' object is not an iterator"
  frame   megatron/
  cause   this rank has no data: Megatron made no data iterator on it, as where files that rank 0
          prepared (packed sequences below NEMO_HOME, index caches) lie on a disk that this node
          does not share, or the step asks for data on a pipeline stage that gets none
  fix     NEMO_HOME (and --data-cache-path) on a file system that all nodes mount, in [env], and
          start again; in code of your own next(data_iterator) only where it is not None
  checks  files.shared-folders-are-shared-everywhere
"""
)
