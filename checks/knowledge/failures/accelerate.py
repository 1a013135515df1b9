"""What accelerate says of its own config and port."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.failures.gpu_driver import NO_GPU_SINCE

FAILURES = read_entries(
    r"""
root tcpstore-master-none
  shows   while trying to connect to (None, {port:\d+})
  cause   accelerate's config for several machines has no main_process_ip
  fix     set main_process_ip to the head's address, in the config of every node
  checks  accelerate.main-process-is-on-the-head
root accelerate-port-in-use
  shows   Tried to launch distributed communication on port `{port:\d+}`
  cause   port {port} is in use on the machine where accelerate was called, the only one that it
          checks
  fix     use --main_process_port with a free port; `ss -ltnp 'sport = :{port}'` shows which process
          holds this one
  checks  ports.master-port-is-free, accelerate.port-is-the-checked-one
root accelerate-unknown-keys
  says    had unknown keys (
  pattern The config file at (?P<path>\S+) had unknown keys \((?P<keys>\[[^\]]*\])\)
  cause   {path} has keys that this version of accelerate does not know: {keys}
  fix     correct them; accelerate does not notice a typo inside deepspeed_config or fsdp_config
  checks  accelerate.config-is-accepted
root accelerate-no-distributed-type
  says    A `distributed_type` must be specified in the config file
  cause   accelerate's config has no distributed_type
  fix     set distributed_type to DEEPSPEED, FSDP or MULTI_GPU
  checks  accelerate.config-is-accepted
root accelerate-fsdp-sync
  says    When using `--fsdp_cpu_ram_efficient_loading` set `--fsdp_sync_module_states` to `True`
  cause   only one rank loads the weights, and they are not sent to the others
  fix     set fsdp_sync_module_states: true
  checks  accelerate.fsdp-keys-fit
root accelerate-version-pair
  shows   Accelerator.__init__() got an unexpected keyword argument
          '{name:use_seedable_sampler|dataloader_config|parallelism_config|
          deepspeed_plugins|data_seed|use_stateful_dataloader}'
  history asked
  cause   accelerate is too old for this transformers, which passes `{name}` to it
  fix     `uv pip install -U accelerate` on every node
  checks  software.releases-work-together, software.versions-are-equal
root accelerate-version-pair-old-transformers
  says    __init__() got an unexpected keyword argument '
  pattern (?:Accelerator\.)?__init__\(\) got an unexpected keyword argument
          '(?P<name>dispatch_batches|split_batches|even_batches|logging_dir)'
  cause   transformers (or the script) is too old for accelerate 1.0 and newer, which no longer take
          `{name}`
  fix     `uv pip install -U transformers` on every node; where the old one is needed, `uv pip
          install 'accelerate<1'`; in a script of your own pass DataLoaderConfiguration
  checks  software.releases-work-together, software.versions-are-equal
root accelerate-unwrap-keyword
  shows   unwrap_model() got an unexpected keyword argument '{name:keep_torch_compile}'
  cause   transformers passes `{name}`, which accelerate has since 1.3
  fix     `uv pip install -U 'accelerate>=1.3'` on every node
  checks  software.versions-are-equal
root accelerate-clear-device-cache
  says    cannot import name 'clear_device_cache' from 'accelerate.utils.memory'
  cause   accelerate is too old for this PEFT or transformers, which import clear_device_cache
          (accelerate 0.32 and newer have it)
  fix     `uv pip install -U accelerate` on every node
  checks  software.releases-work-together, software.versions-are-equal
root accelerate-too-old-for-trainer
  shows   Using the `Trainer` with `PyTorch` requires `accelerate>={version:[\d.]+}`
  cause   transformers needs accelerate {version} or newer, and this interpreter has none or an
          older one
  fix     `uv pip install -U 'accelerate>={version}'` on every node
  checks  software.versions-are-equal
