"""What JAX, XLA, TensorFlow and TPUs say."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root xla-device-not-visible
  says    unable to create StreamExecutor for CUDA:
  pattern unable to create StreamExecutor for CUDA:(?P<index>\d+): .*invalid device ordinal
  cause   this process takes GPU {index}, and it sees fewer: its task was given a GPU of its own
          (--gpus-per-task, CUDA_VISIBLE_DEVICES), which is number 0 there
  fix     jax.distributed.initialize(local_device_ids=[0]), or let each task see all GPUs of the
          node (Slurm: --gres=gpu:N without --gpus-per-task)
  checks  gpu.shell-hides-no-gpu
root xla-out-of-memory
  says    RESOURCE_EXHAUSTED: Out of memory
  cause   an accelerator's memory is full: model, optimizer and batch are too large for it, or
          another process holds it (JAX takes three quarters of a GPU as it starts)
  fix     a smaller batch, sharding over more devices, remat (jax.checkpoint); `nvidia-smi` for
          other processes; XLA_PYTHON_CLIENT_PREALLOCATE=false or XLA_PYTHON_CLIENT_MEM_FRACTION=0.9
          in [env]
root xla-coordination-unreachable
  says    Failed to connect to coordination service
  cause   this process does not reach JAX's coordinator: process 0 is not started or has failed, its
          address is another's, or its port is closed
  fix     read the output of process 0 first; coordinator_address with an address and port that all
          nodes reach, the same on all
symptom xla-peer-lost
  says    The tasks have crashed
  says    heartbeat timeout from the following tasks
  says    unhealthy tasks
  cause   JAX's coordinator no longer hears of a process: it failed, was killed, or its node went
          away
  fix     read the output of the process that ended first, and `dmesg | tail` on its node
root jax-no-visible-gpu
  says    No visible GPU devices
  cause   JAX finds no GPU for this process: CUDA_VISIBLE_DEVICES is empty or names none of this
          node, or the container or step got none
  fix     `nvidia-smi -L` and `echo $CUDA_VISIBLE_DEVICES` where the rank runs; `uv pip install -U
          "jax[cuda12]"` for a build with CUDA
root tpu-in-use
  says    The TPU is already in use by process with pid
  says    TPU initialization failed: open(/dev/
  pattern The TPU is already in use by process with pid|
          TPU initialization failed: open\(/dev/(?!.*(?:Operation not permitted|Permission denied))
  cause   another process of this machine holds the TPU: an earlier run, or a second one of this job
  fix     `sudo lsof -w /dev/accel* /dev/vfio/*` shows which; end it, remove /tmp/libtpu_lockfile
root tensorflow-out-of-memory
  says    OOM when allocating tensor with shape
  cause   a GPU has no room for a tensor: the batch or model is too large, or another process holds
          its memory (TensorFlow takes all of a GPU as it starts)
  fix     a smaller batch; `nvidia-smi` for other processes; TF_FORCE_GPU_ALLOW_GROWTH=true in
          [env]; one process for each GPU
symptom tensorflow-collectives-aborted
  shows   Collective ops is aborted by: {why:.+}
  cause   a worker of TensorFlow ended or cannot be reached ({why}): the others give up
  fix     read the output of the worker that failed first; TF_CONFIG with addresses and ports that
          all nodes reach
root tpu-not-permitted
  says    TPU initialization failed: open(/dev/
  pattern TPU initialization failed: open\((?P<device>/dev/[\w/]+)\):
          (?P<why>Operation not permitted|Permission denied)
  cause   this process may not open {device} ({why}): its container was not given the TPU, or its
          account has no right to it
  fix     `docker run --privileged --net=host`; on Kubernetes the resource google.com/tpu; `ls -l
          {device}` for a plain account
"""
)
