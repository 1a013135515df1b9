"""What torch says when a collective never ends: some rank did not come, or the network stopped."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.releases import KNOWN_RELEASES

FAILURES = read_entries(
    r"""
GRADIENTS = in (?:reduce_independent_p_g_buckets_and_remove_grads|reduce_ipg_grads|reduce_bucket|
   allreduce_bucket|average_tensor|__reduce_and_partition_ipg_grads)\n
WATCHDOG_PATTERN = "Watchdog caught collective operation timeout: WorkNCCL\(SeqNum=(?P<seq>\d+), "
RANK_PATTERN = (?:\[Rank (?P<rank>\d+)\] )?
symptom nccl-timeout-barrier-prep
  says    Watchdog caught collective operation timeout
  pattern {RANK_PATTERN}Watchdog caught collective operation timeout:
          WorkNCCL\(SeqNum=(?P<seq>\d{1,2}), OpType=ALLREDUCE, NumelIn=1, NumelOut=1,
          Timeout\(ms\)=(?P<ms>\d+)
  cause   number {seq}, a barrier or an all-reduce of a single number, was not completed in {ms} ms:
          a rank still prepared or downloaded data, or had fewer batches and left the loop; where
          every rank reports the first one, the GPUs do not reach each other
  fix     prepare data and models before the start ([start] before) or raise ddp_timeout; give every
          rank the same number of batches; for the first one of all ranks try NCCL_P2P_DISABLE=1:
          where that helps, ACS or the IOMMU of the PCIe bridges is to be disabled
  checks  files.needed-data-is-whole, files.needed-files-exist
symptom nccl-timeout-zero3-generate
  says    Watchdog caught collective operation timeout
  pattern {RANK_PATTERN}{WATCHDOG_PATTERN}OpType=_ALLGATHER_BASE
  near    (?i)\bgenerated? \d+ tokens|generation/utils\.py|--predict_with_generate|\.generate\(
  cause   ranks generate texts of other lengths: with sharded weights (ZeRO-3, FSDP) each token
          needs all ranks, and one that is done leaves the others in the all-gather
  fix     generate(..., synced_gpus=True), which needs the same number of samples on each rank
symptom nccl-timeout-zero3-save
  says    Watchdog caught collective operation timeout
  pattern {RANK_PATTERN}{WATCHDOG_PATTERN}OpType=_ALLGATHER_BASE, (?:NumelIn=\d+, NumelOut=\d+,
          )?Timeout\(ms\)=(?P<ms>\d+)
  near    (?:\b[Ss]aving\b|\bsave_(?:pretrained|checkpoint|model|16bit)|[Cc]heckpoint-\d+|Running
          Evaluation|\b[Ee]valuating\b)(?:.*\n(?!.*\b[Ll]oss\b)){1,30}?.*Watchdog caught
  cause   an all-gather of sharded weights (ZeRO-3, FSDP) did not finish in {ms} ms around a save or
          an evaluation: a rank failed in it, writes to a slow disk, or took another path (a save on
          rank 0 alone, fewer batches to evaluate)
  fix     read the output of the rank that is behind or printed no such line; call save and
          evaluation on all ranks; leave stage3_gather_16bit_weights_on_model_save off and merge
          afterwards; or raise ddp_timeout
  checks  deepspeed.saving-does-not-gather
symptom nccl-watchdog-timeout
  says    Watchdog caught collective operation timeout
  pattern {RANK_PATTERN}{WATCHDOG_PATTERN}OpType=(?P<op>\w+)(?:, NumelIn=\d+, NumelOut=\d+)?,
          Timeout\(ms\)=(?P<ms>\d+)\) ran for (?P<ran>\d+) milliseconds
  cause   {op} number {seq} waited {ms} ms: a rank did not come (it failed, hangs, is slow, or took
          another path), a GPU or a link failed on the way, or GPUs or nodes do not reach each
          other, where it is one of the first
  fix     read the output of the rank with the lowest SeqNum, or of the one without such a line;
          TORCH_NCCL_TRACE_BUFFER_SIZE=2000 in [env] records what each rank waits in; raise the
          time-out (ddp_timeout; verl: actor_rollout_ref.nccl_timeout) only where a step may take so
          long; where all wait in one of the first: on one machine NCCL_P2P_DISABLE=1 shows whether
          ACS or the IOMMU of its PCIe bridges is at fault, between nodes NCCL_DEBUG=INFO the
          interfaces
  follows nccl-net-plugin-missing
  checks  software.releases-work-together, network.full-size-packets-arrive,
          nccl.a-failed-rank-ends-the-others,
          ports.ephemeral-ports-are-open, network.mtu-is-equal, collective.links-are-alike
symptom nccl-timeout-proxy-order
  says    Watchdog caught collective operation timeout
  pattern {RANK_PATTERN}{WATCHDOG_PATTERN}OpType=(?P<op>\w+)(?:, NumelIn=\d+, NumelOut=\d+)?,
          Timeout\(ms\)=(?P<ms>\d+)\) ran for (?P<ran>\d+) milliseconds
  versions nccl>=2.28.3,<2.28.9
  cause   {op} number {seq} waited {ms} ms, perhaps for NCCL itself: {NCCL_PROXY_ORDER}
  fix     install NCCL 2.28.9 or newer on every node; then look at the rank with the lowest SeqNum
  checks  software.releases-work-together, network.full-size-packets-arrive,
          nccl.a-failed-rank-ends-the-others, collective.links-are-alike
