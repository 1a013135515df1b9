"""What DeepSpeed and transformers say of the DeepSpeed config."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
NOT_COUNTED = (?:partition_parameters\.py|zero\.Init\()[\s\S]*?!= \d+ \* \d+ \* 1\b
ONE_RANK_FOUND = Discovered MPI settings of world_rank=\d+, local_rank=\d+, world_size=1,
root batch-triple
  shows   train_batch_size is not equal to micro_batch_per_gpu * gradient_acc_step * world_size
          {total} != {micro} * {steps} * {world}
  unless  {ONE_RANK_FOUND}|{NOT_COUNTED}
  cause   train_batch_size {total} is not {micro} (micro batch) × {steps} (steps of accumulation) ×
          {world} (ranks): the three do not belong together, or DeepSpeed counts other ranks than
          were started
  divides total, micro, world
  fix     a train_batch_size that {micro} × {world} divides ({multiples}), or a number of ranks that
          divides it, and no steps of accumulation in the config, which DeepSpeed then computes
          ("auto" with transformers); where it counts 1 rank of several, their launcher (mpirun,
          srun, a loop) sets neither RANK nor WORLD_SIZE: start with deepspeed or torchrun, or set
          RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for each
  checks  deepspeed.batch-sizes-agree
root batch-one-rank-found
  shows   train_batch_size is not equal to micro_batch_per_gpu * gradient_acc_step * world_size
          {total} != {micro} * {steps} * 1
  near    {ONE_RANK_FOUND}
  cause   DeepSpeed asked MPI how many ranks there are and was answered one, so that {micro} ×
          {steps} × 1 is not {total}: mpi4py uses another MPI than the mpirun that started the ranks
  fix     set RANK, LOCAL_RANK, WORLD_SIZE and MASTER_ADDR for each rank, or start with torchrun or
          deepspeed; else build mpi4py with that MPI (`uv pip install --no-binary mpi4py mpi4py`)
  checks  deepspeed.batch-sizes-agree
root batch-ranks-not-counted
  shows   train_batch_size is not equal to micro_batch_per_gpu * gradient_acc_step * world_size
          {total} != {micro} * {steps} * {world:1\b}
  near    {NOT_COUNTED}
  unless  {ONE_RANK_FOUND}
  cause   zero.Init read the config as DeepSpeed counted one rank. Where more were started, the
          process group did not exist yet as the model was built; where one was, {total} is not
          {micro} × {steps}
  fix     build TrainingArguments (or Accelerator, deepspeed.init_distributed) before the model,
          with releases of accelerate, transformers and deepspeed that belong together;
          "train_batch_size": "auto", or leave it out
  checks  deepspeed.batch-sizes-agree, software.releases-work-together
root batch-none
  says    Either train_batch_size or train_micro_batch_size_per_gpu needs to be provided
  cause   the DeepSpeed config gives no batch size
  fix     set train_micro_batch_size_per_gpu
  checks  deepspeed.batch-sizes-agree
root auto-without-hf
  says    '>' not supported between instances of 'str' and 'int'
  says    unsupported operand type(s) for //: 'str' and 'str'
  says    can't multiply sequence by non-int of type 'str'
  frame   deepspeed/runtime/
  cause   a number of the DeepSpeed config is a text: "auto", which only transformers and accelerate
          replace, or a number in quotes
  fix     write numbers without quotes, or let the Trainer read the config
  checks  deepspeed.auto-is-filled
root fp16-bf16-both
  says    bfloat16 and fp16 modes cannot be simultaneously enabled
  cause   the DeepSpeed config enables both fp16 and bf16
  fix     disable one of them
  checks  deepspeed.precision-is-one
root config-extra-key
  says    Extra inputs are not permitted [type=extra_forbidden
  cause   a section of the DeepSpeed config has a key that this version of DeepSpeed does not know;
          the line above names it
  fix     correct or remove the key (unknown keys at the top level are silently ignored)
  checks  deepspeed.keys-are-known, deepspeed.config-is-readable
root config-removed-block
  says    has been removed
  pattern has been removed; the '(?P<key>[^']+)' configuration|has been removed\. (?:A leftover|Use
          DeepSpeed|See)
  cause   the config has a section that this version of DeepSpeed no longer accepts, even when it is
          disabled
  fix     delete the section, or install the earlier DeepSpeed on every node
  checks  deepspeed.values-are-accepted, deepspeed.keys-are-known, deepspeed.config-is-readable
root zero-untested-optimizer
  says    You are using an untested ZeRO Optimizer
  cause   the script passes an optimizer that ZeRO was not tested with
  fix     set "zero_allow_untested_optimizer": true in the DeepSpeed config
  checks  deepspeed.optimizer-runs-under-zero
root zero-offload-client-optim
  says    You are using ZeRO-Offload with a client provided optimizer
  cause   the optimizer is offloaded to the CPU, but the script passes one that is not
          DeepSpeedCPUAdam
  fix     use DeepSpeedCPUAdam, or set "zero_force_ds_cpu_optimizer": false
  checks  deepspeed.optimizer-runs-under-zero
root nvme-path-none
  says    "nvme_path" in DeepSpeed Config cannot be None
  cause   the config offloads to NVMe, but nvme_path is missing
  fix     set nvme_path to a directory on a local NVMe disk of every node
  checks  deepspeed.nvme-path-is-writable
root hf-ds-value-in-quotes
  says    Please correct the following DeepSpeed config values that mismatch TrainingArguments
  near    ^- ds (?P<key>\S+)=(?P<value>\S+) vs hf \S+=(?P=value)$
  cause   the DeepSpeed config has {key} as text ("{value}"), which is not equal to the number
          {value} of the Trainer
  fix     write {value} without quotes, or "auto", in the DeepSpeed config
  checks  deepspeed.arguments-agree
root hf-ds-mismatch
  says    Please correct the following DeepSpeed config values that mismatch TrainingArguments
  cause   the DeepSpeed config and the Trainer's arguments contradict each other; the lines below
          name them
  fix     set "auto" for them in the DeepSpeed config
  checks  deepspeed.arguments-agree
root ds-config-validation
  says    validation error for DeepSpeed
  says    validation errors for DeepSpeed
  pattern validation (?:error for DeepSpeed|errors for DeepSpeed)(?P<section>\w+)
  near    validation errors? for DeepSpeed\w+\n(?P<key>\S+)\n\s+(?P<why>[^\[\n]+)
  unless  Extra inputs are not permitted
  cause   the DeepSpeed config's {key} ({section}) is not accepted: {why}
  fix     correct {key}; "auto" is filled by transformers and accelerate alone
  checks  deepspeed.values-are-accepted
root ds-auto-as-number
  says    could not convert string to float: 'auto'
  says    invalid literal for int() with base 10: 'auto'
  cause   a value of the DeepSpeed config is still "auto": nothing replaced it, which only
          transformers and accelerate do
  fix     write a number, or let the Trainer read the config (--deepspeed FILE)
  checks  deepspeed.auto-is-filled
root hf-ds-optimizer-without-scheduler
  says    Found `optimizer` configured in the DeepSpeed config, but no `scheduler`
  cause   the DeepSpeed config defines an optimizer and no scheduler, which this transformers does
          not combine with the Trainer's scheduler
  fix     add "scheduler" to the config, or remove "optimizer" from it
  checks  deepspeed.arguments-agree
root hf-ds-inference-stage
  says    ZeRO inference only makes sense with ZeRO Stage 3 - please adjust your config
  cause   a model is evaluated without being trained, with ZeRO-1 or 2
  fix     "stage": 3 for it, or leave the DeepSpeed config out of the evaluation
  checks  deepspeed.values-are-accepted
root ranks-alone
  shows   several ranks count one rank in all: {total} is not {micro} × {steps} × 1
  cause   several processes were started, and each takes itself for the only rank: the launcher that
          numbers them (mpirun, srun) sets neither RANK nor WORLD_SIZE, so {total} is not {micro} ×
          {steps} × 1 on each; with another batch size each would train by itself
  fix     start with deepspeed or torchrun (--nnodes, --nproc_per_node), or set RANK, LOCAL_RANK,
          WORLD_SIZE, MASTER_ADDR and MASTER_PORT for each process from what mpirun
          (OMPI_COMM_WORLD_RANK, _LOCAL_RANK, _SIZE) or srun (SLURM_PROCID, SLURM_LOCALID,
          SLURM_NTASKS) sets; leave the batch size as it is
  checks  deepspeed.batch-sizes-agree
"""
)
