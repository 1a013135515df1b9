"""What torch says of tensors, gradients and the objects that it loads."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.releases import KNOWN_RELEASES

FAILURES = read_entries(
    r"""
root torch-weights-only-deepspeed
  says    Weights only load failed
  near    deepspeed[/\\](?:runtime|checkpoint|utils)[/\\]
  cause   {DEEPSPEED_WEIGHTS_ONLY}
  fix     `uv pip install -U 'deepspeed>=0.16'` on every node; for an old zero_to_fp32.py use
          `python -m launcher weights CHECKPOINT -o OUT`
  checks  software.releases-work-together, software.versions-are-equal,
          files.checkpoints-can-be-resumed
root torch-weights-only
  says    Weights only load failed
  unless  deepspeed[/\\](?:runtime|checkpoint|utils)[/\\]|rng_state
  cause   the file holds more than tensors (numpy values, a config, a whole model), and torch 2.6
          and newer load only plain tensors by default
  fix     if you trust the file: torch.load(path, weights_only=False), or
          torch.serialization.add_safe_globals([TYPE]) with the type that the line `Unsupported
          global` names; where a library loads it, update the library
root torch-weights-only-rng
  says    Weights only load failed
  near    rng_state
  cause   an older transformers resumes rng_state with torch.load's old default, and torch 2.6 and
          newer load only plain tensors by default
  fix     `uv pip install -U transformers`; or remove rng_state_*.pth from the checkpoint; the
          random numbers then start afresh
  checks  software.versions-are-equal
root torch-load-on-missing-device
  says    Attempting to deserialize object on
  pattern Attempting to deserialize object on (?:a (?P<kind>\w+) device but|(?P<device>\w+) device
          (?P<index>\d+) but)
  cause   a file was saved from a GPU that this rank does not see, and torch.load puts it back there
  fix     torch.load(path, map_location="cpu"), then move the tensors
  checks  gpu.shell-hides-no-gpu
root torch-state-dict-keys
  says    Missing key(s) in state_dict:
  says    Unexpected key(s) in state_dict:
  pattern (?P<what>Missing|Unexpected) key\(s\) in state_dict: "(?P<key>[^"]+)"
  cause   the weights are another model's, or were saved with another wrapper around it: {what} is
          {key}
  fix     compare that name with model.state_dict(): a prefix `module.` is DDP's, `_orig_mod.`
          torch.compile's, `base_model.model.` PEFT's; strip it, or load into the model before it is
          wrapped
root torch-state-dict-prefix-kept
  says    Missing key(s) in state_dict:
  says    Unexpected key(s) in state_dict:
  near    Missing key\(s\) in state_dict: "(?P<key>[^"]+)"[\s\S]*Unexpected key\(s\) in state_dict:
          "(?P<prefix>(?:\w+\.){1,3})(?P=key)"
  cause   the names in the file begin with `{prefix}` and the model's do not: it was saved with a
          wrapper around it (`module.` of DDP or DeepSpeed, `_orig_mod.` of torch.compile, a class
          of its own)
  fix     strip `{prefix}` from every key (`key.removeprefix("{prefix}")`) before load_state_dict,
          or load into the wrapped model
root torch-state-dict-prefix-lacking
  says    Missing key(s) in state_dict:
  says    Unexpected key(s) in state_dict:
  near    Missing key\(s\) in state_dict: "(?P<prefix>(?:\w+\.){1,3})(?P<key>[^"]+)".*\n.*Unexpected
          key\(s\) in state_dict: "(?P=key)"
  cause   the model's names begin with `{prefix}` and those in the file do not: the model is wrapped
          already (`module.` of DDP or DeepSpeed, `_orig_mod.` of torch.compile), and it was not
          when it was saved
  fix     load before it is wrapped, or into the model within (`.module`, `._orig_mod`)
root torch-shape-on-load
  says    the shape in current model is
  pattern size mismatch for (?P<name>\S+): copying a param with shape
          torch\.Size\((?P<saved>\[[1-9][\d, ]*\])\) from checkpoint, the shape in current model is
          torch\.Size\((?P<current>\[[1-9][\d, ]*\])\)
  cause   the checkpoint's {name} has the shape {saved}, the model's has {current}: another config,
          vocabulary or number of labels
  fix     load with the config.json that was saved with the weights; resize the embeddings to the
          checkpoint's rows before loading; for a new head ignore_mismatched_sizes=True