symptom nccl-timeout-while-saving
  says    Watchdog caught collective operation timeout
  pattern {RANK_PATTERN}{WATCHDOG_PATTERN}OpType=(?P<op>\w+)(?:, NumelIn=\d+, NumelOut=\d+)?,
          Timeout\(ms\)=(?P<ms>\d+)\) ran for (?P<ran>\d+) milliseconds
  near    (?:Saving (?:model )?checkpoint|full (?:model
          )?state.dict)(?:.*\n(?!.*\b[Ll]oss\b)){1,8}?.*Watchdog caught
  cause   the ranks were writing a checkpoint when {op} waited {ms} ms: to gather the whole model or
          to write it takes longer than that on the rank that saves
  fix     timeout= of init_process_group (ddp_timeout of transformers) above what a save takes, or a
          sharded or asynchronous checkpoint; a faster disk, and memory of the node that does not
          swap; where a save is short, a rank that failed in it
  checks  collective.ranks-meet, files.output-is-writable
symptom nccl-watchdog-stuck
  shows   ProcessGroupNCCL's watchdog got stuck for {s:\d+} seconds
  cause   this rank's watchdog did not get on for {s} s: a call into CUDA or NCCL does not return as
          another rank failed or hangs, a Python thread holds the interpreter, or a GPU or its
          driver hangs
  fix     find the rank that failed first; `py-spy dump --pid PID` of this one; `dmesg | grep -i
          xid` on that node, where a GPU is at fault
  checks  gpu.kernel-reports-no-gpu-fault, gpu.driver-answers
symptom nccl-took-down
  says    we are taking the entire process down
  says    taking the entire process down.
  cause   torch ended this rank because a collective had failed
  fix     read the time-out above this line
stall nccl-device-mapping-warn
  says    as device used by this process is currently unknown
  says    This can potentially cause a hang if this rank to GPU mapping is incorrect
  cause   a barrier was called before the rank chose its GPU: all ranks of the node may use the
          first one
  fix     call torch.cuda.set_device(LOCAL_RANK) before init_process_group, or pass device_id= to it
root collective-mismatch-gradients
  says    Detected mismatch between collectives on ranks
  near    {GRADIENTS}
  cause   ranks reduce gradients of different sizes: on one of them parameters took no part in the
          step (a batch of text alone leaves the vision tower unused, an expert got no token)
  fix     let each step use every trained parameter on every rank: a dummy image through the tower,
          mixed batches, or freeze what may be unused; with DDP find_unused_parameters=True
SIZES_DIFFER = OpType=(?P<call>\w+), .* but Rank \d+ .*OpType=(?P=call), .*Tensor Tensor shapes
root collective-mismatch
  says    Detected mismatch between collectives on ranks
  unless  {GRADIENTS}|{SIZES_DIFFER}
  cause   ranks called different collectives: a branch of the program depends on the rank, or one
          rank had fewer batches and went on to the evaluation, a save or the next epoch
  fix     make every rank take the same path around collectives and saves, and give each the same
          number of batches (DistributedSampler or drop_last, Accelerate's even_batches, torch's
          Join for DDP)
root collective-sizes-of-zero3
  says    ranks gather parameters of different sizes
  cause   ranks called the same collective with different sizes: under ZeRO-3 they gather different
          parameters, as each runs other modules (experts that got no token, the image tower at a
          batch of text, a branch that data decides)
  fix     for a mixture of experts deepspeed.utils.set_z3_leaf_modules(model, [CLASS]) with the
          class of its MoE block before deepspeed.initialize (or a newer DeepSpeed and
          transformers, which mark it); a dummy image at batches of text; ZeRO-2 where the model
          fits
root collective-sizes
  says    ranks call a collective with different sizes
  cause   ranks called the same collective with different sizes: on one of them other parameters
          took part in the step (an expert without a token, a batch without an image), or tensors
          were gathered whose length depends on the data
  fix     let each step use every trained parameter on every rank (mixed batches, a dummy image;
          with ZeRO-3 set_z3_leaf_modules for the MoE block); pad before gathering (Accelerate's
          pad_across_processes)
symptom nccl-remote-ended
  says    remote process exited or there was a network error
  cause   a rank ended, or the network between two nodes broke; NCCL does not tell which
  fix     find the rank that failed first, in the output of all nodes; without one, the network
symptom nccl-heartbeat
  says    Heartbeat monitor timed out!
  says    due to ProcessGroupNCCL watchdog hang
  cause   torch ends this rank because its watchdog did not get on: a collective of another rank, a
          CUDA call or a Python thread that holds the interpreter
  fix     read the first time-out or error above, of any rank; TORCH_NCCL_TRACE_BUFFER_SIZE=2000 in
          [env] records what each rank waits in (`python -m launcher diagnose DUMPS`)
