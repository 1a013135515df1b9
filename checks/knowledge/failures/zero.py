"""What ZeRO says of parameters that are partitioned, and of the order in which they are used."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root zero3-tracing-error
  shows   RuntimeError: tracing error at step {step:\d+}
  cause   ZeRO-3 recorded the order of modules in the first step, and a later step used others: the
          forward pass depends on the data (experts, layer drop, a vision branch) or the hooks were
          registered twice
  fix     mark modules that are used by turns as leaves (deepspeed.utils.set_z3_leaf_modules(model,
          [ExpertBlock])), or set "stage3_prefetch_bucket_size": 0; else use ZeRO-2
root zero3-param-not-available
  says    , 'status': 'NOT_AVAILABLE'
  says    , 'status': 'INFLIGHT'
  pattern (?:AssertionError|RuntimeError): (?:expect(?:ed)? param .*)?\{'id': (?P<id>\d+), 'status':
          '(?:NOT_AVAILABLE'|INFLIGHT')
  cause   ZeRO-3 was asked for a parameter ({id}) that is not gathered: weights are used outside of
          the module that owns them, in a frozen or shared module, or after an exception in the step
          before
  fix     use weights only inside their module's forward, or gather them with
          deepspeed.zero.GatheredParameters; mark a block whose experts the data choose as a leaf:
          deepspeed.utils.set_z3_leaf_modules(model, [Block])
root zero3-param-still-in-use
  says    Cannot free a ZeRO-3 parameter while it is still active in submodules
  cause   ZeRO-3 found parameters still in use when the step ended: modules ran that this step did
          not finish, as after an exception that was caught, or when the forward is called twice
          before backward
  fix     do not catch exceptions around forward and backward; give each forward its backward; under
          generate() use deepspeed.zero.GatheredParameters or synced_gpus=True
root zero3-empty-weight
  says    must be 2-D
  says    size mismatch, got input (
  pattern RuntimeError: (?:'weight' must be 2-D|size mismatch, got input \(\d+\), mat \(\d+x\d+\),
          vec \(0\))
  cause   a layer's weight is empty or flat: ZeRO-3 (or FSDP) has partitioned it, and it was used
          before it was gathered, for instance by code that runs before deepspeed.initialize or
          outside of the module's forward
  fix     call the wrapped model, not a part of it; a model beside it that no engine wraps (a text
          encoder, a reference or reward model) is loaded outside of zero.Init: zero3_init_flag:
          false in accelerate's config, or deepspeed.initialize for it too; else gather it around
          that code (`with deepspeed.zero.GatheredParameters([weight]):`)
root zero3-size-mismatch-on-load
  says    the shape in current model is torch.Size([0])
  pattern size mismatch for (?P<name>\S+): copying a param with shape torch\.Size\(\[[\d, ]+\]\)
          from checkpoint, the shape in current model is torch\.Size\(\[0\]\)
  cause   weights were loaded into a model that ZeRO-3 has partitioned: here {name} has no elements
  fix     load through from_pretrained (transformers gathers under ZeRO-3), or inside
          deepspeed.zero.GatheredParameters with modifier_rank=0; a checkpoint of DeepSpeed through
          engine.load_checkpoint
root zero3-saved-empty
  shows   size mismatch for {name}: copying a param with shape torch.Size([0]) from checkpoint
  cause   the weights in this file are empty: it was saved under ZeRO-3 by model.state_dict() or
          save_pretrained of the bare model, without gathering
  fix     take the shards of the DeepSpeed checkpoint: `python -m launcher weights CHECKPOINT -o
          OUT`; next time save with trainer.save_model, accelerator.get_state_dict(model), or
          stage3_gather_16bit_weights_on_model_save
  checks  deepspeed.saving-does-not-gather
root zero3-in-place-change
  says    Detected in-place modification of ZeRO-3 parameters inside GatheredParameters
  cause   a parameter was changed inside GatheredParameters on one rank alone
  fix     give modifier_rank=0, and change it on that rank: the others receive it
root zero3-gathered-on-cpu
  shows   Parameter {id:\d+} is on {device} but broadcast requires it to be on {wanted:\S+?}.
  cause   a gathered parameter was moved to {device} inside GatheredParameters, and is broadcast
          from {wanted}
  fix     leave it on its device: copy into param.data instead of replacing it
root zero-disagreement-of-ranks
  shows   Detected a disagreement on list {what:length|contents} between rank0 and rank{rank:\d+}
  cause   rank 0 and rank {rank} built different models or parameter groups: different configs,
          files, seeds or versions on their nodes
  fix     compare the config, the code and the versions of that node with the head's (list them
          under `same` in launch.toml)
  checks  files.same-files-are-equal, software.versions-are-equal
root zero-gradient-reduced-twice
  says    Gradient computed twice for this partition
  pattern The parameter (?P<name>\S+) has already been reduced\.\s+Gradient computed twice for this
          partition
  cause   the gradient of {name} was computed twice in one backward pass: a module is used twice
          under reentrant gradient checkpointing, a LoRA base is shared, or backward runs twice
  fix     gradient checkpointing with use_reentrant False; one engine.backward for each step
root zero-unused-parameters
  says    This assert indicates that your module has parameters that
  cause   some trainable parameters got no gradient, because the loss does not depend on them, and
          the config sets ignore_unused_parameters to false
  fix     set "ignore_unused_parameters": true in zero_optimization, or freeze what is not trained
root zero-averaged-gradients-size
  says    averaged gradients have different number of elements that partition size
  cause   the gradients no longer fit ZeRO's partitions: parameters were frozen, unfrozen, resized
          or replaced after deepspeed.initialize
  fix     do that before deepspeed.initialize (or accelerator.prepare), the same way on every rank
root zero-reduce-scatter-size
  says    Cannot reduce scatter gradients whose size is not same as the params
  cause   a gradient has another size than its parameter: a parameter was resized or replaced
          (embeddings, tied weights) after ZeRO had partitioned it
  fix     resize before deepspeed.initialize; under ZeRO-3 inside deepspeed.zero.GatheredParameters
root zero-reduce-scatter-dtype
  says    communication_data_type with reduce scatter enabled. Got:
  cause   the config's communication_data_type is not one that ZeRO reduces with
  fix     set "communication_data_type" to fp32, fp16 or bf16, or remove it
  checks  deepspeed.values-are-accepted
root zero-no-gradient
  says    with None gradient
  pattern Invalid to reduce Param (?P<id>\d+) with None gradient
  cause   ZeRO should reduce a parameter ({id}) that has no gradient: the loss does not depend on it
          in this step, or it was frozen after the start
  fix     let every trainable parameter take part in each step's loss on every rank, or freeze it
          before deepspeed.initialize
root zero-partial-offload
  says    Partial offloading only supported for ZeRO Stage 3
  cause   "ratio" below 1 offloads a part of the optimizer, which only ZeRO-3 can do
  fix     set "stage": 3, or remove "ratio" from offload_optimizer
  checks  deepspeed.values-are-accepted
root zero3-elastic-checkpoint
  says    ZeRO-3 elastic checkpointing is deprecated and unsupported
  cause   the checkpoint was written with ZeRO-3's elastic form, which DeepSpeed dropped
  fix     convert it: `python -m deepspeed.checkpoint.ds_to_universal --input_folder CKPT
          --output_folder OUT`, and load with "load_universal": true under "checkpoint"
  checks  files.checkpoints-can-be-resumed
root zero-nvme-buffers
  shows   Not enough buffers {have:\d+} for swapping {want:\d+}
  cause   offload_param has {have} buffers, and a module needs {want} at once
  fix     raise "buffer_count" in offload_param
root zero-nvme-buffer-size
  says    > buffer
  says    buffer size
  pattern (?:num_elems (?P<wanted>\d+) > buffer (?P<have>\d+)|More elements (?P<numel>\d+) than
          buffer size (?P<size>\d+))
  cause   a parameter is larger than one buffer of the NVMe offload
  fix     raise "buffer_size" in offload_param above the largest parameter
silent zero3-allocator-flushes, survivable
  shows   {count:\d+} pytorch allocator cache flushes since last step
  cause   a GPU's memory is almost full: torch emptied its cache {count} times in one step, which
          makes it slow and out-of-memory likely
  fix     lower the micro batch, stage3_max_live_parameters or stage3_prefetch_bucket_size; set
          PYTORCH_ALLOC_CONF=expandable_segments:True in [env]
root zero3-ranks-disagree
  shows   "disagreement between rank0 and rank{rank:\d+}: rank0: "
  cause   under ZeRO-3 rank {rank} gathers other weights than rank 0: the ranks passed different
          modules, or only some of them run the model (an evaluation on rank 0, one batch more on
          some ranks than on others, a branch that depends on the data)
  fix     call the model on every rank together and equally often, also to evaluate and generate
          (drop_last or padding for the last batch, synced_gpus=True);
          let every rank pass every branch; "leaf_module" for blocks chosen by the data
root zero3-nothing-to-train
  says    max() arg is an empty sequence
  says    max() iterable argument is empty
  pattern ValueError: max\(\) (?:arg is an empty sequence|iterable argument is empty)
  near    deepspeed/runtime/zero/stage3\.py
  cause   ZeRO-3 got an optimizer without any partitioned parameter: all is frozen, the adapter is
          not attached, or a reference model was given an optimizer
  fix     check the parameters with requires_grad; for a model that is not trained leave "optimizer"
          out of its config and use stage 3 for inference (or stage 0)
root zero3-engine-of-inference
  shows   'DeepSpeedZeRoOffload' object has no attribute '{name:\w+}'
  cause   a model without an optimizer (a reference or teacher) is treated as one that trains:
          `{name}` was asked of ZeRO-3's inference form
  fix     call only forward on it, do not step or save its optimizer; update TRL, accelerate or the
          trainer that does
  checks  software.versions-are-equal
root zero3-parameter-unknown
  says    object has no attribute 'ds_
  pattern '(?P<class>\w+)' object has no attribute '(?P<name>ds_(?:id|shape|numel|tensor|status|
          persist))'
  cause   ZeRO-3 met a parameter ({class}) that it has not partitioned: it was added, replaced or
          loaded after deepspeed.initialize, or zero.Init was active for a part of the model alone
  fix     add adapters, tokens and heads before deepspeed.initialize, and build the whole model
          under one config (create TrainingArguments before from_pretrained)
root zero3-params-in-flight
  says    still have inflight params
  cause   ZeRO-3 fetched parameters ahead that this step did not use: the modules that run differ
          from step to step (mixture of experts, branches on the data, generate()), or an exception
          in the forward was caught
  fix     deepspeed.utils.set_z3_leaf_modules for the experts' block, stage3_prefetch_bucket_size 0,
          or ZeRO-2; update DeepSpeed
root zero-resumed-on-other-world
  shows   size of tensor a ({here:\d+}) must match the size of tensor b ({saved:\d+})
  near    load_state_dict|load_checkpoint|_restore_from
  frame   deepspeed/runtime/zero
  cause   a rank's part of the ZeRO checkpoint has {saved} elements and here {here}: it was saved by
          another number of ranks
  fix     resume with as many ranks as saved it, or convert it with ds_to_universal.py and set
          "load_universal_checkpoint"; for the weights alone `python -m launcher weights CHECKPOINT
          -o OUT`
  checks  files.checkpoints-can-be-resumed
root zero-nvme-no-buffer
  says    ran out of swap buffers, try increasing 'buffer_count'
  says    No swap buffers to allocate for fp16 param
  says    No buffer available to swap param
  cause   the NVMe offload has no free buffer left
  fix     raise "buffer_count" in offload_optimizer (or offload_param), and look at the free memory
          of the node
  checks  deepspeed.values-are-accepted
root zero3-nested-gather
  says    Nested GatheredParameters contexts cannot overlap parameters
  cause   a parameter was gathered while it was already gathered outside
  fix     one GatheredParameters around both uses
root zero-reduce-scatter-settings
  says    with reduce scatter enabled
  pattern (?P<what>gradient_predivide_factor != 1\.0|pre-scale gradients) is not yet supported with
          .* with reduce scatter enabled
  cause   the config scales gradients in a way that reduce scatter does not do ({what})
  fix     leave gradient_predivide_factor and prescale_gradients out, or "reduce_scatter": false
  checks  deepspeed.values-are-accepted
root zero3-single-process
  says    must be 2-D
  near    Not using the DeepSpeed or dist launchers|distributed training: False
  cause   a ZeRO-3 config is used by a process that no launcher started, so that a layer's weight
          stays partitioned
  fix     start through torchrun or deepspeed, for one GPU too (LLaMA-Factory: FORCE_TORCHRUN=1), or
          leave the DeepSpeed config out
root loss-scale-exhausted
  says    Minimum loss scale reached (
  says    Your loss is probably exploding
  cause   every step overflowed in fp16 until the loss scale reached its minimum: the loss diverges,
          a sample is broken, or the model was trained in bf16
  fix     bf16 in place of fp16; a lower learning rate and more warm-up; gradient clipping; look for
          the first step whose loss is NaN
root loss-not-finite
  says    Loss is nan, stopping training
  says    Loss is inf, stopping training
  says    loss is nan while previous loss
  cause   the program stops (or warns) as the loss is no longer finite: it diverged, overflowed in
          fp16, or a sample divides by nothing (no labels, an empty sequence)
  fix     look at the first step whose loss is NaN and its samples; a lower learning rate and more
          warm-up, clipping, bf16; torch.autograd.set_detect_anomaly(True) names the operation
root zero-nothing-to-train
  says    expected a non-empty list of Tensors
  frame   deepspeed/runtime/zero/stage_1_and_2
  near    in (?:flatten_dense_tensors_aligned|_flatten_dense_tensors|flatten)\b
  cause   ZeRO-1 or 2 was asked to make an optimizer over parameters of which none is trained: a
          frozen model (the reference, teacher or reward model) was prepared with the trained one's
          DeepSpeed config, or a group of parameters is empty
  fix     a frozen model needs no ZeRO-1/2: stage 3 or stage 0 for it, or
          accelerator.prepare_model(model, evaluation_mode=True), as newer releases of TRL do; where
          it is the model that is trained: its adapter or unfrozen layers are missing, or a group of
          the optimizer is empty
root zero-no-first-parameter
  says    IndexError: list index out of range
  frame   deepspeed/runtime/zero/
  near    param_groups\[0\]\[['"]params['"]\]\[0\]
  cause   ZeRO looks for the first trained parameter and there is none: a frozen model was prepared
          with the trained one's DeepSpeed config, or a group of the optimizer is empty
  fix     give a frozen model to DeepSpeed without an optimizer (for inference, stage 3 or 0), or
          accelerator.prepare_model(model, evaluation_mode=True); else unfreeze what is trained
root torch-no-gradients-to-clip
  says    stack expects a non-empty TensorList
  says    expected a non-empty list of Tensors
  frame   torch/nn/utils/clip_grad
  cause   gradients are clipped and no parameter has one: all are frozen, the loss does not depend
          on them, or the optimizer holds other parameters than the model
  fix     list the parameters with requires_grad and with a .grad after backward(); add the adapter
          or unfreeze layers before the optimizer is made, and with gradient checkpointing
          model.enable_input_require_grads()
root zero3-parameter-without-elements
  shows   The size of tensor {which:[ab]} (0) must match the size of tensor {other:[ab]}
          ({size:\d\d+})
  near    deepspeed
  cause   a weight has no element here where {size} are expected: ZeRO-3 holds it in parts, and it
          is used outside of the module that owns it, or in a backward pass of a second model or
          loss for which it was not gathered
  fix     use weights only inside their module's forward, or gather them (`with
          deepspeed.zero.GatheredParameters(list(module.parameters())):`); one engine.forward and
          engine.backward for each loss; ZeRO-2 where the model fits
root zero3-trace-out-of-step
  says    "IndexError: pop from an empty deque"
  near    partitioned_param_coordinator\.py"
  cause   ZeRO-3's record of the order of the modules is out of step with what ran: between two
          training steps the model generated or ran without gradients (a rollout, a reference
          model), or a module ran more often than was recorded
  fix     the newest TRL (or trainer) and DeepSpeed together, or DeepSpeed 0.15.4; rollouts by vLLM
          (use_vllm) in place of the model's own generate; one DeepSpeed engine for each model;
          ZeRO-2 where the model fits
  checks  software.versions-are-equal
root nvme-swap-file-too-short
  says    buffer.nbytes()) == num_file_bytes
  says    "buffer nbytes != file bytes "
  cause   a swap file of ZeRO-Infinity is shorter than the buffer that is read from it: the disk of
          nvme_path is full, so that writing was cut off, or files of an earlier run lie there
  fix     `df -h` and `df -i` of nvme_path on each node, which must be a local NVMe disk and not the
          container's overlay; delete the folder zero_stage_3 of runs that are over; else a larger
          disk, or offload to the CPU
  checks  files.output-is-writable
root zero-hpz-groups-twice
  says    ZeRO parameter intra parallel group is already initialized
  cause   ZeRO++ (zero_hpz_partition_size) was set up twice in one process: DeepSpeed makes its
          groups once, and a second model or engine (a reference, reward or critic model, another
          deepspeed.initialize or zero.Init) asked for them again
  fix     zero_hpz_partition_size in the config of one of the models alone (leave it out, or 1, for
          the others), or no ZeRO++ where a process has several models
"""
)