root torch-no-grad-fn
  says    element 0 of tensors does not require grad and does not have a grad_fn
  cause   the loss depends on nothing that is trained: all is frozen, or gradient checkpointing cut
          the graph because the frozen embeddings' output needs no gradient
  fix     with LoRA and gradient checkpointing call model.enable_input_require_grads(), or set
          use_reentrant False in gradient_checkpointing_kwargs; else check which parameters require
          gradients
silent torch-checkpointing-no-grad, survivable
  says    None of the inputs have requires_grad=True. Gradients will be None
  cause   reentrant gradient checkpointing got inputs without gradient, so what it wraps is not
          trained
  fix     use_reentrant False in gradient_checkpointing_kwargs, or
          model.enable_input_require_grads()
root torch-checkpoint-recompute
  says    Recomputed values for the following tensors have different metadata than during the
          forward pass
  says    A different number of tensors was saved during the original forward and recomputation
  cause   gradient checkpointing computed a block again and got something else: the block depends on
          what changed since (a router, dropout without its random state, ZeRO-3 or FSDP state,
          torch.compile, autocast)
  fix     under ZeRO-3 set use_reentrant True (gradient_checkpointing_kwargs); else keep the block
          free of state; determinism_check="none" hides it
root torch-graph-freed
  says    Trying to backward through the graph a second time
  cause   backward ran twice over one graph: a loss was kept over steps, or a hidden state was not
          detached
  fix     detach what is carried over (state.detach()), compute the loss again in each step;
          retain_graph=True only if two losses are meant
root torch-inplace-modified
  says    has been modified by an inplace operation
  cause   a tensor that backward needs was changed in place after the forward pass; with DDP also a
          buffer that is broadcast between two forwards of one step
  fix     find it with torch.autograd.set_detect_anomaly(True) and replace `x += y` by `x = x + y`;
          with DDP broadcast_buffers=False
root torch-leaf-inplace
  says    a leaf Variable that requires grad is being used in an in-place operation
  says    a view of a leaf Variable that requires grad is being used in an in-place operation
  cause   a parameter itself was changed in place outside of torch.no_grad()
  fix     wrap the change in `with torch.no_grad():`; for inputs of checkpointed blocks clone them
          first
root torch-integer-gradient
  says    Only Tensors of floating point and complex dtype can require gradients
  says    only Tensors of floating point dtype can require gradients
  cause   a quantized (integer) weight was to be trained: the quantized base of the model was not
          frozen, or it is copied by ZeRO-3's or FSDP's set-up
  fix     freeze the base (prepare_model_for_kbit_training) and train an adapter; with ZeRO-3 or
          FSDP set bnb_4bit_quant_storage to bfloat16
root zero3-offload-of-some-releases
  says    Expected all tensors to be on the same device, but
  near    in unscale_and_clip_grads
  cause   with ZeRO-3 and its offload to CPUs, DeepSpeed 0.14.1 and 0.14.2 scale gradients on the
          CPU by a norm on the GPU: a defect of these releases, not of the model
  fix     `uv pip install 'deepspeed>=0.14.3'` on every node (0.14.0 has it not yet); until then
          offload parameters alone, not the optimizer
  checks  software.versions-are-equal
root torch-mixed-devices
  says    Expected all tensors to be on the same device, but
  pattern Expected all tensors to be on the same device, but (?:found at least two devices,
          (?P<one>\S+) (?:\([^)]*\) )?and (?P<other>[\w:]+)|got .*?(?P<what>\w+) is on
          (?P<third>[\w:]+), different from other tensors on (?P<fourth>[\w:]+))
  unless  in unscale_and_clip_grads
  cause   an operation got tensors of different devices: a batch, a module or a buffer made later
          (a mask, positions, an adapter) was not moved, cuda:0 is written where the rank has
          another GPU, device_map="auto" spread one model over several, or parts are offloaded
  fix     move what the last lines of the traceback combine to one device (x.to(model.device)), and
          torch.cuda.set_device(LOCAL_RANK) first; no device_map in a run with several ranks (or one
          that maps "" to LOCAL_RANK)
root torch-mixed-dtypes
  says    "expected scalar type "
  says    to have the same dtype, but got
  says    must have the same dtype, but got
  says    ) should be the same
  pattern (?:expected scalar type (?P<one>\w+) but found (?P<other>\w+)|expected (?:m1 and m2|mat1
          and mat2|self and mat2) to have the same dtype, but got: (?P<a>.+) != (?P<b>.+)|mat1 and
          mat2 must have the same dtype, but got (?P<c>\w+) and (?P<d>\w+)|Input type \((?P<e>\S+)\)
          and (?:weight|bias) type \((?P<f>\S+)\) should be the same)
  cause   an operation got numbers of two types: weights in 16 bit and inputs or adapters in 32 bit
          (or the reverse), and no autocast around them
  fix     load the model in the type that trains (dtype=torch.bfloat16), set bf16: true in the
          arguments, and cast adapters and inputs to model.dtype; generate within torch.autocast