root accelerate-device-map-distributed
  says    You can't train a model that has been loaded with `device_map='auto'` in any distributed
          mode
  cause   the model was spread over the GPUs of a node by device_map="auto", and several ranks were
          started, each of which would do that
  fix     leave device_map out (or a device_map that maps "" to LOCAL_RANK); with one process only
          (--num_processes 1) it may stay
  checks  accelerate.machines-and-processes-fit
root accelerate-8bit-wrong-device
  says    bit precision on a different device
  cause   the quantized model lies on another GPU than this rank trains on: all ranks loaded it to
          the first
  fix     load with a device_map that maps "" to LOCAL_RANK (torch.cuda.current_device() after
          set_device)
root accelerate-optimizer-twice
  says    You cannot specify an optimizer in the config file and in the code at the same time
  says    You cannot specify a scheduler in the config file and in the code at the same time
  pattern You cannot specify (?:an (?P<what>optimizer)|a (?P<what2>scheduler)) in the config file
          and in the code at the same time
  cause   both the DeepSpeed config and the script define one
  fix     remove "optimizer" (or "scheduler") from the DeepSpeed config, or use
          accelerate.utils.DummyOptim (DummyScheduler) in the script
  checks  deepspeed.arguments-agree
root accelerate-dummy-without-config
  says    You cannot create a `DummyOptim` without specifying an optimizer in the config file
  cause   the script uses DummyOptim, and the DeepSpeed config has no "optimizer"
  fix     add "optimizer" to the DeepSpeed config, or create a real optimizer
root accelerate-deepspeed-no-batch
  says    When using DeepSpeed, `accelerate.prepare()` requires you to pass at least one of training
          or evaluation dataloaders
  says    At least one of the dataloaders passed to `accelerate.prepare()` has `None` as batch size
  cause   accelerate does not know the micro batch: no data loader with a batch_size was prepared
  fix     set train_micro_batch_size_per_gpu to a number in the DeepSpeed config, or pass the data
          loader to prepare() together with the model
  checks  deepspeed.auto-is-filled
root accelerate-kwargs-mismatch
  says    Please correct the following DeepSpeed config values that mismatch kwargs values
  cause   the DeepSpeed config contradicts what the script passes; the lines below name the values
  fix     set "auto" for them in the DeepSpeed config
  checks  deepspeed.arguments-agree
root accelerate-hidden-size-auto
  says    Can find neither `model.config.hidden_size` nor `model.config.hidden_sizes`
  says    Can't find `model.config` entry,
  cause   bucket sizes are "auto", which are computed from model.config.hidden_size, and this model
          has none
  fix     write numbers: reduce_bucket_size, stage3_prefetch_bucket_size,
          stage3_param_persistence_threshold
  checks  deepspeed.auto-is-filled
root accelerate-deepspeed-config-ignored-keys
  shows   When using `deepspeed_config_file`, the following accelerate config variables will be
          ignored: {keys:\[[^\]]*\]}
  cause   accelerate's config names a deepspeed_config_file and sets {keys} beside it, which would
          be ignored
  fix     move them into the DeepSpeed config, and remove them from accelerate's
  checks  accelerate.config-is-accepted
root accelerate-deepspeed-not-installed
  says    DeepSpeed is not installed => run `pip
  says    DeepSpeed is not available => install it using `pip
  says    Using DeepSpeed requires deepspeed to be installed
  cause   the config asks for DeepSpeed, and this rank's interpreter has none
  fix     `uv pip install deepspeed` in the environment of every node
  checks  software.deepspeed-is-installed
root accelerate-multi-machine-without-ip
  shows   When using multiple machines, you need to specify the main process {what:IP|port}
  cause   num_machines is above 1, and the config has no main_process_{what}
  fix     main_process_ip and main_process_port of the head, the same in the config of every node
  checks  accelerate.main-process-is-on-the-head
root accelerate-bf16-unsupported
  says    bf16 mixed precision requires PyTorch >= 1.10 and a supported device
  cause   bf16 was asked for, and this rank sees no device that has it: no GPU was found, or one
          older than Ampere
  fix     `nvidia-smi -L` on that node and CUDA_VISIBLE_DEVICES of the rank; on older GPUs fp16
  checks  gpu.precision-is-supported, gpu.shell-hides-no-gpu
  follows {NO_GPU_SINCE}
