"""What the Trainer of transformers says of its arguments and of the model that it trains."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.failures.gpu_driver import NO_GPU_SINCE

FAILURES = read_entries(
    r"""
root trainer-arguments-renamed
  says    TrainingArguments.__init__() got an unexpected keyword argument '
  says    Trainer.__init__() got an unexpected keyword argument '
  pattern (?P<class>\b(?:Seq2Seq)?Train(?:er|ingArguments))\.__init__\(\) got an unexpected keyword
          argument '(?P<name>\w+)'
  history asked
  cause   {class} of the installed transformers has no argument `{name}`: it was renamed or removed
          (evaluation_strategy → eval_strategy, tokenizer → processing_class; transformers 5 removed
          overwrite_output_dir, logging_dir, no_cuda, fp16_backend and others), or is newer than it
  fix     use the present name, or the release of transformers that the program was written for, the
          same on every node
  checks  software.versions-are-equal
root trainer-num-items-in-batch
  shows   {function:[\w.]+}() got an unexpected keyword argument 'num_items_in_batch'
  cause   transformers 4.46 and newer pass num_items_in_batch, and {function} of the program does
          not take it
  fix     add num_items_in_batch=None (or **kwargs) to {function}, as in compute_loss(self, model,
          inputs, return_outputs=False, num_items_in_batch=None)
root trainer-bf16-no-gpu
  says    Your setup doesn't support bf16
  cause   bf16 was asked for, and this rank sees no device that has it: no GPU was found, or one
          older than Ampere
  fix     `nvidia-smi -L` on that node and CUDA_VISIBLE_DEVICES of the rank; on older GPUs fp16:
          true
  checks  gpu.precision-is-supported, gpu.shell-hides-no-gpu
  follows {NO_GPU_SINCE}
root trainer-fp16-no-gpu
  says    FP16 Mixed precision training with AMP or APEX (`--fp16`) and FP16 half precision
          evaluation
  cause   fp16 was asked for, and this rank sees no GPU
  fix     `nvidia-smi -L` on that node and CUDA_VISIBLE_DEVICES of the rank
  checks  gpu.shell-hides-no-gpu, software.torch-fits-the-gpus
  follows {NO_GPU_SINCE}
root trainer-tf32
  says    --tf32 requires Ampere or a newer GPU arch
  cause   tf32: true was asked for, and this node's GPU (or none at all) does not have it
  fix     leave tf32 out for this GPU; `nvidia-smi -L` if it should have it
  checks  gpu.precision-is-supported, gpu.models-are-equal
  follows {NO_GPU_SINCE}
root trainer-precision-twice
  says    At most one of fp16 and bf16 can be True, but not both
  cause   both fp16 and bf16 are true in the arguments
  fix     set one of them to false
  checks  deepspeed.precision-is-one
root trainer-best-model-strategies
  says    --load_best_model_at_end requires the save and eval strategy to match
  says    --load_best_model_at_end requires the saving steps to be a
  pattern --load_best_model_at_end requires the (?:save and eval strategy to match|saving steps to
          be a)
  cause   the best model can be kept only if saves and evaluations fall together
  fix     save_strategy = eval_strategy, and save_steps a multiple of eval_steps; or
          load_best_model_at_end: false
root trainer-no-eval-dataset
  says    but you didn't pass an `eval_dataset` to `Trainer`
  says    Trainer: evaluation requires an eval_dataset
  cause   evaluation was asked for, and there is no evaluation data
  fix     pass eval_dataset, or eval_strategy: "no"
root trainer-no-loss-returned
  shows   The model did not return a loss from the inputs, only the following keys: {keys:[^.]+}.
  cause   the model returned {keys} and no loss: the batch has no labels, or their column was
          removed
  fix     a collator that makes labels (DataCollatorForLanguageModeling(mlm=False)), and
          remove_unused_columns=False if the labels have another name
root trainer-columns-removed
  says    No columns in the dataset match the model's forward method signature
  cause   no column of the data is an argument of the model's forward, so that all were removed: the
          data are not tokenized, or a wrapper hides the arguments
  fix     tokenize first (input_ids, labels), or remove_unused_columns=False
root trainer-empty-dataset
  says    num_samples should be a positive integer value, but got num_samples=0
  cause   the dataset is empty on this rank: all rows were filtered, or the file is empty on this
          node
  fix     print len(dataset) on each rank; compare the data's files of the nodes
  checks  files.same-files-are-equal, files.needed-data-is-whole
