"""What is said when a checkpoint is written, read or merged."""

from __future__ import annotations

from checks.knowledge.failures.known import root, silent

OUTPUT_CHECKS = ("files.output-is-writable",)
SCATTERED_CAUSE = "each node has only what its own ranks wrote: the directory is not shared"
GATHER_FIX = "rsync the checkpoint directories of all nodes into one"

FAILURES = (
    root(
        "disk-full",
        ("[Errno 28] No space left on device", "unexpected pos"),
        r"\[Errno 28\] No space left on device|inline_container\.cc:\d+\] \. unexpected pos",
        cause="the disk is full, or the quota is used up; torch.save reports that as `unexpected "
        "pos`",
        fix="check output, /tmp and the caches on that node with `df -h` and `df -i`",
        checks=(
            "files.home-and-caches-have-room",
            "files.temporary-folder-is-usable",
            *OUTPUT_CHECKS,
        ),
    ),
    root(
        "zero-missing-shards",
        "of '*_optim_states.pt' under '",
        r"Expected (?P<want>\d+) of '\*_optim_states\.pt' under '(?P<path>[^']+)' "
        r"but found (?P<have>\d+) files",
        cause="{have} of {want} optimizer shards are in {path}; " + SCATTERED_CAUSE,
        fix=GATHER_FIX + ", then merge again (zero_to_fp32.py)",
        checks=(
            "files.checkpoints-can-be-resumed",
            "files.shared-folders-are-shared-everywhere",
            *OUTPUT_CHECKS,
        ),
    ),
    root(
        "zero-no-latest",
        "Unable to find 'latest' file at ",
        r"Unable to find 'latest' file at (?P<path>\S+)",
        cause="the file that names the newest checkpoint is only on rank 0's node, or this is the "
        "wrong directory",
        fix="merge on rank 0's node, or name the checkpoint with -t global_stepN",
        checks=(
            "files.checkpoints-can-be-resumed",
            "files.shared-folders-are-shared-everywhere",
            *OUTPUT_CHECKS,
        ),
    ),
    silent(
        "load-latest-silent",
        "Unable to find latest file at ",
        r"Unable to find latest file at (?P<path>\S+), if trying to load latest",
        cause="the ranks of this node found no checkpoint at {path} and started from scratch, "
        "while others may have resumed",
        fix="use a shared directory, or copy the checkpoint and its `latest` file to every "
        "node; or give a tag",
        checks=(
            "files.checkpoints-can-be-resumed",
            "files.shared-folders-are-shared-everywhere",
            *OUTPUT_CHECKS,
        ),
    ),
    root(
        "zero-ckpt-paths-missing",
        "The following zero checkpoints paths are missing: ",
        cause=SCATTERED_CAUSE,
        fix=GATHER_FIX + " that every node sees, or use_node_local_storage with the same nodes",
        checks=(
            "files.checkpoints-can-be-resumed",
            "files.shared-folders-are-shared-everywhere",
            *OUTPUT_CHECKS,
        ),
    ),
    root(
        "ckpt-client-path-missing",
        "Client provided checkpoint load path: ",
        r"Client provided checkpoint load path: (?P<path>.+) does not exist",
        cause="the model's states are only on rank 0's node; {path} does not exist on this node",
        fix=GATHER_FIX + " that every node sees",
        checks=(
            "files.checkpoints-can-be-resumed",
            "files.shared-folders-are-shared-everywhere",
            *OUTPUT_CHECKS,
        ),
    ),
    silent(
        "zero3-not-saved",
        "Did not save the model ",
        r"Did not save the model (?P<path>\S+) because "
        r"stage3_gather_16bit_weights_on_model_save is False",
        cause="ZeRO-3 wrote no weights to {path}: they remain in shards",
        fix="merge the shards of a checkpoint (zero_to_fp32.py, with the shards of all nodes in "
        "one directory), or set stage3_gather_16bit_weights_on_model_save",
        checks=("deepspeed.saving-does-not-gather",),
    ),
)
