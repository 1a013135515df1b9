"""What torch.distributed says of process groups, their members and collectives."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

MORE_JOINED = "|".join(
    rf"\d{{{digits}}}, \w+=\d{{{digits + 1},}}|"
    + "|".join(
        rf"{first}\d{{{digits - 1}}}, \w+=[{first + 1}-9]\d{{{digits - 1}}}\b"
        for first in range(1, 9)
    )
    for digits in (1, 2, 3)
)
"""A count of ranks, then a larger one (but for two of one length that begin alike)."""

FAILURES = read_entries(
    MORE_JOINED=MORE_JOINED,
    text=r"""
OUTSIDE_SLURM = multi-node training without SLURM handling the processes|
   `srun` command is available on your system but is not used
root c10d-store-is-used
  says    Timed out initializing process group in store based barrier on rank
  pattern Timed out initializing process group in store based barrier on rank:? (?P<rank>\d+), for
          key: \S+ \(world_size=(?={MORE_JOINED})(?P<world>\d+),
          (?:num_workers_joined|worker_count)=(?P<joined>\d+)
  cause   {joined} ranks were counted where there are {world}: the store holds the count of another
          run (init_method file:// with a file that an earlier one left, or another run at the same
          MASTER_ADDR and MASTER_PORT), or processes take the same rank
  fix     remove the file that init_method names before each start, or use env:// with the RANK and
          WORLD_SIZE that the launcher gives; else end the other run or take another MASTER_PORT
root c10d-store-barrier, peer
  says    Timed out initializing process group in store based barrier on rank
  pattern Timed out initializing process group in store based barrier on rank:? (?P<rank>\d+), for
          key: \S+ \(world_size=(?!{MORE_JOINED})(?P<world>\d+),
          (?:num_workers_joined|worker_count)=(?P<joined>\d+)
  unless  {OUTSIDE_SLURM}
  cause   only {joined} of {world} ranks reached the creation of this process group: the others were
          not started, ended before, were given another MASTER_ADDR or MASTER_PORT, or create other
          groups
  fix     the same command on every node, each with its own node rank; read the output of the ranks
          that are missing; every rank must call init_process_group and new_group, in the same
          order, also ranks that are no members
  checks  collective.ranks-meet
  follows service-name-invalid
root lightning-node-rank-unknown
  says    Timed out initializing process group in store based barrier on rank
  pattern Timed out initializing process group in store based barrier on rank:? (?P<rank>\d+), for
          key: \S+ \(world_size=(?P<world>\d+), (?:num_workers_joined|worker_count)=(?P<joined>\d+)
  near    {OUTSIDE_SLURM}
  cause   each node takes itself for the first one: only {joined} of {world} ranks came, as
          Lightning does not know its node's rank (it starts the ranks itself, without Slurm)
  fix     one task for each GPU with `srun --ntasks-per-node=GPUS`, SLURM_* passed into the
          container; or NODE_RANK, MASTER_ADDR and MASTER_PORT for each node, or torchrun
  checks  collective.ranks-meet
root c10d-not-initialized
  says    Default process group has not been initialized, please make sure to call
          init_process_group
  cause   torch.distributed was used before the process group existed: the script was started as a
          single process, or imports and builds things before init_process_group
  fix     start it with a launcher, and call init_process_group (or build Accelerator,
          TrainingArguments, deepspeed.init_distributed) first
root c10d-initialized-twice
  says    trying to initialize the default process group twice!
  cause   init_process_group was called twice: the script calls it beside accelerate, transformers
          or DeepSpeed
  fix     leave it to one of them, or guard it with `if not torch.distributed.is_initialized()`
root c10d-no-nccl-built-in
  says    Distributed package doesn't have NCCL built in
  cause   this node's torch is built without NCCL: a CPU build, or one for another system
  fix     `uv pip install --reinstall --torch-backend=auto torch` on that node chooses the build for
          its driver; on CPUs use the backend gloo
  checks  software.torch-fits-the-gpus, software.versions-are-equal
root c10d-no-mpi-built-in
  says    Distributed package doesn't have MPI built in
  cause   the script asks for torch's backend mpi, which the wheels do not have
  fix     use nccl (or gloo on CPUs); mpirun can start it all the same
root c10d-no-backend-for-device
  shows   No backend type associated with device type {device:\w+}
  cause   a collective got a tensor on {device}, and the process group has no backend for it: nccl
          alone serves only GPUs
  fix     move the tensor to the GPU, or init_process_group("cpu:gloo,cuda:nccl")
root c10d-tensors-must-be-on-gpu
  says    Tensors must be CUDA and dense
  cause   a collective of NCCL got a tensor in the CPU's memory: a model or metric was not moved, or
          FSDP's sync_module_states met a CPU model
  fix     move it to the rank's GPU first; with FSDP give device_id=, with CPU offload
          init_process_group("cpu:gloo,cuda:nccl")
root c10d-group-with-missing-ranks
  says    the new group's world size should be less or equal to the world size set by
          init_process_group
  says    the new group's rank should be within the world_size set by init_process_group
  cause   a process group is made of more ranks than were started: the parallel sizes do not fit the
          world
  fix     start as many ranks as tensor × pipeline × sequence × data parallelism needs, or lower a
          size
root c10d-rank-not-in-group
  says    is not part of group
  pattern (?:Global|Group) rank (?P<rank>\d+) is not part of group
  cause   rank {rank} was named as source or destination in a group that it does not belong to
  fix     give the global rank (dist.get_global_rank(group, 0) for the first of the group)
root c10d-ddp-unused-parameters
  says    Expected to have finished reduction in the prior iteration before starting a new one
  cause   DDP waits for gradients of parameters that took no part in the loss, on this rank or on
          all
  fix     let all parameters take part, or ddp_find_unused_parameters=True (DDP:
          find_unused_parameters=True); start with TORCH_DISTRIBUTED_DEBUG=DETAIL in [env] to see
          which
root c10d-ddp-marked-ready-twice
  says    Expected to mark a variable ready only once
  cause   DDP got the gradient of a parameter twice: reentrant gradient checkpointing with
          find_unused_parameters, or a parameter used in two forwards of one step
  fix     gradient checkpointing with use_reentrant False (gradient_checkpointing_kwargs of
          transformers), and ddp_find_unused_parameters=False
root c10d-ddp-models-differ
  says    DDP expects same model across all ranks
  cause   the ranks built different models: another config, checkpoint or library version on a node,
          or layers that depend on the rank
  fix     compare the config, the files and the versions of the nodes; build the model with the same
          seed everywhere
  checks  files.same-files-are-equal, software.versions-are-equal
root c10d-ddp-param-shape
  shows   [{rank:\d+}]: params[{index:\d+}] in this process with sizes {sizes:\[[\d, ]*\]} appears
          not to match sizes of the same param in process 0
  cause   parameter {index} of rank {rank} has the sizes {sizes}, rank 0's has others: the ranks
          built different models, such as a vocabulary resized on one
  fix     compare the config, tokenizer and files of the nodes
  checks  files.same-files-are-equal
root c10d-ddp-mixed-devices
  says    DistributedDataParallel's input module must be on the same type of devices
  says    DistributedDataParallel device_ids and output_device arguments only work with
          single-device/multiple-device GPU modules
  cause   parts of the model are on the CPU or on several GPUs when DDP wraps it
  fix     model.to(local_rank) before DDP; no device_map="auto" in a distributed run
root c10d-ddp-no-grad
  says    DistributedDataParallel is not needed when a module doesn't have any parameters that
          require a gradient
  cause   nothing in the model is trainable: all is frozen, or the adapter was not attached or not
          enabled for training
  fix     attach the adapter with is_trainable, or unfreeze; print the parameters with requires_grad
root c10d-invalid-usage-of-device
  says    is not within the range of visible devices
  says    device_id cuda:
  pattern device_id (?P<device>cuda:\d+) is out of range|(?P<index>cuda:\d+) is not within the range
          of visible devices
  cause   init_process_group was given the GPU of an index that this node does not show
  fix     set slots= to at most `nvidia-smi -L | wc -l`, and use LOCAL_RANK, not RANK, for the
          device
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
root c10d-monitored-barrier, peer
  shows   [Rank 0]: Ranks {ranks:[\d, ]+} failed to pass monitoredBarrier in {ms:\d+} ms
  cause   ranks {ranks} did not come to a barrier in {ms} ms: they ended, hang or took another path
  fix     read the output of rank {ranks}
root file-ends-early
  says    EOFError: Ran out of input
  near    in (?:torch_load|load|_load|_legacy_load)\n|torch\.load\(|pickle\.load\(|joblib\.load\(
  unless  distributed_c10d\.py|_tensor_to_object
  cause   the file that was loaded is empty or cut off: its save was interrupted, the disk was full,
          or another rank still writes it
  fix     `ls -l` the file that the frame above names on that node; take the one before, or make it
          again; write on one rank under another name, rename, and let the others wait at a barrier
  checks  files.checkpoints-can-be-resumed
root c10d-object-broadcast-pickle, peer
  says    invalid load key, '\x00'
  says    Ran out of input
  pattern (?:UnpicklingError: invalid load key, '\\x00'|EOFError: Ran out of input)
  cause   what was unpickled is empty or zeros: an object that another rank sent did not arrive
          (ranks called different collectives), or a file was read while another rank still wrote it
  fix     make all ranks call the same collectives in the same order; write files on one rank under
          another name, rename them, and pass a barrier before others read
root c10d-invalid-scalar-type
  says    Invalid scalar type
  cause   a collective got a type of number that the backend does not transmit (bool in older gloo,
          float8 or uint16 in NCCL)
  fix     convert the tensor, for instance to uint8 or float32, before the collective
root c10d-input-size-of-gather
  says    output tensor size must be equal to world_size times input tensor size
  says    input tensor must be the same size as output size times world size
  says    output tensor must have the same type as input tensor
  cause   a gather or reduce-scatter got tensors that do not fit each other: the last batch of the
          data differs from rank to rank, or shards were made for another world size
  fix     drop_last or pad the last batch (accelerator.gather_for_metrics, pad_across_processes);
          load shards with the world size that wrote them
symptom c10d-watchdog-exception
  shows   NCCL watchdog thread terminated with exception: {why:.+}
  cause   NCCL's watchdog of this rank met an error that came from elsewhere in this rank: {why}
  fix     read the first error of this rank above; CUDA_LAUNCH_BLOCKING=1 in [env] shows the
          operation
symptom c10d-abort-by-peer, survivable
  shows   NCCL communicator was aborted on rank {rank:\d+}
  cause   torch ended this rank's communicator after a time-out or an error, its own or another's
  fix     read the first time-out or error above, and the output of the rank that failed first
noise c10d-destroy-noise
  says    destroy_process_group() was not called before program exit
  cause   the program ended without destroy_process_group(): torch says so, and it is harmless
  fix     nothing; call torch.distributed.destroy_process_group() at the end to silence it
noise c10d-guessing-device-noise
  says    Guessing device ID based on global rank. This can cause a hang if rank to GPU mapping is
          heterogeneous
  cause   torch was not given the rank's GPU, and takes rank modulo GPUs; right where each node has
          the same number of GPUs and ranks
  fix     pass device_id= to init_process_group
symptom monitored-barrier-peer-failed
  shows   Rank {waiting:\d+} successfully reached monitoredBarrier, but received errors while
          waiting for send/recv from rank {failed:\d+}
  cause   rank {failed} failed or left before a barrier where rank {waiting} waits for it
  fix     read the output of rank {failed}
root pipeline-too-few-microbatches
  shows   Number of microbatches ({micro:\d+}) must be greater than or equal to the number of stages
          ({stages:\d+})
  cause   {micro} microbatches do not fill {stages} pipeline stages
  fix     at least {stages} microbatches (a larger global batch or a smaller microbatch)
root pipeline-microbatch-rounds
  shows   {schedule:[\w ]+} requires the number of microbatches to be a multiple of the number of
          rounds ({rounds:\d+}), but got {micro:\d+}
  cause   {micro} microbatches are no multiple of the schedule's {rounds} rounds
  fix     a global batch that gives a multiple of {rounds} microbatches
root c10d-local-rank-missing
  says    LOCAL_RANK is not in the environment. Consider passing fallback_rank
  cause   the process was not started by torchrun, deepspeed or accelerate, so it does not know
          which GPU is its own
  fix     start it by a launcher, or set LOCAL_RANK (under srun to $SLURM_LOCALID) for each process
root c10d-backend-unknown
  shows   Unknown backend '{name}'. Specify a 'device:backend' string or use one of
  cause   torch.distributed has no backend called {name}, unless a package that registers it is
          imported first
  fix     nccl for GPUs, gloo for CPUs, "cpu:gloo,cuda:nccl" for both; import the vendor's package
          (torch_npu, habana_frameworks, oneccl_bindings_for_pytorch) before init_process_group
root c10d-device-id-without-index
  says    init_process_group device_id parameter must be an accelerator with an index
  cause   device_id= names a kind of device but not which one
  fix     device_id=torch.device("cuda", int(os.environ["LOCAL_RANK"]))
root c10d-group-destroyed
  says    Invalid process group specified or has been destroyed
  cause   a process group was used after it was destroyed, or twice destroyed
  fix     destroy_process_group() once, last, when no thread (logger, checkpointer, data loader)
          uses it any more
root symmetric-memory-not-allocated
  says    Tensor is not allocated from Symmetric Memory
  says    get_symm_mem_workspace(): the requested size
  cause   an operation that reads other GPUs' memory got a tensor that was not allocated for it, or
          needs a larger workspace than the first one
  fix     allocate with torch.distributed._symmetric_memory.empty() and rendezvous it; ask for the
          largest workspace first; torch._inductor.config._micro_pipeline_tp = False goes without
root nvshmem-library-missing
  says    NVSHMEM device library not found
  cause   NVSHMEM is not installed where torch or the kernels look for it
  fix     `uv pip install nvidia-nvshmem-cu12` (cu13 for CUDA 13) of the release that torch asks
          for, or set NVSHMEM_LIB_DIR / NVSHMEM_HOME
  checks  software.versions-are-equal
symptom c10d-socket-timeout
  says    "RuntimeError: Socket Timeout"
  says    "DistStoreError: Socket Timeout"
  cause   this rank waited at the store for another that did not come, or whose store is gone
  fix     find the rank that is missing or failed first
  checks  ports.master-port-is-reachable
root c10d-no-libuv
  says    use_libuv was requested but PyTorch was
  cause   this build of torch has no libuv, which its TCP store uses by default
  fix     USE_LIBUV=0 in [env]
root c10d-not-contiguous
  says    Tensors must be contiguous
  pattern Tensors must be contiguous$
  cause   a tensor that is sent to other ranks is not laid out in one piece: a parameter or buffer
          that was transposed or sliced, as some models' code makes them
  fix     before the model is wrapped: `for p in model.parameters(): p.data = p.data.contiguous()`
          (buffers too); .contiguous() on what you send yourself
root c10d-ddp-static-graph
  says    not compatible with static_graph set to True
  near    static_graph set to True
  cause   DDP was made with static_graph=True, and the parameters that take part changed: one that
          was used in the first step was not in a later one
  fix     leave static_graph out (DDP: find_unused_parameters=True), or let every parameter take
          part in each step
root ddp-lazy-parameters
  says    Modules with uninitialized parameters can't be used with `DistributedDataParallel`
  cause   a lazy module has no shapes yet: it has not seen a batch before it is wrapped
  fix     one forward pass with a small batch before DDP, or give the sizes
root backend-lacks-collective
  shows   RuntimeError: Backend {backend:\w+} does not support {call:\w+}
  cause   the backend {backend} has no {call} in this torch
  fix     a newer torch on every node; nccl for tensors on GPUs, gloo for those on the CPU
  checks  software.versions-are-equal
root jax-processes-missing, peer
  says    DEADLINE_EXCEEDED: Barrier timed out
  pattern DEADLINE_EXCEEDED: Barrier timed out\. .*(?:PjRT_Client_Connect|Wait_for_all_tasks)
  cause   not all processes of jax.distributed came: fewer were started than num_processes says
          (which counts processes, not devices), some were never placed or failed before, or cannot
          reach the coordinator
  fix     start as many processes as num_processes says, each with its own process_id; read what
          those printed that the message names, and whether they run at all (`kubectl get pods`)
symptom store-wait-timeout, survivable
  says    "ms, keys: "
  pattern wait timeout after (?P<ms>\d+)ms, keys: (?P<key>\S+)
  cause   this rank waited {ms} ms at the store for what another rank writes ({key}): that rank
          failed, did not start, or does something else for so long
  fix     read the output of the other ranks: the one that failed, or that is late (a download, a
          compile, data on rank 0); a longer timeout= of init_process_group
root c10d-init-refused
  says    "ValueError: "
  near    torch/distributed/distributed_c10d\.py", line \d+, in \w+\n(?:    .*\n){1,9}ValueError:
          (?P<what>.+)
  cause   torch.distributed does not accept how it was called: {what}
  fix     correct the call of init_process_group, new_group or the collective that the traceback
          names; RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT come from a launcher
root ddp-options-refused
  says    "Error: "
  pattern ^(?:ValueError|RuntimeError|TypeError): .
  near    torch/nn/parallel/distributed\.py", line \d+, in _log_and_throw\n(?:
          .*\n){1,9}(?:ValueError|RuntimeError|TypeError): (?P<what>.+)
  cause   DistributedDataParallel does not take the model as it is: {what}
  fix     correct what it names before the model is wrapped (frozen parameters, devices,
          device_ids=[LOCAL_RANK])
root c10d-nccl-not-available
  says    Backend nccl is not available
  says    Unknown c10d backend type NCCL
  cause   this node's torch has no NCCL: a build for CPUs or another system
  fix     `uv pip install --reinstall --torch-backend=auto torch` on that node chooses the build for
          its driver; on CPUs use the backend gloo
symptom c10d-store-answer
  says    Stop_waiting response is expected
  cause   the store of rank 0 ended while this rank waited at it
  fix     read the output of rank 0
root dataparallel-gather-sizes
  says    Gather got an input of invalid size
  cause   DataParallel (one process for all GPUs) cannot join outputs of different lengths
  fix     one process for each GPU (torchrun, deepspeed, `python -m launcher start`), or outputs
          padded to one length
root c10d-nccl-on-other-accelerator
  says    Distributed package doesn't have NCCL built in
  platforms npu, xpu, hpu
  cause   the backend nccl is asked for, which is NVIDIA's and AMD's; this node's accelerator has
          its own
  fix     the backend hccl on NPUs and Gaudi (import torch_npu or habana_frameworks.torch before),
          xccl (torch 2.8 and newer) or ccl on XPUs; DeepSpeed and accelerate choose it themselves
          where no backend is named
root c10d-rank-late-for-barrier, peer
  shows   Rank {rank:\d+} failed to pass monitoredBarrier in {ms:\d+} ms
  cause   rank {rank} did not come to a barrier in {ms} ms: it ended, hangs or took another path
  fix     read the output of rank {rank}
""",
)
