"""What torchrun and its rendezvous say of the nodes that they start."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root elastic-nnodes-format
  shows   nnodes={value} is not in "MIN:MAX" format
  cause   --nnodes has a value that torchrun does not understand: {value}
  fix     --nnodes N, or --nnodes MIN:MAX
root elastic-nproc-unsupported
  shows   Unsupported nproc_per_node value: {value}
  cause   --nproc-per-node has a value that torchrun does not understand: {value}
  fix     --nproc-per-node with a number, gpu, cpu or auto
root elastic-no-gpu-for-nproc
  shows   ValueError: Cuda is not available.
  cause   --nproc-per-node=gpu was asked for, and torch finds no GPU on this node
  fix     `nvidia-smi -L` and `python -c 'import torch; print(torch.version.cuda)'` on that node; in
          docker `--gpus all`
  checks  software.torch-fits-the-gpus, gpu.driver-answers
symptom elastic-rdzv-closed
  says    RendezvousClosedError
  cause   the rendezvous of this run was already closed: another node's ranks had ended, or
          --rdzv-id is that of a run that is over
  fix     read the output of the node that ended first; use a new --rdzv-id for each run
symptom elastic-rdzv-graceful-exit
  says    RendezvousGracefulExitError
  cause   this node was asked to leave the rendezvous, because the run is over elsewhere
  fix     read the output of the node that ended first
symptom elastic-workers-signaled, survivable
  shows   Sending process {pid:\d+} closing signal {signal:SIG\w+}
  cause   torchrun ends the other ranks of its node, because one failed or it was asked to stop
  fix     read the output of the rank that failed first
symptom elastic-worker-group-failed, survivable
  says    Worker group FAILED.
  cause   a rank of this node failed; torchrun starts the group again while attempts are left
  fix     read the output of the rank that failed first
symptom elastic-exit-barrier, survivable
  says    Error waiting on exit barrier
  cause   a node's agent was gone when this one ended
  fix     read the output of the node that ended first
root torchrun-hangup
  says    Received 1 death signal, shutting down workers
  cause   torchrun was ended by SIGHUP: the terminal or login that started it was closed
  fix     start it so that it outlives the terminal (tmux, nohup, a batch job), or `python -m
          launcher start --detach`
symptom torchrun-death-signal
  shows   Received {signal:[2-9]|\d\d} death signal, shutting down workers
  cause   torchrun on this node was asked to end by signal {signal} (2: ctrl-C, 15: a scheduler, a
          launcher of another node that failed, or kill)
  fix     read the output of the node that failed first, and the scheduler's log (time limit,
          preemption)
root elastic-local-rank-beyond-gpus
  shows   local_rank {local:\d+} exceeds available GPUs in CUDA_VISIBLE_DEVICES={visible:\S*}
  cause   local rank {local} has no GPU among CUDA_VISIBLE_DEVICES={visible}
  fix     as many ranks on each node as GPUs, or unset CUDA_VISIBLE_DEVICES
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
root elastic-endpoint-invalid
  says    The port number of the rendezvous endpoint '
  says    The hostname of the rendezvous endpoint '
  pattern The (?P<part>port number|hostname) of the rendezvous endpoint '(?P<endpoint>[^']*)' must
          be
  cause   --rdzv-endpoint {endpoint} has no valid {part}: a variable in it was empty, or it has a
          scheme
  fix     --rdzv-endpoint HOST:PORT, as HEAD:29500; `echo $MASTER_ADDR` where it is built
"""
)
