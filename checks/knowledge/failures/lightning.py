"""What Lightning says of a start by Slurm and of its strategies."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "lightning-gpus-hidden",
        "You requested gpu: ",
        r"You requested gpu: (?P<wanted>\[[\d, ]*\])",
        near=r"But your machine only has: (?P<have>\[[\d, ]*\])",
        cause="Lightning wants the GPUs {wanted} in each process and this one sees {have}: the "
        "node has fewer, or Slurm's --gpus-per-task (--gpu-bind) hides the others from each task",
        fix="--gpus-per-node (or --gres=gpu:N) instead of --gpus-per-task; or devices as many as "
        "the node has",
        checks=("gpu.slots-have-gpus", "gpu.shell-hides-no-gpu"),
    ),
    root(
        "lightning-tasks-exceed-devices",
        "IndexError: list index out of range",
        near=r"parallel_devices\[self\.local_rank\]",
        cause="a process has a local rank for which there is no device: Slurm put more tasks on "
        "this node than devices= names",
        fix="--ntasks-per-node equal to devices, and --nodes equal to num_nodes",
        checks=("gpu.slots-have-gpus",),
    ),
    root(
        "lightning-ntasks-refused",
        "in your SLURM bash script, but this variable is not supported",
        r"`--ntasks=(?P<tasks>\d+)` in your SLURM bash script, but this variable is not supported",
        cause="Lightning cannot tell from --ntasks={tasks} how many tasks each node has",
        fix="#SBATCH --nodes and --ntasks-per-node (one for each GPU of a node) instead of "
        "--ntasks; `export SLURM_JOB_NAME=interactive` where Slurm is not to start the ranks",
    ),
    root(
        "lightning-slurm-differs",
        ("` in Lightning, but the number of ",),
        r"You set `(?P<key>devices|num_nodes)=(?P<here>\d+)` in Lightning, but the number of .*?"
        r" configured in SLURM `(?P<option>--[\w-]+)=(?P<slurm>\d+)` does not match",
        cause="Trainer has {key}={here}, and the job has {option}={slurm}",
        fix="{key}={slurm} in the Trainer, or {option}={here} for sbatch",
    ),
    root(
        "lightning-unused-parameters",
        "It looks like your LightningModule has parameters that were not used in producing",
        cause="parts of the model get no gradient in some steps, and DDP waits for it",
        fix='strategy="ddp_find_unused_parameters_true", or use every parameter in each step',
    ),
)