symptom nccl-invalid-argument
  says    ncclInvalidArgument: Invalid value for an argument
  cause   NCCL was called with a value that it does not take: a type that it lacks, ranks that
          disagree, or two releases of NCCL mixed
  fix     NCCL's own words stand below `Last error:`; NCCL_DEBUG=WARN in [env]
root collective-sizes-seen
  says    Detected mismatch between collectives on ranks
  pattern Detected mismatch between collectives on ranks\..*{SIZES_DIFFER}
  unless  {GRADIENTS}
  cause   ranks called the same collective with different sizes: under ZeRO-3 they gather different
          parameters, as each runs other modules (the image tower at a batch of text, experts that
          got no token, a branch that data decides); else they hand over tensors whose length
          depends on the data
  fix     a dummy image at batches of text, or batches of one kind on all ranks; for a mixture of
          experts deepspeed.utils.set_z3_leaf_modules(model, [CLASS]); ZeRO-2 where the model fits;
          pad before gathering (Accelerate's pad_across_processes)
root nccl-nan-check
  says    checkForNaN
  pattern checkForNaN: block: \[[\d,]+\], thread: \[[\d,]+\] Assertion `!isnan
  cause   TORCH_NCCL_NAN_CHECK found a NaN in what this rank was about to send: of all ranks that
          print this, one that does so first or alone made it, by its data, by a loss that diverged
          on all, or by a GPU that computes wrong
  fix     where the loss was NaN from the first step on, or always the same rank prints this:
          `dmesg` for Xid and `dcgmi diag -r 3` on its node, and leave that node out; where the rank
          changes: look at its batch, lower the learning rate, train in bf16, load the weights whole
  checks  gpu.driver-answers
symptom process-group-abort-timed-out
  says    Future for ProcessGroup abort timed out after
  says    Future for ProcessGroup shutdown timed out after
  pattern Future for ProcessGroup (?:abort|shutdown) timed out after (?P<ms>\d+) ms
  cause   ending NCCL's communicators took longer than {ms} ms on this rank: work of a GPU was still
          queued or captured in a CUDA graph, or other ranks had gone or did not end theirs; what
          stands finished above was done
  fix     where the last step stands above, what was saved is whole; on every rank
          torch.cuda.synchronize(), dist.barrier() and dist.destroy_process_group() as the last
          calls, after CUDA graphs were dropped; newer torch and NCCL; where a time-out stands
          above, that one is the cause
symptom nccl-hang-after-training
  says    Heartbeat monitor timed out!
  says    due to ProcessGroupNCCL watchdog hang
  near    \b[Tt]raining (?:is |has )?(?:finished|completed?|done)\b|\btrain_runtime\b
  cause   the training was done, and this rank hung as the program ended: it took its groups down
          while another rank still had work in one, had ended already, or saved for long
  fix     the result is there, where the last checkpoint was written; at the program's end
          torch.cuda.synchronize() and dist.barrier() on all ranks, then
          dist.destroy_process_group(); TORCH_NCCL_ENABLE_MONITORING=0 in [env] lets it end
          without this abort; a newer torch or trainer
root nccl-timeout-while-preparing
  says    Watchdog caught collective operation timeout
  pattern {RANK_PATTERN}Watchdog caught collective operation timeout:
          WorkNCCL\(SeqNum=(?P<seq>\d{1,2}), OpType=\w+, NumelIn=1, NumelOut=1,
          Timeout\(ms\)=(?P<ms>\d+)
  near    (?P<what>Running tokenizer on[\w ]*|Tokeniz\w+[\w ]*|Grouping texts[\w ]*|Map|Filter|
          Packing[\w ]*|Generating \w+ split|Converting format of dataset|
          Creating dataset split|Dropping[\w ]*|
          Saving the dataset)(?: \([^)]*\))?: +(?P<percent>[1-9]\d?)%\|
  cause   the other ranks waited {ms} ms for the one that prepares the data, which had not done with
          it ("{what}" stood at {percent} %): the time limit of a collective is shorter than that
          preparation
  fix     prepare the data once before the start and keep the cache (tokenized_path, or a run on one
          GPU with the same settings); else more processes for it (preprocessing_num_workers,
          dataset_num_proc) and a longer limit: ddp_timeout 18000, or timeout= of
          init_process_group, on every rank
  checks  files.needed-data-is-whole
symptom c10d-dump-for-other-rank
  shows   Received a dump signal due to a collective timeout from{gap: +}rank {other:\d+}
  cause   rank {other} waited in vain in a collective until its time was over, and told all others
          to dump what they know: a rank was in another collective, or hung or ended before
  fix     the output of rank {other} names the collective; the rank that was not in it is the one to
          look at: its last line, `py-spy dump --pid PID`, and the dumps
          (TORCH_NCCL_TRACE_BUFFER_SIZE) read by `python -m launcher diagnose FOLDER`
""",
    NCCL_PROXY_ORDER=KNOWN_RELEASES["nccl-proxy-order"].because,
)