root trainer-iterable-without-max-steps
  says    args.max_steps must be set to a positive value if dataloader does not have a length
  says    The train_dataset does not implement __len__, max_steps has to be specified
  says    The train_dataset does not implement __len__, so the number of training steps cannot be
          inferred
  cause   the data are streamed and have no length, so the number of steps must be given
  fix     max_steps: N
root trainer-no-checkpoint
  says    No valid checkpoint found in output directory
  says    Can't find a valid checkpoint at
  says    Can't find a checkpoint index (
  pattern (?:No valid checkpoint found in output directory \((?P<one>[^)]+)\)|Can't find a valid
          checkpoint at (?P<two>\S+)|Can't find a checkpoint index \(.*\) in (?P<three>\S+))
  cause   resuming was asked for, and this node finds no whole checkpoint there: it is on another
          node, was cut off, or holds an adapter or ZeRO shards alone
  fix     `ls` it on this node; a shared output_dir; or name the checkpoint before it in
          resume_from_checkpoint
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere
root trainer-output-dir-not-empty
  says    already exists and is not empty
  pattern Output directory (?:\((?P<path>[^)]+)\) )?already exists and is not empty
  cause   the output folder holds an earlier run
  fix     another output_dir, or overwrite_output_dir: true, or resume_from_checkpoint
root trainer-unused-arguments, usage
  says    Some specified arguments are not used by the HfArgumentParser
  says    Some keys are not used by the HfArgumentParser
  pattern Some (?:specified arguments|keys) are not used by the HfArgumentParser:
          (?P<arguments>\[[^\]]*\])
  cause   the program does not know the arguments {arguments}: misspelt, renamed, or of another
          release
  fix     correct them; `--help` of the program lists what it knows
  checks  software.versions-are-equal
root trainer-auto-batch-zero3
  says    `auto_find_batch_size` isn't supported yet with DeepSpeed Zero-3
  cause   auto_find_batch_size does not work with ZeRO-3
  fix     auto_find_batch_size: false, and a micro batch that fits
root trainer-fsdp-and-deepspeed
  says    Using --fsdp xxx together with --deepspeed is not possible
  cause   the arguments ask for FSDP and DeepSpeed at once
  fix     remove fsdp and fsdp_config, or deepspeed
  checks  deepspeed.arguments-agree
root trainer-deepspeed-args-after-model
  says    'HfTrainerDeepSpeedConfig' object has no attribute '
  cause   the DeepSpeed config was used before TrainingArguments were made, or transformers and
          accelerate do not fit each other
  fix     make TrainingArguments before the model; `uv pip install -U transformers accelerate` on
          every node
  checks  software.versions-are-equal
root trainer-optimizer-package
  says    You need to install `bitsandbytes` in order to use bitsandbytes optimizers
  says    Trainer tried to instantiate bnb optimizer but
  cause   the optimizer is one of bitsandbytes' (adamw_8bit, paged_adamw), which this interpreter
          does not have or cannot use
  fix     `uv pip install bitsandbytes` on every node, or optim: adamw_torch
  checks  software.versions-are-equal
root trainer-apex-missing
  says    Trainer tried to instantiate apex FusedAdam but apex is not installed
  says    Using FP16 with APEX but APEX is not installed
  says    Please install apex from https://www.github.com/nvidia/apex
  pattern (?:Using FP16 with APEX but APEX is not installed|Please install apex from
          https://www\.github\.com/nvidia/apex|Trainer tried to instantiate apex FusedAdam but apex
          is not installed)
  cause   apex was asked for, and is not installed
  fix     optim: adamw_torch_fused, and bf16: true: torch has both
root trainer-optimizer-state-differs
  says    loaded state dict contains a parameter group that doesn't match the size of optimizer's
          group
  says    loaded state dict has a different number of parameter groups
  cause   the checkpoint's optimizer is of another set of trainable parameters: other layers were
          frozen, another adapter, or groups were made otherwise
  fix     resume with the config that wrote it, or load the weights alone and begin with a new
          optimizer
  checks  files.checkpoints-can-be-resumed
root trainer-too-many-steps
  shows   Tried to step {step:\d+} times. The total number of steps is {total:\d+}
  cause   the scheduler was made for {total} steps, and training goes on: another number of ranks,
          batch or epochs than when it was made (or resumed)
  fix     make it for steps over all epochs after prepare(), and resume with the same world size