root torch-not-implemented-for-type
  says    " not implemented for '
  pattern \x22(?P<operation>[^\x22]+)\x22 not implemented for '(?P<type>Half|BFloat16|Float8\w+|
          Bool|Byte|Char|Long|Int)'
  cause   torch has no {operation} for numbers of the type {type} on this device: the model runs on
          the CPU in 16 bit, or integers reached an operation for floats
  fix     move the model to the GPU, or load it in float32 on CPUs; if a loss is named, check that
          the labels have the type it needs
  checks  gpu.shell-hides-no-gpu
root torch-unscale-fp16
  says    Attempting to unscale FP16 gradients
  cause   fp16 training keeps its weights in 32 bit, and this model's trainable weights were loaded
          in 16
  fix     load with dtype=torch.float32 and fp16: true, or train in bf16; with LoRA cast the
          adapter's parameters to float32
root torch-no-inf-checks
  says    No inf checks were recorded for this optimizer
  says    No inf checks were recorded prior to update
  cause   no parameter of the optimizer had a gradient in this step: all frozen, another model's
          optimizer, or backward did not run
  fix     build the optimizer from the parameters that train, and check that the loss depends on
          them
root torch-stack-unequal
  shows   stack expects each tensor to be equal size, but got {one:\[[\d, ]*\]} at entry 0 and
          {other:\[[\d, ]*\]} at entry {entry:\d+}
  cause   a batch was made of samples of different sizes ({one} and {other}): texts that nothing
          pads, or images that nothing resizes
  fix     texts: a collator that pads (DataCollatorWithPadding, DataCollatorForSeq2Seq), or
          padding="max_length" when tokenizing; images: one size for all (Resize and CenterCrop, the
          processor's size), or a collator that keeps a list
root torch-index-self
  says    index out of range in self
  cause   an embedding got an index beyond its rows: a token id of another tokenizer, or tokens were
          added without resizing
  fix     model.resize_token_embeddings(len(tokenizer)); check max(input_ids) against the vocabulary
          and positions against the longest sequence
root torch-target-out-of-bounds
  says    is out of bounds.
  pattern IndexError: Target (?P<label>-?\d+) is out of bounds\.
  cause   the label {label} is not one of the model's classes
  fix     num_labels must be the largest label + 1, labels count from 0, and -100 where no loss is
          meant
root torch-batch-of-target
  shows   Expected input batch_size ({input:\d+}) to match target batch_size ({target:\d+})
  cause   the loss got {input} predictions and {target} labels: input and labels have different
          lengths
  fix     pad labels with -100 to the length of the input, and shift both alike
root torch-nan-in-backward
  shows   Function '{name:\w+}' returned nan values in its {index:\d+}th output
  cause   the gradient of {name} is NaN: the loss diverged, a division by zero or a logarithm of
          zero before it, or fp16 overflow
  fix     the first traceback above it is the forward operation; lower the learning rate, clip
          gradients, train in bf16
root torch-attribute-too-old
  says    module 'torch' has no attribute '
  says    module 'torch.distributed' has no attribute '
  says    module 'torch.utils._pytree' has no attribute '
  says    module 'torch.library' has no attribute '
  pattern AttributeError: module '(?P<module>torch(?:\.distributed|\.utils\._pytree|\.library)?)'
          has no attribute '(?P<name>\w+)'
  history asked
  cause   this torch has no `{name}` in {module}: it is older (or much newer) than what a library
          expects, or a file named torch.py hides it
  fix     `python -c 'import torch; print(torch.__version__, torch.__file__)'` with the training
          interpreter; update torch, or install the library's release for this torch
  checks  software.versions-are-equal, software.packages-are-the-environments-own
root quantized-on-two-gpus
  says    Input tensors need to be on the same GPU, but found the following tensor and device
          combinations
  cause   an 8-bit or 4-bit operation got tensors of different GPUs: the rank did not choose its own
          GPU, or the quantized model was loaded on another
  fix     torch.cuda.set_device(LOCAL_RANK) before loading, and a device_map that maps "" to
          LOCAL_RANK
root torch-meta-tensor
  says    Cannot copy out of meta tensor; no data!
  says    Tensor on device meta is not on the expected device
  says    is on the meta device, we need a `value` to put in on
  cause   a weight was never loaded: it has a shape and no values, because the checkpoint lacks it,
          it is offloaded (device_map), or the model was made under a meta device
  fix     look at from_pretrained's list of missing weights; no device_map in training; tie weights
          and merge adapters before moving the model
  checks  files.needed-data-is-whole
root torch-invalid-gradient-empty
  says    but expected shape compatible with
  pattern Function (?P<name>\w+) returned an invalid gradient at index \d+ - (?:got \[0\] but
          expected shape compatible with \[[1-9][\d, ]*\]|got \[[\d, ]*\] but expected shape
          compatible with \[0\])
  cause   the backward of {name} met a weight that ZeRO-3 (or FSDP) had partitioned meanwhile: it is
          used outside of its module, twice, or under gradient checkpointing that runs a block again
  fix     use weights inside their module's forward alone; gradient checkpointing with use_reentrant
          True under ZeRO-3; mark the block as a leaf (set_z3_leaf_modules)
root torch-view-inplace
  says    is a view and is being modified inplace
  cause   a view of an activation was changed in place, which a hook (ZeRO, FSDP, checkpointing)
          around it forbids
  fix     clone the view first, or write the operation out of place
root torch-empty-list
  says    stack expects a non-empty TensorList
  says    expected a non-empty list of Tensors
  cause   an empty list of tensors was joined: a batch without samples, or all of them filtered out
          on this rank
  fix     drop empty samples and batches in the collator, and check the data that this rank reads
root torch-embedding-index-type
  shows   Expected tensor for argument #1 'indices' to have one of the following scalar types: Long,
          Int; but got {type}
  cause   token ids reached the embedding as {type}: ZeRO or autocast casts all inputs of the batch,
          or the batch is empty (an empty list becomes float)
  fix     keep input_ids as torch.long, also in an empty or padded batch; cast only floats in a hook
          of your own
root torch-shapes-do-not-fit-flat
  says    mat1 and mat2 shapes cannot be multiplied
  pattern mat1 and mat2 shapes cannot be multiplied \((?P<one>\d+x\d+) and (?P<other>1x\d{5,}|0x0)\)
  cause   a layer's weight is flat or empty ({other}): it is quantized in 4 bit and used without
          bitsandbytes' layer, or ZeRO-3 or FSDP has partitioned it
  fix     call the wrapped model's own forward; merge or use the adapter through PEFT; gather the
          weight (GatheredParameters, summon_full_params) for other uses
root torch-model-file-not-there
  shows   unable to open file <{path:[^>]+}> in read-only mode: No such file or directory
  cause   {path} is not on this node
  fix     copy it to every node at the same path, and list it under `exist` in launch.toml
  checks  files.needed-files-exist, files.shared-folders-are-shared-everywhere
root torch-module-devices
  shows   module must have its parameters and buffers on device {want} (device_ids[0]) but found one
          of them on device: {have}
  cause   DataParallel (one process for several GPUs) met a module that is not on {want}: several
          GPUs are visible to a program started as one process
  fix     start one process for each GPU (torchrun, deepspeed, `python -m launcher start`), or
          CUDA_VISIBLE_DEVICES=0
symptom torch-dataparallel-replica
  says    Caught RuntimeError in replica
  says    Caught ValueError in replica
  says    Caught StopIteration in replica
  says    Caught OutOfMemoryError in replica
  pattern Caught (?:RuntimeError|ValueError|StopIteration|OutOfMemoryError) in replica
          (?P<replica>\d+) on device (?P<device>\d+)
  cause   the program trains with DataParallel (one process for all GPUs), and failed on GPU
          {device}
  fix     read the traceback that follows; start one process for each GPU instead (torchrun,
          deepspeed, `python -m launcher start`)
symptom torch-state-dict-error
  shows   Error(s) in loading state_dict for {model:\w+}
  cause   the weights do not fit the model {model}; the lines below name the keys or shapes
  fix     read the lines below: missing or unexpected keys, or a size mismatch
root torch-storage-not-resizable
  says    Trying to resize storage that is not resizable
  cause   a batch was put together in memory that cannot grow: samples of different sizes in a data
          loader's worker, or a tensor over NumPy's or shared memory
  fix     pad samples to one size in the collator; num_workers=0 shows the plain error; .clone()
          what comes from NumPy
root torch-storage-freed
  shows   requiring a storage size of {need:\d+} are out of bounds for storage of size 0
  cause   a parameter is used whose memory FSDP has freed: a module is called apart from the wrapped
          forward, a weight is shared between two wrapped blocks, or the block was left by an
          exception before
  fix     call the wrapped model alone; wrap blocks that share weights together; use_orig_params and
          ignored modules as in the library's example
root torch-item-of-meta
  says    RuntimeError: Tensor.item() cannot be called on meta tensors
  cause   the model was made without memory (on the meta device, for loading under ZeRO-3 or FSDP),
          and its code reads a value while it is made
  fix     low_cpu_mem_usage=False or no zero.Init for this model; move that computation out of
          __init__; update the package whose code the traceback names
root torch-none-as-tensor
  says    RuntimeError: Could not infer dtype of NoneType
  cause   a batch holds None where a number is wanted: a field of the data is missing in some
          samples, or the tokenizer has no such token (pad_token_id, bos_token_id)
  fix     filter such samples, or set the token: tokenizer.pad_token = tokenizer.eos_token
  checks  files.needed-data-is-whole
root optimizer-empty
  says    optimizer got an empty parameter list
  cause   the optimizer was made without parameters: all are frozen, the adapter is not attached, or
          the generator of model.parameters() was used up before
  fix     print the parameters with requires_grad; call model.parameters() again; make the optimizer
          after adapters are added and layers are unfrozen
root torch-set-data-types
  says    Attempted to call `variable.set_data(tensor)`
  cause   a parameter got data of another device, type or kind (a DTensor): the model was moved or
          cast after DDP, FSDP, ZeRO or an optimizer had taken it
  fix     move and cast the model before it is wrapped; under FSDP2 and tensor parallelism load
          through the distributed state dict
root torch-inference-tensor
  says    Inference tensors cannot be saved for backward
  says    Inplace update to inference tensor outside InferenceMode
  cause   a tensor that was made within torch.inference_mode() is used in training: of an
          evaluation, a generation or a cache that is kept
  fix     torch.no_grad() in place of inference_mode (Lightning: inference_mode=False), or .clone()
          what is kept
root torch-checkpoint-unpacked-twice
  says    tensor that was already unpacked once
  cause   activation checkpointing met a second backward through the same block: backward ran twice
          over one graph (two losses, retain_graph), or within another autograd function
  fix     one backward over the sum of the losses; use_reentrant False with early_stop off
          (torch.utils.checkpoint.set_checkpoint_early_stop(False))
root torch-device-string
  shows   Invalid device string: '{device:[^']*}'
  cause   {device} is no name of a device: an empty or doubled variable, or LOCAL_RANK as text
          within it
  fix     "cuda:N" with N from LOCAL_RANK, as in f"cuda:(int(os.environ['LOCAL_RANK'])"
