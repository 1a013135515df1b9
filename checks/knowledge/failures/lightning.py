"""What Lightning says of a start by Slurm and of its strategies."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root lightning-resume-missing
  shows   Checkpoint at {path} not found. Aborting training
  cause   the checkpoint to resume from, {path}, is not there: none was saved yet, each rank decided
          for itself whether one is, or a relative path is seen from another working directory
          (Hydra changes it)
  fix     give ckpt_path as an absolute path on a shared disk, and only if the file exists, decided
          before the ranks start; ckpt_path="last" takes the newest, if any
  checks  files.needed-files-exist
root lightning-gpus-hidden
  shows   You requested gpu: {wanted:\[[\d, ]*\]}
  near    But your machine only has: (?P<have>\[[\d, ]*\])
  cause   Lightning wants the GPUs {wanted} in each process and this one sees {have}: the node has
          fewer, or Slurm's --gpus-per-task (--gpu-bind) hides the others from each task
  fix     --gpus-per-node (or --gres=gpu:N) instead of --gpus-per-task; or devices as many as the
          node has
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
root lightning-tasks-exceed-devices
  says    IndexError: list index out of range
  near    parallel_devices\[self\.local_rank\]
  cause   a process has a local rank for which there is no device: Slurm put more tasks on this node
          than devices= names
  fix     --ntasks-per-node equal to devices, and --nodes equal to num_nodes
  checks  gpu.slots-have-gpus
root lightning-ntasks-refused
  shows   `--ntasks={tasks:\d+}` in your SLURM bash script, but this variable is not supported
  cause   Lightning cannot tell from --ntasks={tasks} how many tasks each node has
  fix     #SBATCH --nodes and --ntasks-per-node (one for each GPU of a node) instead of --ntasks;
          `export SLURM_JOB_NAME=interactive` where Slurm is not to start the ranks
LEFT_WAITING = GLOBAL_RANK: 0, MEMBER: 1/(?P<world>[2-9]|\d\d+)\b
STARTED_ALL = registered\. Starting|GLOBAL_RANK: [1-9]
stall lightning-srun-not-used
  says    "MEMBER: 1/"
  pattern {LEFT_WAITING}
  near    `srun` command is available on your system but is not used
  unless  {STARTED_ALL}
  cause   1 of {world} processes was started: within a Slurm job Lightning leaves it to srun to
          start the ranks, and this was started without srun, so rank 0 waits for the others until
          the job is ended
  fix     `srun python SCRIPT` with --nodes equal to num_nodes and --ntasks-per-node equal to
          devices; on one node without srun `export SLURM_JOB_NAME=interactive`
stall lightning-ranks-missing
  says    "MEMBER: 1/"
  pattern {LEFT_WAITING}
  unless  {STARTED_ALL}|`srun` command is available on your system but is not used
  cause   rank 0 waits for the other {world} - 1 processes, of which this log shows none: their
          nodes were not started, were given another MASTER_ADDR or MASTER_PORT, or do not reach
          this one
  fix     read the logs of the other nodes; in Slurm `srun` with --nodes equal to num_nodes and
          --ntasks-per-node equal to devices; else the same command on every node, with NODE_RANK 0,
          1, …
  checks  ports.master-port-is-reachable
root lightning-slurm-differs
  says    "` in Lightning, but the number of "
  pattern You set `(?P<key>devices|num_nodes)=(?P<here>\d+)` in Lightning, but the number of .*?
          configured in SLURM `(?P<option>--[\w-]+)=(?P<slurm>\d+)` does not match
  cause   Trainer has {key}={here}, and the job has {option}={slurm}
  fix     {key}={slurm} in the Trainer, or {option}={here} for sbatch
root lightning-unused-parameters
  says    It looks like your LightningModule has parameters that were not used in producing
  cause   parts of the model get no gradient in some steps, and DDP waits for it
  fix     strategy="ddp_find_unused_parameters_true", or use every parameter in each step
root lightning-torchrun-world
  says    does not match the world size (
  pattern You set `devices=(?P<devices>\S+)` and `num_nodes=(?P<nodes>\S+)` in Lightning, but the
          product \([^)]*\) does not match the world size \((?P<world>\d+)\)
  cause   devices {devices} × num_nodes {nodes} are not the {world} ranks that torchrun started
  fix     num_nodes of the Trainer equal to torchrun's --nnodes, devices to --nproc-per-node (or
          devices="auto")
root lightning-no-gpus
  says    GPUs requested but none are available
  says    can not run on your system since the accelerator is not available
  cause   Lightning was asked for an accelerator that this rank does not see
  fix     `nvidia-smi -L` and CUDA_VISIBLE_DEVICES in the rank's environment; a torch build for
          GPUs; docker --gpus all
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu, software.torch-fits-the-gpus
root lightning-strategy-unknown
  shows   You selected an invalid strategy name: `strategy={name:[^`]+}`
  cause   Lightning has no strategy {name}: misspelt, renamed (2.0 dropped dp and ddp2), or its
          package is missing
  fix     ddp, fsdp, deepspeed_stage_2, deepspeed_stage_3 or auto; for deepspeed_* install deepspeed
root lightning-deepspeed-config-missing
  shows   You passed in a path to a DeepSpeed config but the path does not exist: {path}
  cause   the DeepSpeed config {path} is not on this node
  fix     an absolute path that is there on every node
  checks  files.paths-in-the-command-are-there
root lightning-deepspeed-missing
  says    To use the `DeepSpeedStrategy`, you must have DeepSpeed installed
  cause   a deepspeed strategy was asked for, and this interpreter has no DeepSpeed
  fix     `uv pip install deepspeed` on every node
  checks  software.deepspeed-is-installed
root lightning-deepspeed-checkpoint
  says    DeepSpeed was unable to load the checkpoint. Ensure you passed in
  cause   the checkpoint is no folder of DeepSpeed's, or this node does not see it whole
  fix     the folder of the .ckpt itself, on a file system that every node shares;
          DeepSpeedStrategy(load_full_weights=True) for a single file
  checks  files.shared-folders-are-shared-everywhere
root lightning-one-optimizer
  says    Currently only one optimizer is supported with DeepSpeed
  says    DeepSpeed currently only supports single optimizer
  cause   configure_optimizers returns several optimizers, and DeepSpeed takes one
  fix     one optimizer with parameter groups, or strategy ddp or fsdp
root lightning-fsdp-optimizer
  says    The optimizer does not seem to reference any FSDP parameters
  cause   the optimizer was made from parameters that FSDP replaced
  fix     make it in configure_optimizers from self.trainer.model.parameters()
root lightning-checkpoint-invalid
  says    does not point to a valid checkpoint. Make sure the path points to either a directory
  pattern The path '?(?P<path>[^\s']+)'? does not point to a valid checkpoint\. Make sure the path
          points to either a directory
  cause   {path} is no whole checkpoint for this node: a shard folder without .metadata, or not
          there
  fix     a path on a shared file system; the checkpoint before it
  checks  files.checkpoints-can-be-resumed
root lightning-parallel-sizes
  shows   The sizes `data_parallel_size={dp:\d+}` and `tensor_parallel_size={tp:\d+}` multiplied
          should equal the world size ({world:\d+})
  cause   data parallel {dp} × tensor parallel {tp} are not {world} ranks
  fix     sizes whose product is {world}, or data_parallel_size="auto"
root lightning-no-dataloader
  shows   An invalid dataloader was returned from `{hook:[\w.]+}()`
  cause   {hook} returned no data loader: it is not defined, or setup() did not make the dataset on
          this rank
  fix     make datasets in setup(), which runs on every rank, not in prepare_data(), which runs on
          one
root lightning-rank-of-sampler
  says    "Invalid rank "
  pattern Invalid rank (?P<rank>\d+), rank should be in the interval \[0, (?P<last>\d+)\]
  near    lightning|Lightning|pytorch_lightning
  cause   rank {rank} is beyond the sampler's {last}: the number of replicas was computed without
          the other nodes (num_nodes left at 1)
  fix     num_nodes in the Trainer equal to the nodes that were started; with Fabric/FSDP update
          lightning; or DistributedSampler(num_replicas=world size, rank=rank)
root lightning-fewer-gpus-than-asked
  shows   "You requested GPUs: {asked:\[[\d, ]+\]}"
  near    But your machine only has: (?P<seen>\[[\d, ]*\])
  cause   the Trainer asks for the GPUs {asked}, and this process sees {seen}: Slurm bound one GPU
          to each task (--gpus-per-task, --gpu-bind), CUDA_VISIBLE_DEVICES hides the others, or the
          node has fewer
  fix     `--gres=gpu:N` or --gpus-per-node=N with --ntasks-per-node=N and no binding, or devices=1;
          `echo $CUDA_VISIBLE_DEVICES` within the task
  checks  gpu.shell-hides-no-gpu, gpu.slots-have-gpus
root lightning-cuda-before-processes
  says    Lightning can't create new processes if CUDA is already initialized
  cause   the program used CUDA before the Trainer started its processes
  fix     move what touches the GPU (torch.cuda calls, .cuda()) behind Trainer.fit; or
          strategy="ddp" from a script in place of ddp_notebook
root lightning-metric-missing
  says    Early stopping conditioned on metric
  says    could not find the monitored key in the returned
  cause   a callback watches a metric that nothing logged: validation did not run yet, it has
          another name, or only some ranks log it
  fix     self.log of that very name in validation_step (sync_dist=True), monitor= one of those that
          the message lists, or check after an epoch with validation
root lightning-checkpoint-weights-only
  says    state but checkpoint contains only the model
  cause   the checkpoint was saved with save_weights_only=True, and training should go on from it
          with optimizer and scheduler
  fix     load the weights (Model.load_from_checkpoint) and begin with a new optimizer;
          save_weights_only=False next time
root lightning-not-a-lightning-checkpoint
  says    KeyError: 'pytorch-lightning_version'
  cause   the file is no checkpoint of Lightning: plain weights of another program, or of a release
          that is too old
  fix     load its state_dict by hand (torch.load, model.load_state_dict) in place of
          load_from_checkpoint or ckpt_path
root lightning-checkpoint-missing
  shows   Checkpoint file not found: {path}
  cause   the checkpoint {path} is not on this node
  fix     a path on a file system that every node mounts; `ls` it there
"""
)