root trainer-lightning-no-gpu
  says    No supported gpu backend found!
  cause   Lightning was asked for GPUs and finds none
  fix     `nvidia-smi -L` and CUDA_VISIBLE_DEVICES in the rank's environment; a torch build for GPUs
  checks  gpu.shell-hides-no-gpu, software.torch-fits-the-gpus
root trainer-checkpoint-rename-race
  says    No such file or directory: '
  pattern No such file or directory: '[^']*/tmp-checkpoint-\d+' -> '(?P<path>[^']+)'
  near    tmp-checkpoint-\d+' -> '
  cause   {path} was renamed by another node before: every node saved into one shared folder
  fix     transformers 4.37 or newer, or 4.35: in 4.36 ranks race here also with save_on_each_node
          off
root trainer-best-metric-missing
  shows   `metric_for_best_model` training argument is set to '{name:[^']+}', which is not found in
          the evaluation metrics. The available evaluation metrics are: {metrics:\[[^\]]*\]}
  cause   the best model is chosen by {name}, and evaluation gives {metrics}
  fix     metric_for_best_model: one of these (with several evaluation sets eval_NAME_loss), or let
          compute_metrics return it
root trainer-empty-batch
  says    The batch received was empty, your model won't be able to train on it
  cause   a batch has none of the model's arguments: columns are named otherwise, or were removed
  fix     name the columns as the model's forward does (input_ids, labels), or
          remove_unused_columns: false
root trainer-prefetch-without-workers
  says    --dataloader_prefetch_factor can only be set when
  cause   dataloader_prefetch_factor is set while dataloader_num_workers is 0
  fix     dataloader_num_workers above 0, or leave it out
root trainer-early-stopping
  shows   EarlyStoppingCallback requires {what:metric_for_best_model to be defined|IntervalStrategy
          of steps or epoch|load_best_model_at_end}
  cause   early stopping needs evaluations and a metric: {what} is missing
  fix     eval_strategy: steps, load_best_model_at_end: true, metric_for_best_model: eval_loss
root trainer-save-only-with-best
  says    can't be used with `save_only_model` along with `load_best_model_at_end`
  cause   save_only_model leaves out the shards that loading the best model needs
  fix     save_only_model: false, or load_best_model_at_end: false
root trainer-save-only-sharded
  says    save_only_model option is not compatible with FSDP state dict type 'SHARDED_STATE_DICT'
  cause   save_only_model with sharded FSDP checkpoints gives no weights to load
  fix     fsdp_state_dict_type: FULL_STATE_DICT, or save_only_model: false
root trainer-gpus-of-one-process
  shows   DeepSpeed is not compatible with MP. n_gpu: {gpus:\d+}, local_world_size: {ranks:\d+}
  cause   one process sees {gpus} GPUs: the program was started without one process for each GPU
  fix     start it with deepspeed, torchrun or `python -m launcher start` (ms-swift:
          NPROC_PER_NODE={gpus} in [env])
root trainer-apex-amp
  says    cannot import name 'amp' from 'apex'
  cause   the installed apex has no amp (a newer NVIDIA apex, or another package of that name), and
          this transformers imports it
  fix     `uv pip uninstall apex`; torch has mixed precision itself (bf16: true); or update
          transformers
  checks  software.versions-are-equal
root trainer-image-tokens
  says    Image features and image tokens do not match
  cause   a sample has another number of image tokens than its images have features: its text was
          cut (max_length, cutoff_len) within an image, or processor and model are of different
          times
  fix     a longer cutoff_len/max_length, smaller images (image_max_pixels), no truncation of
          samples with images; `uv pip install -U transformers`
