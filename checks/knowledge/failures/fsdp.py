"""What FSDP, FSDP2 and DTensor say of models and checkpoints that are sharded."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root fsdp-mixed-dtype
  shows   Must flatten tensors with uniform dtype but got {one} and {other}
  cause   FSDP packs the parameters of a block into one tensor, and they have the types {one} and
          {other}
  fix     convert the model to one type before FSDP (model.to(torch.bfloat16)); with LoRA or
          quantization bnb_4bit_quant_storage must be the model's type; or use FSDP2 (fsdp_version:
          2)
root fsdp-mixed-requires-grad
  says    Must flatten tensors with uniform `requires_grad` when `use_orig_params=False`
  says    Must flatten tensors with uniform requires_grad
  cause   FSDP packs frozen and trainable parameters of a block into one tensor, as with LoRA
  fix     set fsdp_use_orig_params: true (use_orig_params=True), or fsdp_version: 2, or wrap the
          adapters on their own
  checks  accelerate.fsdp-keys-fit
root fsdp-integer-parameters
  says    Cannot flatten integer dtype tensors
  cause   FSDP was given quantized (integer) parameters
  fix     set bnb_4bit_quant_storage to the model's float type (bfloat16), or do not shard 8-bit
          models
root fsdp-mixed-devices
  says    Must flatten tensors on the same device but got both
  says    FSDP only supports single device modules but got params on
  cause   parts of the model are on different devices when FSDP wraps it, as device_map="auto" puts
          them
  fix     load without device_map, and give device_id= (accelerate does it); or all on the CPU with
          sync_module_states
root fsdp-scalar-parameter
  shows   FSDP doesn't support scalar parameters. Change {name} to a 1D tensor
  cause   the parameter {name} has no dimension, which FSDP cannot shard
  fix     make it a tensor of one element (torch.zeros(1)), or name it in ignored_states
root fsdp-cpu-params-with-sync
  says    The module has CPU parameters or buffers when `sync_module_states=True`
  cause   sync_module_states sends rank 0's weights over the GPUs, and this rank's model is in the
          CPU's memory
  fix     give device_id=torch.cuda.current_device() to FSDP; with accelerate set
          fsdp_sync_module_states and let it place the model
  checks  accelerate.fsdp-keys-fit
root fsdp-params-moved
  shows   An FSDP-managed module unexpectedly has parameters on {device:\S+?}. Make sure to move the
          module to {wanted}
  cause   the model's parameters are on {device}, not on {wanted} where FSDP trains: it was moved
          after wrapping, or no device was chosen
  fix     torch.cuda.set_device(LOCAL_RANK) before FSDP, and do not move the wrapped model
root fsdp-different-collectives
  says    parameters while rank
  says    is all-gathering parameters for
  pattern (?:Forward order differs across ranks|.*): ?rank (?P<rank>\d+) is all-gathering (?:\d+
          parameters while rank|parameters for .*while rank) (?P<other>\d+)
  cause   ranks {rank} and {other} run the model's blocks in different orders: the path depends on
          the data (experts, modalities, layer drop) or the ranks built different models
  fix     let every rank pass every block in each step (a dummy input for an unused branch), and
          compare the nodes' config and files
  checks  files.same-files-are-equal
root fsdp-layer-class-missing
  says    "Could not find the transformer layer class "
  says    Could not find a transformer layer class called '
  pattern Could not find (?:the transformer layer class |a transformer layer class called
          ')(?P<name>(?!to\b)[\w.]+)
  cause   the config names a block to wrap that this model does not have: {name}
  fix     name the class of the model's layer (the entry of model._no_split_modules, such as
          LlamaDecoderLayer) in fsdp_transformer_layer_cls_to_wrap, or leave it out
  checks  accelerate.fsdp-keys-fit
root fsdp2-model-without-optimizer
  says    When using FSDP2, a model and optimizer must be passed together to `Accelerator.prepare()`
  cause   with FSDP2 accelerate needs model and optimizer in one prepare() call, since it replaces
          the parameters
  fix     accelerator.prepare(model, optimizer, …) in one call
root fsdp2-tied-mapping
  says    FSDP2 mapping failed (missing:
  cause   FSDP2 did not find parameters again after sharding: the config ties the embeddings, and
          the checkpoint has them apart
  fix     set tie_word_embeddings: false in the model's config.json
          (model.config.tie_word_embeddings = False before prepare)
root fsdp-local-state-dict
  says    FSDP2 does not support LOCAL_STATE_DICT
  says    DeviceMesh is not compatible with LOCAL_STATE_DICT
  cause   the config asks for LOCAL_STATE_DICT, which this FSDP cannot save
  fix     fsdp_state_dict_type: SHARDED_STATE_DICT, or FULL_STATE_DICT for one file
  checks  accelerate.fsdp-keys-fit
root fsdp-clip-on-inner
  says    `clip_grad_norm_()` should only be called on the root FSDP instance
  cause   gradients were clipped on a part of the model
  fix     call model.clip_grad_norm_(…) of the outermost FSDP model, or accelerator.clip_grad_norm_
root dtensor-mixed-with-tensor
  says    got mixed torch.Tensor and DTensor, need to convert all torch.Tensor to DTensor before
          calling distributed operators
  pattern (?:(?P<operator>aten\.\S+): )?got mixed torch\.Tensor and DTensor, need to convert all
          torch\.Tensor to DTensor before calling distributed operators
  cause   an operation mixes sharded and plain tensors: a parameter is used outside of the wrapped
          module's forward, a buffer or a LoRA weight was not sharded, or gradients of both kinds
          are clipped together
  fix     call the model through its own forward; add adapters before sharding; clip with the
          model's (or accelerator's) own function; tensor parallelism and plain layers need
          use_local_output
root dtensor-cross-mesh
  says    does not support cross-mesh operation
  pattern does not support cross-mesh operation
  cause   tensors of two device meshes meet in one operation: parts of the model were sharded with
          different meshes, as with tensor parallelism and FSDP
  fix     shard all with parts of one mesh (init_device_mesh with named dimensions), and clip norms
          for each mesh
root dtensor-no-strategy
  shows   Operator {operator} does not have a sharding strategy registered
  cause   torch cannot run {operator} on sharded tensors in this version
  fix     update torch, or take the layer that uses it out of tensor parallelism (gather its input
          with full_tensor())
root devicemesh-larger-than-world
  shows   Mesh should not be bigger than default world size {world:\d+}, but found {ranks:\d+} ranks
  cause   the parallel sizes need {ranks} ranks, and {world} were started; perhaps fewer nodes
          joined than planned
  fix     start {ranks} ranks, or lower a parallel size
root devicemesh-uneven-nodes
  shows   DeviceMesh only support homogeneous hardware, but found {world:\d+} ranks and {gpus:\d+}
  cause   {world} ranks cannot be laid evenly over nodes of {gpus} GPUs: nodes show different
          numbers of GPUs, or CUDA_VISIBLE_DEVICES is narrower on one
  fix     use the same slots= on every node; unset CUDA_VISIBLE_DEVICES
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
root dcp-size-mismatch
  says    Size mismatch between saved
  pattern Size mismatch between saved (?P<saved>torch\.Size\(\[[\d, ]*\]\)) and current:
          (?P<current>torch\.Size\(\[[\d, ]*\]\)) for (?P<name>\S+)
  unless  saved torch\.Size\(\[\d+\]\) and current: torch\.Size\(\[\d+,|
          saved torch\.Size\(\[\d+,[\d, ]+\]\) and current: torch\.Size\(\[\d+\]\)
  cause   the checkpoint's {name} has the shape {saved}, the model's has {current}: another model or
          vocabulary
  fix     load with the config that wrote the checkpoint, and resize embeddings after loading
root dcp-missing-key
  says    Missing key in checkpoint state_dict:
  pattern Missing key in checkpoint state_dict: (?P<name>\S+?)\.?$
  cause   the checkpoint has no {name}: it is another model's, lacks the optimizer, or was written
          with other wrappers (compile, DDP, PEFT) around the model
  fix     load with the wrappers that were there when it was saved, or with
          strict/allow_partial_load for parts that are new
root dcp-different-plans
  says    Failed to validate global plan
  cause   the ranks' parts of a checkpoint do not cover it: ranks save different states, or some
          ranks did not take part
  fix     call save on every rank with the same state and process group
symptom dcp-checkpoint-exception
  shows   CheckpointException ranks:dict_keys([{ranks:[\d, ]+}])
  cause   reading or writing the checkpoint failed on ranks {ranks}; what follows says why
  fix     read the traceback that follows for the first of them
root dcp-metadata-missing
  shows   FileNotFoundError: [Errno 2] No such file or directory: '{path:[^']*}/.metadata'
  cause   {path} holds no whole torch checkpoint: .metadata is written last, by rank 0, so the save
          was cut off, or the folder is only on rank 0's node
  fix     resume from the checkpoint before it; save to a folder that every node shares
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere
root fsdp-training-state
  says    but current state is TrainingState.
  pattern expected to be in states \[(?P<wanted>[^\]]+)\] but current state is
          (?P<now>TrainingState\.\w+)
  cause   FSDP was used in an order that it does not expect: a part of the wrapped model was called
          by itself, the forward ran twice before backward, or a last, shorter accumulation ended
          early
  fix     call the outermost model's forward alone, one backward for each forward; drop_last=True,
          and accumulation steps that divide the data
root fsdp2-plain-tensor
  says    'Tensor' object has no attribute 'device_mesh'
  says    'Tensor' object has no attribute 'to_local'
  says    'Tensor' object has no attribute 'full_tensor'
  says    'Parameter' object has no attribute 'device_mesh'
  pattern '(?:Tensor' object has no attribute 'device_mesh'|Tensor' object has no attribute
          'to_local'|Tensor' object has no attribute 'full_tensor'|Parameter' object has no
          attribute 'device_mesh')
  cause   FSDP2 met a parameter or buffer that is not sharded where it expects a sharded one: it was
          added, tied or frozen in another way after wrapping, or this accelerate does not know the
          model
  fix     update accelerate and torch; add adapters and tie weights before prepare(); save with
          accelerator.get_state_dict
  checks  software.versions-are-equal
root fsdp-flat-uniform
  says    `FlatParameter` requires uniform
  says    FlatParameter requires uniform
  pattern (?:`FlatParameter` requires uniform `?|FlatParameter requires uniform `?)(?P<what>dtype|
          requires_grad)
  cause   FSDP (of an older torch) packs parameters of a block that differ in {what}, as with LoRA
          or mixed types
  fix     use_orig_params=True for requires_grad; one dtype for the whole model; or fsdp_version: 2
  checks  accelerate.fsdp-keys-fit
root fsdp-no-generate
  shows   '{class:FullyShardedDataParallel|DistributedDataParallel|DeepSpeedEngine|OptimizedModule}'
          object has no attribute 'generate'
  cause   generate was called on the wrapper {class}, which does not pass it on
  fix     accelerator.unwrap_model(model).generate(…, synced_gpus=True), inside summon_full_params
          or GatheredParameters where the weights are sharded
root dcp-dataloader-other-ranks
  shows   Missing key in checkpoint state_dict: dataloader.dp_rank_{dp:\d+}
  cause   the checkpoint has no data loader state of data-parallel rank {dp}: it was saved with
          fewer data-parallel ranks
  fix     resume with as many as when it was saved, or leave the data loader out of what is loaded
root accelerate-fsdp2-optimizer
  says    Missing key in checkpoint state_dict: optimizer.state.
  frame   accelerate/utils/fsdp_utils.py
  cause   accelerate's loader of a sharded optimizer does not find the keys that its own save wrote
          under FSDP2; the checkpoint itself is whole
  fix     a newer accelerate; else resume with fsdp_state_dict_type FULL_STATE_DICT in later
          checkpoints, or without the optimizer from this one
  checks  software.versions-are-equal
root fsdp2-on-meta
  says    FSDP parameters should be materialized from meta device before training
  cause   weights of the model were never made or loaded: they are on the meta device
  fix     model.to_empty(device=...) and load the weights into all of them; tie weights again after
          loading
root fsdp2-not-on-cpu
  says    FSDP parameters should be materialized on CPU when enabling CPU offloading
  cause   CPU offload was asked for, and the model lies on the GPU
  fix     leave the model in the CPU's memory before fully_shard (no .to("cuda"))
root fsdp2-mixed-dtype
  shows   FSDP expects uniform original parameter dtype but got {types:.+}
  cause   parameters of one block have different types: {types}
  fix     one type for the model before fully_shard (model.to(torch.bfloat16)), adapters included
root fsdp2-shared-parameter
  shows   Parameter '{name:[^']+}' is shared with a parameter already managed by another FSDP group
  cause   the tied weight {name} belongs to two blocks that were sharded apart
  fix     shard them together: fully_shard([module_a, module_b]), or untie them
          (tie_word_embeddings: false)
root hsdp-one-dimensional
  says    Please init the 2D mesh for HSDP with mesh_dim_names specified
  cause   hybrid sharding got a mesh without names
  fix     init_device_mesh("cuda", (nodes, gpus), mesh_dim_names=("replicate", "shard"))
root devicemesh-dimension-unknown
  says    Invalid mesh_dim_name
  pattern Invalid mesh_dim_names? (?P<name>\S+) specified\. Valid mesh_dim_names are
          (?P<names>.+?)\.?$
  cause   the mesh has no dimension {name}; it has {names}
  fix     name one of them, or make the mesh with it (init_device_mesh)
root fsdp2-container-without-forward
  says    does not support containers that do not implement forward
  cause   fully_shard was given a ModuleList or ModuleDict, which has no forward to hook into
  fix     shard each module in it: `for layer in model.layers: fully_shard(layer)`
root fsdp2-uneven-dimension
  says    FSDP does not support uneven sharding on dim
  pattern FSDP does not support uneven sharding on dim (?P<dim>\d+): torch\.Size\((?P<size>\[[\d,
          ]+\])\) \(world size: (?P<world>\d+)\)
  cause   dimension {dim} of a parameter of size {size} cannot be divided among {world} ranks, and
          only dimension 0 may be uneven
  fix     a shard_placement_fn that chooses a dimension which {world} divides
root fsdp2-scalar-parameter
  shows   fully_shard doesn't support scalar parameters. Change {name} to a 1D tensor
  cause   the parameter {name} has no dimension, which FSDP cannot shard
  fix     make it a tensor of one element (torch.zeros(1))
root fsdp2-wrong-device
  says    Expects the parameter to already be moved to device
  says    Expects tensor to be on the compute device
  cause   a parameter is not on the device that FSDP2 trains on: it was loaded to the CPU, or to GPU
          0 by every rank
  fix     torch.cuda.set_device(LOCAL_RANK) first; build on the meta device and load after sharding,
          or leave device_map out
root fsdp2-root-has-not-run
  says    requires running forward through the root module first
  says    state has already been lazily initialized for
  cause   a part of a model that FSDP2 shards ran before the whole model did, so that it became a
          root itself
  fix     call the outermost module (fully_shard it last); generate and encode through the model's
          own forward, or register_fsdp_forward_method
root fsdp2-mesh-dimensions
  says    fully_shard expects a 1D or 2D DeviceMesh but got
  cause   fully_shard got a mesh with dimensions for other parallelism too
  fix     pass the data-parallel part: mesh["dp"], or mesh["dp_replicate", "dp_shard"] for hybrid
          sharding
root fsdp2-reshard-group
  says    If passing reshard_after_forward as an int, it should be a factor of
  cause   reshard_after_forward names a group that does not divide the ranks which share a parameter
  fix     True, False, or a factor of that number: the GPUs of one node
root fsdp2-param-meshes-differ
  says    Expected param's DTensor mesh to be the same mesh passed to fully_shard
  says    FSDP requires the DP and model parallel TP/EP mesh to have the same parent mesh
  says    FSDP requires the DP and model parallel TP/EP mesh to be not None
  cause   tensor parallelism and FSDP2 use meshes that were made apart
  fix     one init_device_mesh with all dimensions, and its parts (mesh["tp"], mesh["dp"]) for each
root devicemesh-names-and-shape
  says    mesh_shape and mesh_dim_names should have same length
  says    Each mesh_dim_name must be unique. Found repeated
  cause   the device mesh is declared with names that do not fit its dimensions
  fix     one name of its own for each dimension in init_device_mesh
root devicemesh-not-initialised
  says    DeviceMesh process groups not initialized!
  says    Cannot slice a DeviceMesh without mesh_dim_names!
  cause   a device mesh is used that has no process groups or no names for its dimensions
  fix     make it by init_device_mesh(…, mesh_dim_names=(…)) after init_process_group, the same on
          every rank
root dtensor-needs-redistribution
  says    This operation would remove or reshape sharded dimension
  says    in-place operations that require placement changes are not supported
  says    Decomposition requires redistribution for
  says    Attempted to unbind along the sharded dimension
  cause   an operation works along the dimension by which a tensor is sharded, and torch does not
          gather it by itself
  fix     x.redistribute(placements=[Replicate()]) or x.full_tensor() before it, or shard another
          dimension in the parallel plan
root dtensor-sharding-propagation
  says    Sharding propagation failed for
  says    Sharding propagation failed on op
  cause   torch cannot work out how the result of an operation on sharded tensors is sharded; the
          words before it name why (sizes that the mesh does not divide, an operator without a rule)
  fix     make heads, hidden and vocabulary sizes multiples of the tensor-parallel size; gather
          (full_tensor()) before that operation; a newer torch knows more operators
root dtensor-device-missing
  says    instantiation requires the presence of
  cause   sharded tensors need a GPU on this rank, and none is visible to it
  fix     `nvidia-smi` and CUDA_VISIBLE_DEVICES on that node; no more ranks than GPUs
  checks  gpu.slots-have-gpus
root dtensor-module-distributed-twice
  says    distribute_module should only be called once on a module
  cause   a module was given a parallel plan twice: by the user's code and by the trainer
          (tp_plan="auto")
  fix     one of them: leave tp_plan out of from_pretrained, or the plan out of the script
root fsdp-layer-class-unknown
  says    Could not find the transformer layer class to wrap in the model
  cause   FSDP is to wrap a class of layers that this model does not have, or FSDP is on by
          accident, through accelerate's default config
  fix     `accelerate env` shows what ~/.cache/huggingface/accelerate/default_config.yaml turns on:
          remove it if FSDP was not meant; else fsdp_transformer_layer_cls_to_wrap with the class of
          the model's layer
  checks  accelerate.fsdp-keys-fit
root fsdp2-recompute-after-reshard
  says    got mixed torch.Tensor and DTensor
  near    torch/utils/checkpoint\.py[\s\S]{0,300}?recompute_fn|unpack_hook[\s\S]{0,900}?recompute_fn
  cause   a layer is computed again during the backward pass while FSDP2 has sharded its weights
          anew: wraps are nested, and several forward passes came before one backward pass (as for
          the chosen and the rejected answers of DPO)
  fix     one forward pass for both (concatenate the inputs), reshard_after_forward=False for the
          inner wraps, or no activation checkpointing; a torch with pytorch/pytorch#171779
root ddp-of-sharded-parameters
  shows   found no DeviceMesh from dtensor args for c10d.{op:\w+}
  near    nn/parallel/distributed\.py|DistributedDataParallel\(|_sync_params_and_buffers
  cause   the model that DDP is given has sharded parameters (DTensor): under a launcher of several
          ranks transformers 4.50 and newer loads it tensor-parallel for device_map="auto" or a
          tp_plan
  fix     leave out device_map="auto" and tp_plan (device_map="cuda" after torch.cuda.set_device);
          where the model does not fit one GPU, ZeRO-3 or FSDP in place of DDP; with ms-swift
          NPROC_PER_NODE equal to the number of visible GPUs
root fsdp-parameter-not-in-state-dict
  says    is in the state_dict but the state_dict only has
  pattern FSDP assumes (?P<name>\S+) is in the state_dict but the state_dict only has
  cause   FSDP wants to put {name} into the checkpoint and does not find it there: the weight is
          tied or shared between two wrapped blocks, activation checkpointing was put on after FSDP,
          or this torch has a defect there
  fix     use_orig_params=True (fsdp_use_orig_params: true), blocks that share weights wrapped
          together, activation checkpointing before FSDP; else a newer torch or fsdp_version: 2
root fsdp-inner-root
  says    `_is_root` should not have been set yet
  cause   a part of an FSDP model was used by itself (its forward, state_dict or a save) before the
          whole model, and took itself for the outermost one
  fix     call forward and state_dict of the outermost model only, one forward of it before a part
          is saved or loaded alone; wrap again after such a use
root sharded-weight-flat
  shows   mat2 must be a matrix, got {dimensions:\d+}-D tensor
  near    torch/nn/modules/linear\.py"
  cause   a linear layer's weight is flat ({dimensions} dimension) as it is used: FSDP or ZeRO-3
          holds it in parts and the layer runs outside of the forward that gathers them (generate, a
          reference or reward model, a call of a submodule), or a wrapped model is wrapped again
  fix     call the wrapped model itself; for generation gather the weights first
          (FSDP.summon_full_params, deepspeed.zero.GatheredParameters, TRL's
          unwrap_model_for_generation with ds3_gather_for_generation); one launcher process for each
          GPU, so that no DataParallel comes on top
root fsdp2-without-shard-dimension
  says    "specified. Valid mesh_dim_names are ['"
  pattern Invalid mesh_dim_names? \(?'(?P<name>dp_(?:shard|replicate|cp)\w*)',?\)? specified\. Valid
          mesh_dim_names are \[(?P<names>'[^]]+)\]
  cause   FSDP2 looks for {name}, and the mesh has only {names}: data parallelism of size 1 makes no
          dimension, so that pure tensor or context parallelism leaves FSDP nothing to shard over
  fix     dp_shard_size of 2 or more (in place of tp_size, or with more GPUs: the product of all
          sizes is their number), or leave FSDP out of the config; a newer accelerate
root fsdp2-tied-weight-missing
  says    "KeyError: '"
  pattern KeyError: '(?P<name>[\w.]+\.weight)'
  near    in fsdp2_load_full_state_dict\n.*full_sd\[|in fsdp2_prepare_model\n.*(?:mapping|
          original_sd)
  cause   FSDP2's loader does not find {name} in the model's own weights: the config ties it to the
          embeddings, and the checkpoint or the sharding has them apart
  fix     model.config.tie_word_embeddings = False after loading (tie_word_embeddings: false in
          config.json) where the checkpoint has both weights; else a newer accelerate and
          transformers, fsdp_cpu_ram_efficient_loading: false, or fsdp_version: 1
"""
)
