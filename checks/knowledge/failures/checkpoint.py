"""What is said when a checkpoint is written, read or merged."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
SCATTERED_CAUSE = each node has only what its own ranks wrote: the directory is not shared
GATHER_FIX = rsync the checkpoint directories of all nodes into one
root disk-full
  says    [Errno 28] No space left on device
  says    unexpected pos
  pattern \[Errno 28\] No space left on device(?!\.  joblib)|inline_container\.cc:\d+\] \.
          unexpected pos
  cause   the disk is full, or the quota is used up; torch.save reports that as `unexpected pos`
  fix     `df -h` and `df -i` on that node for the file of the line or the traceback: output, /tmp,
          caches, and /dev/shm where data loader workers or shared memory wrote; `quota -s`; on
          Lustre (FSx, scratch) `lfs df -h`: one full target is enough, whatever df says is free
  checks  files.home-and-caches-have-room, files.temporary-folder-is-usable,
          files.output-is-writable
root lustre-target-full
  says    [Errno 28] No space left on device
  near    \bOST[0-9a-f]{4}\b|\[OST:\d+\]|\blfs df\b|-OST[0-9a-f]{4}
  cause   a storage target (OST) of Lustre is full, though the file system has room: a file's
          stripes lie on a few targets
  fix     `lfs df -h PATH` shows the full one: delete or `lfs migrate` files of it; `lfs setstripe
          -c -1` for the folder of large checkpoints
  checks  files.output-is-writable
root zero-missing-shards
  shows   Expected {want:\d+} of '*_optim_states.pt' under '{path:[^']+}' but found {have:\d+} files
  cause   {path} has {have} optimizer shards of a checkpoint that {want} ranks wrote: fewer where
          the directory is not shared or a rank did not save; more where shards of an older save are
          still in it
  fix     fewer: {GATHER_FIX}; more: use a checkpoint whose folder was empty before it
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere,
          files.output-is-writable
root zero-no-latest
  shows   Unable to find 'latest' file at {path}
  cause   the file that names the newest checkpoint is only on rank 0's node, or this is the wrong
          directory
  fix     merge on rank 0's node, or name the checkpoint with -t global_stepN
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere,
          files.output-is-writable
silent load-latest-silent, survivable
  shows   Unable to find latest file at {path}, if trying to load latest
  cause   the ranks of this node found no checkpoint at {path} and started from scratch, while
          others may have resumed
  fix     use a shared directory, or copy the checkpoint and its `latest` file to every node; or
          give a tag
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere,
          files.output-is-writable
root zero-ckpt-paths-missing, warns
  says    "The following zero checkpoints paths are missing: "
  cause   this node does not find the optimizer shards of its ranks: each node has only what its own
          ranks wrote, the save was cut off or had no optimizer, or another number of ranks wrote it
  fix     `ls` the folder on every node: {GATHER_FIX} that every node sees (or
          use_node_local_storage with the same nodes), the checkpoint before it, or as many ranks
          as saved it
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere,
          files.output-is-writable
root ckpt-client-path-missing
  shows   Client provided checkpoint load path: {path:.+} does not exist
  cause   {path} does not exist on this node: the model's states are only on rank 0's node, the tag
          or the folder is another, or the save did not finish
  fix     `ls` the folder on every node; {GATHER_FIX} that every node sees, or name a whole one
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere,
          files.output-is-writable
silent zero3-not-saved
  says    "Did not save the model "
  pattern Did not save the model (?P<path>\S+) because stage3_gather_16bit_weights_on_model_save is
          False
  cause   ZeRO-3 wrote no weights to {path}: they remain in shards
  fix     merge the shards of a checkpoint (zero_to_fp32.py, with the shards of all nodes in one
          directory), or set stage3_gather_16bit_weights_on_model_save
  checks  deepspeed.saving-does-not-gather
root zero-dp-world-size
  shows   The checkpoint being loaded used a DP world size of {saved:\d+} but the current world size
          is {now:\d+}
  cause   the ZeRO checkpoint was written by {saved} data-parallel ranks, and {now} load it: its
          optimizer's shards do not fit
  fix     start with {saved} ranks; or convert it (`python -m deepspeed.checkpoint.ds_to_universal
          --input_folder CKPT --output_folder OUT`) and set "load_universal": true under
          "checkpoint"; or load weights alone (load_optimizer_states=False, or `python -m launcher
          weights`)
  checks  files.checkpoints-can-be-resumed
root zero-partition-count
  shows   Number of elements do not match: {one} != {other}
  near    deepspeed/(?:runtime/zero|checkpoint)/
  cause   a ZeRO checkpoint's parameter has {one} elements where the model has {other}: another
          model, vocabulary or number of ranks
  fix     load with the config and the number of ranks that wrote it, or convert it to a universal
          checkpoint
  checks  files.checkpoints-can-be-resumed
root zero-universal-latest
  shows   Invalid for universal checkpoint: {path} does not exist
  cause   "load_universal" is set, and {path} is not there: the checkpoint was not converted
  fix     `python -m deepspeed.checkpoint.ds_to_universal --input_folder CKPT/global_stepN
          --output_folder CKPT/global_stepN_universal`, and write that name into
          CKPT/latest_universal
  checks  files.checkpoints-can-be-resumed
root zero-optimizer-state-missing
  shows   {path} containing optimizer global state is missing! Cannot proceed
  cause   the universal checkpoint lacks {path}: its conversion did not finish
  fix     convert it again, with room on the disk
  checks  files.checkpoints-can-be-resumed
root zero-to-fp32-no-states
  says    can't find model states file at '
  says    can't find *_optim_states.pt files in directory '
  says    can't find *_model_states.pt files in directory '
  pattern can't find (?:model states file at|\*_optim_states\.pt files in directory|
          \*_model_states\.pt files in directory) '(?P<path>[^']+)'
  cause   {path} has no ZeRO shards: it is the folder above or below the checkpoint, or the shards
          are on other nodes
  fix     name the folder that holds `latest` (global_stepN is inside it), with the shards of all
          nodes in it: `python -m launcher weights CHECKPOINT -o OUT` looks for them
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere
root zero-tag-differs
  says    checkpoint tag name
  pattern \[rank=(?P<rank>\d+)\] The checkpoint tag name '(?P<tag>[^']+)' is not consistent across
          all ranks
  cause   the ranks save under different names: the tag is made of something that differs from rank
          to rank, such as the time
  fix     make the tag of the step alone, or let rank 0 choose it and broadcast it
symptom zero3-trace-mismatch-hang
  says    Watchdog caught collective operation timeout
  pattern (?:\[Rank (?P<rank>\d+)\] )?Watchdog caught collective operation timeout:
          WorkNCCL\(SeqNum=(?P<seq>\d+), OpType=(?:_ALLGATHER_BASE|ALLGATHER|COALESCED|
          _REDUCE_SCATTER_BASE|REDUCE_SCATTER|ALLREDUCE)\b
  near    Invalidate trace cache @ step (?P<step>\d+)[^\n]*(?:expected module|cache has only)
  cause   under ZeRO-3 the ranks passed different modules (experts that are chosen by the data, an
          image branch, layer drop), so they gather different weights and wait for each other
  fix     make the block that is chosen by the data a leaf:
          deepspeed.utils.set_z3_leaf_modules(model, [ExpertBlock]), or "leaf_module" in
          zero_optimization (DeepSpeed 0.18); let every rank pass every branch (a dummy input); else
          ZeRO-2
  checks  deepspeed.values-are-accepted
root zero-no-files
  shows   No ZeRO files found in {path}
  cause   {path} holds no optimizer shards: the checkpoint was saved without ZeRO, or they are on
          the other nodes
  fix     name the folder with *_optim_states.pt, with the shards of all nodes in it; weights alone:
          `python -m launcher weights CHECKPOINT -o OUT`
  checks  files.checkpoints-can-be-resumed
root zero-not-a-checkpoint-folder
  shows   {path} seems a bogus DeepSpeed checkpoint folder: Cannot find {what}* files
  cause   {path} has no files {what}*: it is the folder above or below the checkpoint, or was not
          copied whole
  fix     name the folder global_stepN itself, with the files of all nodes in it
  checks  files.checkpoints-can-be-resumed
root ckpt-list-empty
  says    AssertionError
  pattern ^\W*AssertionError\W*$
  near    assert len\(self\.ckpt_list\) > 0
  cause   DeepSpeed found no file of the model's states for this rank: the folder is not shared with
          this node, the tag is another, or the checkpoint was cut off
  fix     `ls CHECKPOINT/TAG/*mp_rank_*` on this node; a folder that every node sees; the checkpoint
          before it
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere
root zero-to-fp32-numel
  shows   consumed {used:\d+} numels out of {all:\d+} - something is wrong
  cause   the shards do not add up to the model ({used} of {all} numbers): alignment or tied weights
          that this zero_to_fp32.py does not know, or shards of two saves
  fix     `python -m launcher weights CHECKPOINT -o OUT`, or the zero_to_fp32.py of the newest
          DeepSpeed; save into an empty folder
root zero-to-fp32-not-zero
  says    " is not a zero checkpoint"
  says    " is not a model state checkpoint"
  pattern (?P<path>\S+) is not a (?:zero|model state) checkpoint
  cause   {path} is no file that ZeRO wrote: another program's, or of a run without ZeRO
  fix     for a run without ZeRO load mp_rank_00_model_states.pt itself; else name the right folder
root universal-vocabulary
  says    loaded universal size
  pattern Vocab tensor padded size (?P<here>\d+) < loaded universal size (?P<saved>\d+)
  cause   the universal checkpoint's vocabulary has {saved} rows, this model's {here}
  fix     build the model with the vocabulary (and its padding) that was saved
root universal-info-missing
  says    state is missing in checkpoint. Verify that client creates this state.
  cause   the checkpoint was written by a program that does not prepare universal checkpoints
          (Megatron-DeepSpeed does)
  fix     save it with universal_checkpoint_info in client_state, or `--inject_missing_state` of
          ds_to_universal
root disk-full-of-deleted-files
  says    [Errno 28] No space left on device
  says    No space left on device (os error 28)
  near    \blsof\b.*(?:\+a?L1|deleted).*\n(?:(?P<count>[1-9]\d*)\s*$|(?:.*\n){0,12}?.*\(deleted\))
  cause   the disk is full of files that are deleted and still open: `lsof` in this log shows them,
          and their room comes back when the process that opened them ends
  fix     `sudo lsof +L1` names the process: end it, or start the run again; a run that leaves its
          old checkpoints open needs a release that closes them, or the default writer of
          checkpoints (in a DeepSpeed config no "writer" under "checkpoint")
  checks  files.output-is-writable
root disk-full-of-inodes
  says    [Errno 28] No space left on device
  near    IUse%[\s\S]{0,400}?\s100%\s+(?P<mount>/\S*)
  cause   {mount} has no inodes left, as `df -i` in this log shows: too many small files, though
          there may be room
  fix     `sudo du --inodes -xd2 {mount} | sort -n | tail` shows where they are: delete caches and
          old runs, or pack the data into archives
  checks  files.output-is-writable
root disk-full-as-shown
  says    [Errno 28] No space left on device
  near    ^(?!/dev/loop)\S+(?: +[\d.]+[KMGTP]?i?){3}
          +100% +(?P<mount>/(?!snap\b|boot\b)\S*)$
  unless  \blsof\b.*(?:\+a?L1|deleted)|IUse%|\bOST[0-9a-f]{4}\b
  cause   {mount} is full, as `df` in this log shows
  fix     `du -xhd2 {mount} | sort -h | tail` shows what fills it: old checkpoints, caches, logs; if
          it is less than `df` says, files that are deleted and still open (`sudo lsof +L1`)
  checks  files.home-and-caches-have-room, files.temporary-folder-is-usable,
          files.output-is-writable
root universal-parameter-of-other-size
  says    " full param numel "
  pattern Loading (?P<path>\S+) full param numel (?P<saved>\d+) != tensor slice numel
          (?P<slice>\d+) \* tp_world_size (?P<tp>\d+)
  cause   {path} of the universal checkpoint has {saved} elements, and this model's parameter
          {slice} on each of {tp} tensor-parallel ranks: another model or vocabulary, or the
          conversion did not know which way the parameter is sharded
  fix     the model's config and tensor-parallel size that wrote the checkpoint; convert it again
          with this DeepSpeed (`python -m deepspeed.checkpoint.ds_to_universal`), from a checkpoint
          that has "universal_checkpoint_info" (Megatron-DeepSpeed: --universal-checkpoint)
  checks  files.checkpoints-can-be-resumed
root checkpoint-part-not-here
  says    "[Errno 2] No such file or directory: '"
  pattern FileNotFoundError: \[Errno 2\] No such file or directory:
          '(?P<path>[^']*(?:_?zero_pp_rank_\d+_mp_rank_\d+_(?:optim|model)_states\.pt|
          mp_rank_\d+(?:_\d+)?(?:_model_states\.pt|/model_optim_rng\.pt|/distrib_optim\.pt)|
          layer_\d+-model_\d+-model_states\.pt|__\d+_\d+\.distcp))'
  cause   a rank's part of the checkpoint is not where that rank looks: {path}. Each node writes the
          parts of its own ranks, onto its own disk where the folder is not shared; or as many ranks
          did not save it as now load it
  fix     bring the parts of all nodes into that folder on every node (`rsync -a NODE:DIR/ DIR/`),
          or write checkpoints to a file system that all nodes share; as many ranks as saved it, or
          its weights alone (`zero_to_fp32.py`, `python -m launcher weights`); a relative path
          counts from where the rank was started
  checks  files.checkpoints-can-be-resumed, files.shared-folders-are-shared-everywhere
root ds-universal-state-missing
  says    "No such file or directory: '"
  pattern FileNotFoundError: .*No such file or directory:
          '\S*/zero/(?P<weight>[^'/]+)/(?P<state>\w+)\.pt'
  near    load_hp_checkpoint_state|universal_checkpoint
  cause   the universal checkpoint has no {state} for {weight}: when it was saved that weight was
          frozen, tied to another, or not part of the model, or the conversion did not end
  fix     the same weights trained as when it was saved; `ls` its folder zero, convert again
          (`python -m deepspeed.checkpoint.ds_to_universal`); or load the weights alone
          (load_optimizer_states=False)
  checks  files.checkpoints-can-be-resumed
"""
)
