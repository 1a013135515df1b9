"""What torch.distributed.checkpoint says of saving and loading in parts."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root dcp-background-process
  says    Checkpoint background process is dead. Exit code
  says    s while waiting for response from checkpointer process pid
  cause   the process that writes an asynchronous checkpoint ended, or does not answer: host memory
          ran out (it holds a copy of all states), or the storage hangs
  fix     `dmesg | grep -i oom` and free memory on that node; save synchronously, or from fewer
          ranks of a node at once; look at the storage
  checks  limits.memory-is-free, limits.group-allows-enough-memory
root dcp-async-needs-cpu-backend
  says    A CPU backend must be enabled for async save
  cause   async_save gathers over the CPU, and the process group has only NCCL
  fix     torch.distributed.init_process_group("cpu:gloo,cuda:nccl")
root dcp-optimizer-state-missing
  shows   Missing optimizer state for parameter '{name}' in checkpoint
  cause   the checkpoint has no optimizer state for {name}: it was saved before that parameter got a
          gradient, or of a model with other trainable parameters
  fix     StateDictOptions(strict=False) keeps that state new; train the same parameters as when it
          was saved
root dcp-state-dict-empty
  says    The option indicates that model state_dict is required to save
  says    but optim state_dict is empty
  cause   a state dict to be saved or loaded has nothing in it: all is frozen, or the optimizer has
          not made a step and has no state yet
  fix     pass the model that trains and its own optimizer; with only adapters trained set
          ignore_frozen_params as when it was saved
root dcp-storage-undetected
  says    Cannot detect which StorageReader or StorageWriter to use
  says    `checkpoint_id` must be specified if storage_reader/storage_writer is None
  cause   torch.distributed.checkpoint was given neither a path nor a reader or writer that it can
          derive from one
  fix     pass checkpoint_id="/path", or storage_writer=FileSystemWriter("/path") (fsspec's for
          URLs)
root dcp-shard-not-found
  says    Could not find shard at '
  says    Cannot lookup
  pattern (?:Could not find shard at '.*' for FQN: '(?P<name>[^']+)'|Cannot lookup (?P<other>\S+)
          since its a ShardedTensor)
  cause   a shard is not where it was when the plan for loading was made: model and checkpoint are
          sharded over other ranks or dimensions, or files of several saves are mixed in the folder
  fix     load into a state dict made of the running model; save each step into a folder of its own
root dcp-checkpoint-exists
  says    Checkpoint already exists and self.overwrite=
  cause   the folder has a checkpoint already, and overwriting is switched off
  fix     a new folder for each step; FileSystemWriter(…, overwrite=True) if it may be replaced
root dcp-tensor-sizes-differ
  shows   mismatch sizes {one:torch\.Size\(\S*.*?\)} vs {other:torch\.Size\(\S*.*?\)}
  cause   a part read from the checkpoint has the size {other}, the model expects {one}: another
          model configuration, or files of another save in the same folder
  fix     the config that the checkpoint was saved with; a folder that holds one save only
root dcp-zstandard-missing
  says    Stream with ZStandard compression cannot be processed
  says    ZStandard extension is unavailable
  cause   the checkpoint is compressed with Zstandard, and this interpreter lacks its package
  fix     `uv pip install zstandard` on every node
  checks  software.versions-are-equal
root dcp-param-groups-differ
  says    should have the same saved param_group value
  cause   parameters that are in one group now were saved with different settings (learning rate,
          weight decay)
  fix     make the optimizer's groups as they were when the checkpoint was saved, or load the model
          alone
root dcp-only-tensors
  shows   Non-tensor value identified at {name}. At this time {reader} only supports loading Tensors
  cause   the checkpoint holds {name}, which is no tensor, and {reader} reads tensors alone
  fix     convert with `python -m torch.distributed.checkpoint.format_utils torch_to_dcp`, or leave
          that key out of the state dict
root dcp-metadata-none
  says    AssertionError
  pattern ^\W*(?:\[rank\d+\]: )?AssertionError\W*$
  near    assert metadata is not None
  cause   the folder holds no metadata of a torch checkpoint: it is empty, of another format (a full
          state dict), or the save was cut off
  fix     `ls -a` for .metadata there; the checkpoint before it; the state dict type that was saved
          (accelerate: fsdp_state_dict_type)
root dcp-part-not-in-metadata
  says    "KeyError: MetadataIndex(fqn='"
  pattern KeyError: MetadataIndex\(fqn='(?P<name>[^']+)', offset=(?P<offset>torch\.Size\(\[[\d,
          ]*\]\)|None)
  cause   the checkpoint's metadata lists no part of {name} at {offset}: it was saved by a model cut
          in another way (number of layers, pipeline, tensor or expert parallelism, another
          release), or two saves ran into one folder
  fix     load with the layers, parallel sizes and release that saved it, or convert it anew with
          those; where the same settings saved it, it is not whole: the checkpoint before it, and
          one save at a time into a folder of its own
  checks  files.checkpoints-can-be-resumed
root dcp-flat-against-whole
  says    "Size mismatch between saved torch.Size(["
  pattern Size mismatch between saved torch\.Size\(\[(?P<saved>\d+(?:, \d+)+)\]\) and current:
          torch\.Size\(\[(?P<now>\d+)\]\) for (?P<name>\S+)
  cause   the checkpoint has {name} whole ([{saved}]), and the model that is to take it has it flat
          ([{now}]): FSDP packs and shards its weights there, in another way than when it was saved
          (NO_SHARD, one GPU, use_orig_params, another number of ranks)
  fix     resume with the sharding strategy, use_orig_params and number of ranks that saved it; or
          gather the checkpoint (`python -m torch.distributed.checkpoint.format_utils dcp_to_torch
          DIR OUT`) and load that by set_model_state_dict with full_state_dict=True
root dcp-whole-against-flat
  says    "Size mismatch between saved torch.Size(["
  pattern Size mismatch between saved torch\.Size\(\[(?P<saved>\d+)\]\) and current:
          torch\.Size\(\[(?P<now>\d+(?:, \d+)+)\]\) for (?P<name>\S+)
  cause   the checkpoint has {name} flat ([{saved}]), as FSDP packs and shards it, and the model
          that is to take it has it whole ([{now}]): it was saved with another wrapping or sharding
  fix     load it with the sharding strategy, use_orig_params and number of ranks that saved it, and
          save it from there as a full state dict
"""
)
