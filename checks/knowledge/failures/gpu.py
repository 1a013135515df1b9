"""What CUDA, NVML and the driver say of GPUs."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.xids import XIDS, XidSeverity

XID_MEANINGS = {str(code): xid.meaning for code, xid in XIDS.items()}
PROGRAM_XIDS = "|".join(
    str(code) for code, xid in XIDS.items() if xid.weight is XidSeverity.PROGRAM
)
GPU_FAULT = rf"NVRM: Xid \([^)]*\): (?!(?:{PROGRAM_XIDS})\b)(?P<xid>\d+)"
"""How the kernel's log names a GPU that is not to be trusted."""

FAILURES = read_entries(
    r"""
SHARED_GPU_CAUSE = two ranks use one GPU: a machine has two names in the hostfile, both nodes were
   started on one machine, or the script does not set the device of LOCAL_RANK
SHARED_GPU_FIX = use one name for each machine, slots= up to its GPUs,
   torch.cuda.set_device(LOCAL_RANK); with Ray `ray stop --force` on every node and one `ray start`
   for each machine
root nccl-dup-gpu-legacy
  shows   Duplicate GPU detected : rank {rank:\d+} and rank {other:\d+} both on CUDA device
          {device:\w+}
  cause   {SHARED_GPU_CAUSE}
  fix     {SHARED_GPU_FIX}
  checks  names.machines-are-distinct, gpu.slots-have-gpus
root nccl-dup-gpu
  says    Multiple Ranks are using the same GPU/Partition
  cause   {SHARED_GPU_CAUSE}
  fix     {SHARED_GPU_FIX}; leave NCCL_MULTI_RANK_GPU_ENABLE alone
  checks  names.machines-are-distinct, gpu.slots-have-gpus
root nccl-dup-gpu-one-visible
  says    Duplicate GPU detected
  says    Multiple Ranks are using the same GPU/Partition
  near    \bCUDA_VISIBLE_DEVICES\W{1,3}(?P<visible>\d)(?![\d,])(?:.*\n)+?.*(?P<asked>--num_gpus|
          --num_processes|--nproc[_-]per[_-]node)[= ](?P<ranks>[2-9]|[1-9]\d+)\b
  cause   two ranks use one GPU: CUDA_VISIBLE_DEVICES={visible} lets them see that one alone, and
          the launcher was asked for more ranks on this node ({asked} {ranks})
  fix     ask the scheduler for as many GPUs as ranks on a node, or start one rank; `echo
          $CUDA_VISIBLE_DEVICES; nvidia-smi -L` in the shell that starts them
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
root nccl-dup-gpu-tasks
  says    Duplicate GPU detected
  says    Multiple Ranks are using the same GPU/Partition
  near    ^\+? ?srun (?!.*ntasks-per-node[= ]1\b).*(?:accelerate launch|torchrun|
          torch\.distributed\.(?:run|launch)).*SLURM_PROCID
  cause   two ranks use one GPU: srun starts a launcher for each task, each of which starts ranks
          for all GPUs of its node
  fix     one task for each node (`--ntasks-per-node=1`), the number of nodes as that of machines,
          and SLURM_NODEID as the machine's or node's rank
  checks  names.machines-are-distinct, gpu.slots-have-gpus
root nccl-dup-gpu-slurm
  says    Duplicate GPU detected
  says    Multiple Ranks are using the same GPU/Partition
  near    ^(?:srun: )?error: (?P<node>[^\s:]+): tasks? (?P<tasks>[\d,-]+):
  unless  ray::|\(\w+ pid=|^\+? ?srun .*SLURM_PROCID|vllm_client\.py|init_communicator|
          PyNcclCommunicator
  cause   two ranks use one GPU (task {tasks} on {node}): in a Slurm job most often srun starts a
          launcher (accelerate launch, torchrun) more than once on a node, or twice with one machine
          rank, and each starts ranks for all GPUs; else the ranks that srun starts all take cuda:0
  fix     with a launcher one task for each node (`--ntasks-per-node=1`), machine_rank (node_rank)
          from SLURM_NODEID, num_processes = nodes x GPUs; without one
          torch.cuda.set_device(int(os.environ["SLURM_LOCALID"])) before NCCL is used
  checks  names.machines-are-distinct, gpu.slots-have-gpus
root nccl-dup-gpu-ray
  says    Duplicate GPU detected
  says    Multiple Ranks are using the same GPU/Partition
  near    ray::|RayTaskError|ray\.exceptions|ray/_private|\(\w+ pid=\d+(?:, ip=[^)]*)?\)
  unless  vllm_client\.py|init_communicator|PyNcclCommunicator
  cause   two of Ray's workers use one GPU: Ray gives an actor its GPU by CUDA_VISIBLE_DEVICES, and
          these do not go by it (RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES is set, the actor asks
          for a part of a GPU, or the trainer expects another way than this Ray has)
  fix     the Ray that the trainer's release asks for (verl: ray>=2.40); unset
          RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES; one whole GPU for each worker, and cuda:0 in
          each that sees one
  checks  software.versions-are-equal, gpu.slots-have-gpus
root cuda-invalid-ordinal
  says    invalid device ordinal
  unless  unable to create StreamExecutor|via P2P/MNNVL|MNNVL 1 cliqueId
  cause   this node has more ranks than GPUs visible to them: slots= or --num_gpus is too high, or
          CUDA_VISIBLE_DEVICES was inherited
  fix     set slots= to at most `nvidia-smi -L | wc -l`; unset CUDA_VISIBLE_DEVICES
  checks  gpu.shell-hides-no-gpu, gpu.slots-have-gpus
root cuda-802-fabric
  says    "Error 802: system not yet initialized"
  says    'system not yet initialized'
  says    "CUDA error: system not yet initialized"
  pattern Error 802: system not yet initialized|'system not yet initialized'|CUDA error: system
          not yet initialized
  cause   the GPUs of this node are connected by NVSwitch, and nvidia-fabricmanager is not running
          or its version is not the driver's
  fix     install nvidia-fabricmanager in the driver's version and run `systemctl enable --now
          nvidia-fabricmanager`
  checks  gpu.fabric-is-ready, gpu.driver-answers, training.smoke-trains
root gpu-xid
  says    NVRM: Xid (
  pattern NVRM: Xid \((?:PCI:)?(?P<pci>[^)]+)\): (?!(?:{PROGRAM_XIDS}|63|92)\b)(?P<xid>\d+)
  cause   the driver reported Xid {xid} for the GPU at {pci}
  fix     drain the node and reset or replace the GPU; `nvidia-smi -q -d ECC,ROW_REMAPPER`
  checks  gpu.kernel-reports-no-gpu-fault, gpu.driver-answers
symptom gpu-xid-of-a-program, survivable
  says    NVRM: Xid (
  pattern NVRM: Xid \((?:PCI:)?(?P<pci>[^)]+)\): (?P<xid>{PROGRAM_XIDS})\b
  cause   the driver reported Xid {xid} for the GPU at {pci}
  fix     read the error of the rank that used this GPU
root nvml-mismatch
  says    Failed to initialize NVML: Driver/library version mismatch
  says    nvml error: driver/library version mismatch
  cause   the driver's packages were upgraded, but the old kernel module is still loaded
  fix     reboot the node; exclude the nvidia packages from unattended upgrades
  checks  gpu.driver-libraries-are-whole, gpu.driver-answers
root cuda-oom
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  cause   a GPU's memory is full: the batch or the model is too large for it, or an earlier run
          still holds memory
  fix     `nvidia-smi` on that node shows processes of earlier runs; else use a smaller micro batch,
          activation checkpointing, a higher ZeRO stage or offload
  checks  gpu.gpus-are-idle, gpu.driver-answers
root no-gpus-nccl
  says    no GPUs found
  says    no GPU resources available
  pattern ProcessGroupNCCL is only supported with GPUs, no GPUs found|Unable to proceed, no GPU
          resources available
  cause   torch finds no GPU on this node: a CPU build, the wrong interpreter, no driver in the
          container, or an empty CUDA_VISIBLE_DEVICES
  fix     run `nvidia-smi -L` and `python -c 'import torch; print(torch.version.cuda)'` on the node;
          in docker use `docker run --gpus all`
  checks  software.torch-fits-the-gpus, gpu.shell-hides-no-gpu, gpu.devices-may-be-opened,
          gpu.slots-have-gpus, gpu.driver-answers, software.versions-are-equal
root cuda-driver-too-old, survivable
  says    The NVIDIA driver on your system is too old
  cause   torch was built for a newer CUDA than the driver of this node supports
  fix     a newer driver, or an older torch: `uv pip install --reinstall --torch-backend=auto torch`
          on that node chooses the build for its driver
  checks  software.torch-fits-the-gpus, gpu.drivers-are-equal, gpu.models-are-equal,
          training.smoke-trains
root cuda-no-kernel
  says    no kernel image is available for execution on the device
  unless  HIP error
  cause   torch or an extension was not built for this GPU model
  fix     install a build for its compute capability, or build with TORCH_CUDA_ARCH_LIST
  checks  software.torch-fits-the-gpus, gpu.models-are-equal, training.smoke-trains
  follows cuda-capability-warning
root cuda-illegal-access
  says    an illegal memory access was encountered
  cause   a kernel accessed memory outside its bounds: usually a bug in the model or an extension,
          seldom the GPU
  fix     start again with CUDA_LAUNCH_BLOCKING=1 in [env] to see where
  follows compute-sanitizer-report, gpu-xid, gpu-lost
root cuda-ecc
  says    uncorrectable ECC error encountered
  cause   the memory of a GPU is damaged
  fix     reset the GPU; drain the node if the error returns
  checks  gpu.memory-has-no-errors, gpu.kernel-reports-no-gpu-fault, gpu.driver-answers
root nccl-dup-gpu-vllm-server
  says    Duplicate GPU detected
  says    Multiple Ranks are using the same GPU/Partition
  near    vllm_client\.py|init_communicator|PyNcclCommunicator
  cause   the vLLM server and a rank of the training use one GPU, which NCCL refuses between them
  fix     give them different CUDA_VISIBLE_DEVICES, or let the trainer run vLLM itself
          (vllm_mode="colocate")
silent gpu-xid-repaired, survivable
  says    NVRM: Xid (
  pattern NVRM: Xid \((?:PCI:)?(?P<pci>[^)]+)\): (?P<xid>63|92)\b
  cause   the GPU at {pci} repaired errors of its memory (Xid {xid}), which takes effect at its next
          reset
  fix     reset the GPU when the run is over; `nvidia-smi -q -d ECC,ROW_REMAPPER`; replace it if
          more come
  checks  gpu.memory-has-no-errors, gpu.kernel-reports-no-gpu-fault
root cuda-oom-held-by-others
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  near    Process (?P<pid>\d+) has (?P<held>(?:[2-9]|\d\d+)\.\d+ GiB) memory in use\..*this process
          has
  cause   a GPU is full, and process {pid}, which is not this rank, holds {held} of it: an earlier
          run, another job, an inference engine beside the training (vLLM), or ranks that all use
          the first GPU
  fix     `nvidia-smi` on that node and `ps -fp {pid}` (on the host, for a container) say whose it
          is: end it, take another GPU, or lower vLLM's gpu_memory_utilization; where it is a rank
          of this run torch.cuda.set_device(LOCAL_RANK) before anything touches the GPU
  checks  gpu.gpus-are-idle, gpu.driver-answers
root cuda-oom-evaluation-gather
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  near    in
          (?:nested_concat|_pad_across_processes|pad_across_processes|gather_all_tensors|gather_for_metrics|_gather_and_concat|torch_pad_and_concatenate|nested_gather|_nested_gather|gather_function)\n
  cause   the GPU is full of what an evaluation gathers: predictions (logits) of all ranks are kept
          there until its end
  fix     eval_accumulation_steps, a smaller per_device_eval_batch_size, prediction_loss_only: true
          or preprocess_logits_for_metrics that keeps token ids alone; with metrics of your own move
          predictions to the CPU (compute_on_cpu of torchmetrics)
  checks  gpu.gpus-are-idle, gpu.driver-answers
root cuda-oom-optimizer-states
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  near    in
          (?:_init_group|init_group|initialize_optimizer_states|_initialize_optimizer_states|init_state|_lazy_init_state)\n(?:
          .*\n)?|exp_avg(?:_sq)?["\x27]?\] = torch\.zeros_like|state\[["\x27]exp_avg
  cause   the GPU became full as the optimizer made its states in the first step: for Adam two
          numbers for each trained parameter, whatever the batch
  fix     ZeRO or FSDP over more GPUs, offload_optimizer, an 8-bit optimizer (adamw_8bit), or LoRA;
          a smaller batch alone helps little
  checks  gpu.gpus-are-idle, gpu.driver-answers
root cuda-oom-model-load
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  near    in
          (?:from_pretrained|_load_pretrained_model|_load_state_dict_into_meta_model|load_shard_file|set_module_tensor_to_device|load_checkpoint_in_model|caching_allocator_warmup)\n|\n
          (?:self\.)?model(?: = \w+)?\.(?:to|cuda)\([^\n]*\n[\s\S]{0,1500}?OutOfMemoryError
  unless  in (?:training_step|backward|train_batch|evaluation_loop)\n
  cause   the model itself does not fit the GPU that it is loaded to, before any training: it is
          larger than its memory, or several ranks (or earlier runs) load to the same one
  fix     torch.cuda.set_device(LOCAL_RANK) and no device_map that sends every rank to GPU 0; ZeRO-3
          or FSDP that is on before from_pretrained (TrainingArguments first), 16 or 4 bit weights
          (dtype, load_in_4bit); `nvidia-smi` for earlier runs
  checks  gpu.gpus-are-idle, gpu.driver-answers
root cuda-oom-resume
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  near    torch\.load\(|in
          (?:_load_optimizer_and_scheduler|load_optimizer|_load_from_checkpoint|load_checkpoint)\n
  unless  in (?:training_step|backward|train_batch|evaluation_loop)\n
  cause   the GPU became full as a checkpoint was loaded: torch.load puts tensors back where they
          were saved (every rank on GPU 0), or a second copy of weights and optimizer stands beside
          the first
  fix     torch.load(path, map_location="cpu"), then load_state_dict and del; a sharded checkpoint
          (ZeRO, FSDP SHARDED_STATE_DICT) that each rank reads its part of
  checks  gpu.gpus-are-idle, gpu.driver-answers
root cuda-oom-save-gather
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  near    in
          (?:_zero3_consolidated_16bit_state_dict|save_16bit_model|get_state_dict|_full_state_dict_hook|_full_post_state_dict_hook|_unshard_fsdp_state_params|summon_full_params|full_optim_state_dict|_gather_orig_param_state|save_checkpoint)\n|in
          (?!\w*(?:load|set_))\w*state_dict\w*\n
  unless  in (?:training_step|backward|train_batch|evaluation_loop)\n
  cause   the GPU became full as a checkpoint was saved: to write whole weights they are gathered on
          the GPUs
  fix     sharded checkpoints (fsdp_state_dict_type: SHARDED_STATE_DICT; ZeRO-3 with
          stage3_gather_16bit_weights_on_model_save false, merged afterwards), or
          FullStateDictConfig(offload_to_cpu=True, rank0_only=True); empty the cache before the save
  checks  gpu.gpus-are-idle, gpu.driver-answers
root cuda-oom-logits
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  near    (?:logits = self\.lm_head\(|logits\.float\(\)|logits =
          logits\.to\(torch\.float32\)|F\.cross_entropy\(|nn\.functional\.cross_entropy\(|torch\._C\._nn\.cross_entropy_loss|log_softmax\(|in
          (?:selective_log_softmax|entropy_from_logits|logprobs_from_logits|ForCausalLMLoss|fixed_cross_entropy)\n)
  cause   the GPU became full at the logits: batch × sequence × vocabulary numbers, several times
          over, which for a vocabulary of 150 000 is 1 GB for each 2000 tokens and copy
  fix     a shorter sequence or smaller micro batch with more accumulation; a fused loss
          (use_liger_kernel: true, or chunked cross entropy); parallelism of tensors or sequences
          over ranks
  checks  gpu.gpus-are-idle, gpu.driver-answers
root cuda-oom-plain-attention
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  near    attn_weights =
          (?:torch\.matmul\(query|nn\.functional\.softmax\(attn_weights|torch\.nn\.functional\.softmax\(attn_weights|attn_weights
          \+)|in eager_attention_forward\n
  cause   the GPU became full in plain attention, which holds heads × sequence × sequence numbers
          for each layer
  fix     attn_implementation="flash_attention_2" or "sdpa"; a shorter sequence; activation
          checkpointing
  checks  gpu.gpus-are-idle, gpu.driver-answers
root same-gpu-for-roles
  says    Attempting to use the same CUDA device for multiple distinct roles
  cause   the trainer and `trl vllm-serve` use one GPU, which NCCL refuses between them
  fix     different CUDA_VISIBLE_DEVICES for both, or vllm_mode="colocate"
root unsloth-no-accelerator
  says    Unsloth cannot find any torch accelerator
  cause   Unsloth was imported on a node or in a process that sees no GPU: none is there, the driver
          does not answer, CUDA_VISIBLE_DEVICES is empty, or torch is a build for the CPU
  fix     `nvidia-smi -L` and `python -c "import torch; print(torch.version.cuda,
          torch.cuda.is_available())"` in the rank's environment; `--gpus all`, Slurm's
          --gpus-per-node
  checks  gpu.driver-answers, gpu.shell-hides-no-gpu
""",
    meanings={"gpu-xid": XID_MEANINGS, "gpu-xid-of-a-program": XID_MEANINGS},
    PROGRAM_XIDS=PROGRAM_XIDS,
)