root accelerate-fp16-needs-gpu
  says    fp16 mixed precision requires a GPU
  says    fp16 mixed precision requires a device in
  cause   fp16 was asked for, and this rank sees no GPU
  fix     `nvidia-smi -L` on that node and CUDA_VISIBLE_DEVICES of the rank; on CPUs
          mixed_precision: "no" or bf16
  checks  gpu.shell-hides-no-gpu, software.torch-fits-the-gpus
  follows {NO_GPU_SINCE}
root accelerate-gather-on-cpu
  says    One or more of the tensors passed to
  pattern One or more of the tensors passed to (?P<operation>[\w.]+) were not on the (?P<device>\w+)
          while the `Accelerator` is configured for
  cause   tensors on another device than {device} were given to accelerate's {operation}
  fix     tensor.to(accelerator.device) first
root accelerate-shape-mismatch
  says    Cannot apply desired operation due to shape mismatches. All shapes across devices must be
          valid
  cause   tensors of different shapes were gathered: the last batch, or lengths that differ from
          rank to rank
  fix     accelerator.pad_across_processes before gather, or drop_last=True
root accelerate-dispatch-different-sizes
  says    You can't use batches of different size with `dispatch_batches=True` or when using an
          `IterableDataset`
  cause   rank 0 reads an IterableDataset for all, and its batches have different lengths, which
          cannot be joined
  fix     dispatch_batches: false (accelerator_config in transformers), with the dataset split by
          node (datasets.distributed.split_dataset_by_node), or pad all to one length
root accelerate-state-not-initialised
  says    Please make sure to properly initialize your accelerator via `accelerator = Accelerator()`
          before using any functionality
  says    'AcceleratorState' object has no attribute '
  cause   accelerate was used before an Accelerator (or TrainingArguments) was created in this
          process
  fix     create it first; in notebooks and workers inside the function that is launched
root accelerate-meta-params-on-save
  says    You can't save the model since some parameters are on the meta device
  cause   weights were offloaded or never loaded, so there is nothing to save
  fix     load without offload (device_map) before saving
root accelerate-16bit-gather-off
  says    Cannot get 16bit model weights because `stage3_gather_16bit_weights_on_model_save` in
          DeepSpeed config is False
  cause   ZeRO-3 weights should be saved as one file, and the config does not gather them
  fix     merge the shards of a checkpoint (`python -m launcher weights CHECKPOINT -o OUT`), or set
          stage3_gather_16bit_weights_on_model_save: true (needs the memory of the whole model on
          rank 0)
  checks  deepspeed.saving-does-not-gather
root accelerate-launch-script-not-found
  says    error: the following arguments are required: training_script
  pattern accelerate(?:-launch)? (?:<command> |launch )?.*error: the following arguments are
          required: training_script
  cause   accelerate launch was called without a script
  fix     accelerate launch [options] train.py [arguments]
root accelerate-find-batch-size-zero
  says    No executable batch size found, reached zero
  cause   auto_find_batch_size halved the batch to nothing: even one sample does not fit the GPU, or
          each try failed for another reason
  fix     read the first out-of-memory error above; shorter sequences, gradient checkpointing,
          ZeRO-3 or offload; auto_find_batch_size: false shows the first error
  checks  gpu.gpus-are-idle