root torch-not-scalar-backward
  says    grad can be implicitly created only for scalar outputs
  cause   backward was called on a loss of several numbers: one for each sample, token or GPU of
          DataParallel
  fix     loss.mean() before backward; reduction="mean" in the loss
root torch-truth-of-tensor
  says    Boolean value of Tensor with more than one value is ambiguous
  cause   the program asks whether a tensor of several numbers is true: `if labels:` or `a or b`
          where `is not None` is meant
  fix     `is not None`, .any() or .all() in the line that the traceback names
root torch-half-overflow
  shows   value cannot be converted to type at::{type:\w+} without overflow
  cause   a constant such as -1e9 or the smallest float32 does not fit {type}: code of a mask that
          was written for 32 bit
  fix     torch.finfo(tensor.dtype).min in that line; train in bf16; a newer release of the model's
          code
root torch-unscale-twice
  says    unscale_() has already been called on this optimizer since
  cause   gradients are unscaled twice in one step: clip_grad_norm_ is called twice, or by the
          program beside accelerate or the Trainer
  fix     clip once for each step, under `if accelerator.sync_gradients:`
root torch-negative-dimension
  shows   Trying to create tensor with negative dimension {size:-\d+}
  cause   a size was computed below zero ({size}): a prompt longer than the longest length, or an
          embedding that is to shrink
  fix     the lengths in the line that the traceback names; a longer max_length, truncation of
          prompts
root extension-without-gpu
  says    RuntimeError: Not compiled with GPU support
  cause   an extension was built where no CUDA was found, so that it has no code for GPUs
  fix     build it again on a node with the CUDA toolkit (CUDA_HOME, nvcc) and FORCE_CUDA=1
root torch-device-name
  shows   at start of device string: {device}
  cause   {device} is no device of torch: a setting of another library ("auto") reached torch.device
  fix     "cuda" or "cuda:N" there; device_map="auto" belongs to from_pretrained alone
""",
    DEEPSPEED_WEIGHTS_ONLY=KNOWN_RELEASES["deepspeed-weights-only"].because,
)
