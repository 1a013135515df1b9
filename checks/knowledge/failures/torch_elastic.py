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
  follows ended-by-signal, torchrun-worker-failed
symptom elastic-worker-group-failed, survivable
  says    Worker group FAILED.
  cause   a rank of this node failed; torchrun starts the group again while attempts are left
  fix     read the output of the rank that failed first
symptom elastic-exit-barrier, survivable
  says    Error waiting on exit barrier
  cause   a node's agent was gone when this one ended
  fix     read the output of the node that ended first
root torchrun-hangup, warns
  says    death signal, shutting down workers
  pattern Received (?:1|Signals\.SIGHUP) death signal, shutting down workers
  cause   torchrun was ended by SIGHUP: the terminal or login that started it was closed
  fix     start it so that it outlives the terminal: tmux, a batch job, setsid, or `python -m
          launcher start --detach`; nohup alone does not help, as torchrun handles the signal itself
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
root torchrun-port-missing
  says    Try to add --master-addr and --master-port
  says    Try add --master-port and --master-addr to the cmd request
  says    Try to specify --master-port
  says    Try launching with --master-port
  cause   torchrun has no whole address of the head: --master-addr, --master-port or the port behind
          --rdzv-endpoint is missing, most often an empty variable
  fix     `--rdzv-endpoint HEAD:29500`, or --master-addr and --master-port; `echo` the variables on
          each node
root torchrun-node-rank-missing
  says    rank is absent in RendezvousParameters
  cause   the static rendezvous needs --node-rank, and it is not given here
  fix     --node-rank 0 … n-1, one for each node; or --rdzv-backend c10d, which gives the ranks
          itself
root torchrun-nodes-range
  shows   AssertionError: min_nodes must be > 0 and <= max_nodes, got min_nodes={least:-?\d+},
          max_nodes={most:-?\d+}
  cause   --nnodes says {least} to {most} nodes, which is no range: an empty or wrong variable
  fix     --nnodes N or MIN:MAX with MIN at most MAX
root torchrun-log-dir-is-file
  shows   NotADirectoryError: log_dir: {path:\S+} is a file
  cause   --log-dir names a file, {path}
  fix     another folder for --log-dir, or remove the file
  checks  files.output-is-writable
root torchrun-rdzv-option-format
  says    The rendezvous configuration string must be in format
  cause   --rdzv-conf is not written as KEY=VALUE,KEY=VALUE
  fix     `--rdzv-conf join_timeout=600,read_timeout=60`, without spaces, in quotes
root torchrun-rdzv-backend-unknown
  shows   ValueError: The rendezvous backend '{name:[^']+}' is not registered
  cause   --rdzv-backend {name} is not one of torch's, or its plugin is not installed on this node
  fix     c10d, static, etcd or etcd-v2; for etcd `uv pip install python-etcd` on every node
  checks  software.versions-are-equal
root torchrun-etcd-unreachable
  says    RendezvousConnectionError: The connection to etcd has failed
  cause   the etcd server of --rdzv-endpoint does not answer this node
  fix     `curl http://HOST:2379/version` from that node; start etcd, open its port; or
          --rdzv-backend c10d, which needs none
  checks  ports.master-port-is-reachable
root torchrun-rdzv-state-corrupt
  says    RendezvousStateError: The state object is corrupt
  says    RendezvousStateError: The rendezvous state is corrupt
  cause   what the rendezvous keeps at its endpoint is of another program or another torch: two runs
          share the endpoint and --rdzv-id, or the nodes have different releases
  fix     an --rdzv-id and a port of its own for each run; the same torch on all nodes
  checks  software.versions-are-equal, ports.master-port-is-free
root torchrun-store-members-missing
  shows   TimeoutError: timed out waiting for all {count:\d+} members to join
  cause   fewer than {count} processes reached the store: some were not started, or do not reach the
          head
  fix     read the output of the nodes that print nothing; the head's port from each of them
  checks  ports.master-port-is-reachable, ssh.every-node-logs-in-to-every-node
root c10d-ranks-missing-at-barrier, peer
  shows   Timed out waiting on barrier on rank {rank:\d+}, for key prefix: {key:\S+}
          (world_size={world:\d+}, missing_ranks={missing:.+?}, timeout={timeout:.+})
  cause   the ranks {missing} did not come to the barrier {key} in {timeout}: they ended, or do
          something else
  fix     read the output of the ranks {missing}
root c10d-group-name-taken
  says    The specified group name has already been created
  cause   init_process_group or new_group was called twice with one name: the program and a library
          both set the process group up
  fix     call it once: `if not dist.is_initialized()`; dist.destroy_process_group() before a second
          time
root c10d-no-handler
  shows   RuntimeError: No rendezvous handler for {scheme:\w+}://
  cause   init_method begins with {scheme}://, which torch does not know
  fix     env://, tcp://HOST:PORT or file:///PATH
symptom torchrun-ended-while-waiting
  shows   Received {signal:[2-9]|\d\d} death signal, shutting down workers
  near    \b[Ww]aiting (?:for|on) (?P<what>(?:[\w-]+ ){0,4}?(?:batch|batches|rollouts?|samples|
          experience|weights|policy|inference|orchestrator|generator|environment|servers?|
          engines?)\b[^\n]{0,40})
  cause   torchrun on this node was asked to end by signal {signal} while its ranks waited for
          {what}: the part of the run that gives them that (an orchestrator, an inference server,
          rollout workers) failed or was ended first
  fix     read that part's own log for its first error (logs/orchestrator*, logs/inference*, the
          server's output, its node's `dmesg`); then the scheduler's (time limit, preemption)
symptom elastic-spare-agent-ended
  says    'NoneType' object has no attribute 'is_failed'
  frame   torch/distributed/launcher/api.py
  cause   this torchrun was one more than the nodes that were asked for (or came late), and the
          others had already finished or closed their meeting: it ends with this error though
          nothing failed here
  fix     read the output of the nodes that took part; as many torchrun as --nnodes, or a newer
          torch
symptom elastic-agent-not-joined
  says    /torchelastic/role_info
  pattern wait timeout after (?P<ms>\d+)ms, keys: /\w+/torchelastic/role_info
  cause   torchrun's agent of this node waited {ms} ms for the agents of the others to report their
          ranks, and not all did: a node was not started, came too late, failed as it started, or
          has another --nnodes, --node_rank, address or port; which, this log does not tell
  fix     read the output of every other node; start all of them within that time, with the same
          --nnodes, --master_addr and --master_port and a --node_rank of its own; the port must be
          open from each
  checks  ports.master-port-is-reachable, collective.ranks-meet
"""
)