root trainer-model-without-head
  shows   The model you have picked ({model:\w+}) cannot be used as is for training: it only
          computes hidden states and does not accept any labels
  cause   {model} has no head and no loss: it is a base model
  fix     AutoModelForCausalLM (or the task's class) instead of AutoModel
root trainer-auto-hidden-size
  says    The model's config file has neither `hidden_size` nor `hidden_sizes` entry
  cause   bucket sizes are "auto", which are computed from the model's hidden_size, and its config
          has none
  fix     write numbers: reduce_bucket_size, stage3_prefetch_bucket_size,
          stage3_param_persistence_threshold
  checks  deepspeed.auto-is-filled
root trainer-resume-failed
  shows   [deepspeed] failed to resume from checkpoint {path}
  cause   DeepSpeed found no states of this rank in {path}: it is on another node, was cut off, or
          was saved by another number of ranks or ZeRO stage
  fix     `ls {path}/global_step*` on this node; a shared output_dir; the checkpoint before it
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere
root trainer-eval-out-of-memory
  says    Evaluation hit an out-of-memory error
  cause   evaluation does not fit the GPU: its batch is its own setting
  fix     a smaller per_device_eval_batch_size, eval_accumulation_steps, prediction_loss_only: true
root trainer-local-rank-argument
  says    not used by the HfArgumentParser: ['--local
  pattern not used by the HfArgumentParser: \['(?P<name>--local[-_]rank)
  near    --local[-_]rank
  cause   torch.distributed.launch or deepspeed passes {name}, which this script does not know
          (torch 2 writes it with a hyphen)
  fix     start with torchrun, or `--use-env` (deepspeed: --no_local_rank), and read LOCAL_RANK from
          the environment; or let the script accept it
root no-checkpoints-to-average
  says    No checkpoints found for averaging
  cause   the training itself is done: only the averaging of its best checkpoints failed, as the
          files that it looks for were not kept or have other names
  fix     the last checkpoint is usable; save one each epoch and keep as many as are averaged
          (keep_nbest_models at least avg_nbest_model), or leave the averaging out; newer FunASR
root trainer-image-places
  says    "shape mismatch: value tensor of shape ["
  pattern shape mismatch: value tensor of shape \[(?P<features>\d+), \d+\] cannot be broadcast to
          indexing result of shape \[(?P<places>\d+), \d+\]
  near    (?:image|video|audio|vision)\w*_?(?:mask|embeds|features)\b
  cause   the images (videos, sounds) of a batch have {features} features and its text {places}
          places for them: its tokens for media are missing in the template, the text was cut within
          them, or processor and model are of different times
  fix     look at one row as it is tokenized: it must have the model's own tokens for each image (0
          places: none at all, as where the chat template was not applied to it); a longer
          max_length, smaller images; `uv pip install -U transformers` with the processor of the
          same checkpoint
root trainer-optimizer-state-without-step
  shows   KeyError: '{key:step|exp_avg|exp_avg_sq}'
  near    transformers/optimization\.py", line \d+, in step|/optim/adafactor\.py", line \d+, in step
  cause   the optimizer's state has no `{key}` for a parameter: it was loaded from a checkpoint that
          holds none (saved by another optimizer, or by DeepSpeed, which flattens the parameters
          that Adafactor needs in their shape)
  fix     resume with the optimizer that wrote the checkpoint; with DeepSpeed one that works on flat
          parameters (adamw_torch) in place of Adafactor; else start from the weights alone
          (model_name_or_path: the checkpoint), without resume_from_checkpoint
  checks  files.checkpoints-can-be-resumed
root rng-state-not-bytes
  says    RNG state must be a torch.ByteTensor
  cause   the saved state of the random numbers came back as another kind of tensor: it was loaded
          onto a GPU (map_location="cuda", a default device), or as another type
  fix     torch.load(path, map_location="cpu"); for the Trainer's rng_state_N.pth: remove
          torch.set_default_device, a newer transformers, or move those files away (only the order
          of the data changes)
root trainer-context-parallel-attention
  shows   Context parallelism is supported only with SDPA attention, you are using {attention}
  cause   context parallelism (cp_size) shares torch's own attention among ranks, and the model was
          loaded with {attention}
  fix     attn_implementation="sdpa"; or sequence parallelism of DeepSpeed (sp_size), which works
          with flash attention
root optimizer-fused-device
  says    `fused=True` requires all the params to be floating point Tensors of supported devices
  pattern `fused=True` requires all the params to be floating point Tensors of supported devices.*
          but (?P<type>\S+) and (?P<device>\w+)
  cause   a fused optimizer (adamw_torch_fused) was given a parameter of {type} on {device}: weights
          that were never loaded (meta), that are offloaded, or quantized ones
  fix     make the optimizer after the model is on its device and sharded (accelerator.prepare of
          both together, FSDP2 before the optimizer); optim: adamw_torch, which is not fused; only
          parameters with requires_grad
""",
    NO_GPU_SINCE=NO_GPU_SINCE,
)