root accelerate-config-file-missing
  shows   The passed configuration file `{path:[^`]+}` does not exist
  cause   accelerate's config {path} is not on this machine
  fix     copy it to the same path on every node, or name it with --config_file
  checks  accelerate.config-is-accepted
root accelerate-no-num-processes
  says    You need to manually pass in `--num_processes` using this config yaml
  cause   accelerate's config has no num_processes
  fix     num_processes: GPUs of all nodes together
  checks  accelerate.machines-and-processes-fit
root accelerate-too-few-gpu-ids
  says    You need to use at least 2 processes to use `--multi_gpu`
  says    Less than two GPU ids were configured
  pattern You need to use at least 2 processes to use `--multi_gpu`|Less than two GPU ids were
          configured and tried to run on multiple GPUs
  cause   several GPUs were asked for, and one process or one GPU id was given
  fix     --num_processes N and gpu_ids: all, or distributed_type: "NO" for one GPU
  checks  accelerate.machines-and-processes-fit
root accelerate-master-addr-unset
  shows   Tried to launch on distributed with multinode, but `MASTER_ADDR` env was not set
  cause   ranks of several nodes were started without the head's address
  fix     MASTER_ADDR and MASTER_PORT of the head on every node, as a launcher sets them
root accelerate-fp8-backend-missing
  says    but no FP8-compatible backend was installed
  says    FP8 is not available on this machine
  says    requires transformer_engine to be installed
  says    `transformer_engine` was not found on your system
  says    Using `fp8` precision requires `transformer_engine`
  says    TransformerEngine is not available. Please install it
  cause   fp8 was asked for, and this interpreter has no library for it (Transformer Engine,
          torchao)
  fix     `uv pip install --no-build-isolation 'transformer_engine[pytorch]'` on every node (Hopper,
          Ada or Blackwell GPUs), or mixed_precision: bf16
  checks  software.versions-are-equal, gpu.precision-is-supported
root accelerate-several-models
  says    You can't use same `Accelerator()` instance with multiple models when using DeepSpeed
  cause   two models were prepared with one Accelerator, which DeepSpeed allows for one alone
  fix     a DeepSpeedPlugin for each model (deepspeed_plugins=), or deepspeed.initialize for the one
          that is not trained
root accelerate-optimizer-before-device
  says    The model and the optimizer parameters are not on the same device
  cause   the optimizer was made before the model was moved to its GPU, and holds the old parameters
  fix     move the model first, then make the optimizer, then prepare both
root accelerate-engine-not-prepared
  shows   'Accelerator' object has no attribute 'deepspeed_engine_wrapped'
  cause   backward was called through an Accelerator that has no DeepSpeed engine: prepare() was not
          called for the model, or transformers, TRL and accelerate are of different times
  fix     `uv pip install -U accelerate transformers trl` on every node; in a script of your own
          call accelerator.prepare(model, optimizer, data) first
  checks  software.versions-are-equal, software.releases-work-together
root accelerate-split-batches
  shows   the batch size ({batch:\d+}) needs to be a round multiple of the number of processes
          ({world:\d+})
  cause   split_batches shares each batch of {batch} among {world} ranks, which does not divide it;
          perhaps fewer nodes joined than planned
  fix     a batch size that is a multiple of {world}, or split_batches: false
root accelerate-dtensor-in-ddp
  says    Your model contains `DTensor` parameters, which is incompatible with DDP
  cause   the model was loaded sharded (tensor parallel or device_map) and is then wrapped by DDP
  fix     leave device_map and tp_plan out, or give accelerate a ParallelismConfig with tp_size
root accelerate-clip-value
  says    DeepSpeed and FSDP do not support `clip_grad_value_`
  cause   gradients are clipped by value, which neither DeepSpeed nor FSDP does
  fix     accelerator.clip_grad_norm_, or "gradient_clipping" in the DeepSpeed config
root accelerate-mixed-precision-differs
  shows   `--mixed_precision` arg cannot be set to `{given:\w+}` when `{set:\w+}` is set in the
          DeepSpeed config file
  cause   mixed_precision {given} contradicts {set} of the DeepSpeed config
  fix     the same in both, or no fp16 and bf16 section in the DeepSpeed config
  checks  deepspeed.precision-is-one
root accelerate-random-states-missing
  says    [Errno 2] No such file or directory: '
  pattern \[Errno 2\] No such file or directory: '(?P<path>[^']*random_states_\d+\.pkl)
  near    random_states_\d+\.pkl
  cause   the checkpoint has no random state of this rank ({path}): it was saved by fewer ranks, or
          by rank 0 alone, or on another node's disk
  fix     call accelerator.save_state() on every rank, into a folder that all nodes share; resume
          with as many ranks as saved it
  checks  files.shared-folders-are-shared-everywhere, files.checkpoints-can-be-resumed
root accelerate-rng-out-of-step
  says    RuntimeError: Invalid mt19937 state
  says    RuntimeError: RNG state must be a torch.ByteTensor
  says    RuntimeError: RNG state is wrong size
  near    synchronize_rng_state
  cause   the state of the random numbers that rank 0 sends out at the start of the data loader
          arrived as something else: the ranks are out of step, as where the model or a metric runs
          on the main process alone (`if accelerator.is_main_process:`) and one rank is a collective
          ahead
  fix     let every rank do the evaluation, generation or save that has collectives in it;
          accelerator.unwrap_model(model) where one rank alone must use the model; wait_for_everyone
          around it
root accelerate-bnb-optim-bits
  shows   AttributeError: '{name:\w+}' object has no attribute 'optim_bits'
  near    map_pytorch_optim_to_deepspeed
  cause   accelerate 1.2 asks bitsandbytes' {name} for optim_bits, which newer ones keep in args
  fix     accelerate 1.3 or newer on every node; until then another optimizer (adamw_torch_fused)
  checks  software.versions-are-equal
root accelerate-auto-unknown-key
  shows   ValueError: `{key:[\w.]+}` not found in kwargs. Please specify
  cause   the DeepSpeed config has "auto" for {key}, which nobody fills: transformers and accelerate
          know a value only for the keys that they set themselves
          (zero_optimization.stage3_prefetch_bucket_size is one, prefetch_bucket_size none)
  fix     a number for {key}, the key's right name, or leave it out; accelerate alone fills batch
          sizes, clipping, precision and ZeRO's stage, and the Trainer the optimizer's too
  checks  deepspeed.auto-is-filled, deepspeed.keys-are-known
root accelerate-mpirun-missing
  says    mpirun or mpiexec were not found
  cause   accelerate should start the ranks over MPI (mpirun_config), and this machine has no mpirun
  fix     install an MPI, or leave mpirun_hostfile out of the config
root accelerate-logging-too-early
  says    You must initialize the accelerate state by calling either
  cause   a logger of accelerate was used before Accelerator() or PartialState() was made
  fix     make the Accelerator first, or use Python's own logging there
root accelerate-release-too-old
  says    " requires PyTorch >= "
  says    " version must be >= "
  pattern (?P<package>DeepSpeed|FSDP2?) (?:requires PyTorch|version must be) >= (?P<least>[\d.]+\d)
  cause   accelerate needs {least} or newer for {package}, and an older one is installed
  fix     that release on every node; `uv pip list` shows what is there
  checks  software.versions-are-equal, software.releases-work-together
symptom accelerate-operation-differs
  says    "DistributedOperationException: Error found while calling "
  pattern DistributedOperationException: Error found while calling `(?P<what>[^`]+)`
  cause   {what} failed on a rank; its own error stands above
  fix     read the first traceback of each rank
root accelerate-8bit-several-devices
  says    in 8-bit precision on multiple devices in any distributed mode
  cause   the quantized model was spread over several GPUs (device_map="auto") in a run with several
          ranks
  fix     a device_map that maps "" to LOCAL_RANK: one whole model for each rank
root accelerate-parallel-sizes
  shows   ParallelismConfig total_size ({product:\d+}) does not match num_processes ({ranks:\d+})
  cause   the sizes of the parallelism config multiply to {product}, and {ranks} ranks were started:
          a size is wrong, or fewer nodes joined than planned
  fix     dp_replicate_size × dp_shard_size × tp_size × cp_size = ranks: correct one of them, or
          start {product} ranks
""",
    NO_GPU_SINCE=NO_GPU_SINCE,
)
