"""What is said of files of weights that are cut off, or no weights at all."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "weights-write-failed",
        "PytorchStreamWriter failed writing file",
        r"PytorchStreamWriter failed writing file (?P<file>\S+?):? file write failed",
        cause="writing a checkpoint ended early: the disk or the quota is full, or a network file "
        "system gave an error",
        fix="`df -h`, `df -i` and `quota -s` on that node for the output folder; keep fewer "
        "checkpoints (save_total_limit); remove the file that was cut off",
        checks=("files.output-is-writable", "files.home-and-caches-have-room"),
        unless=r"No space left on device",
    ),
    root(
        "weights-parent-missing",
        "Parent directory ",
        r"Parent directory (?P<path>\S+) does not exist",
        cause="a checkpoint should be written to {path}, which does not exist on this node: only "
        "rank 0 created it, and the file system is not shared, or another rank removed it",
        fix="save to a folder that every node shares, or create it on each node (local rank 0) "
        "before the save",
        checks=("files.output-is-writable", "files.shared-folders-are-shared-everywhere"),
    ),
    root(
        "weights-cut-off",
        "PytorchStreamReader failed",
        r"PytorchStreamReader failed (?P<why>reading zip archive: (?:failed finding central "
        r"directory|not a ZIP archive|invalid header or archive is corrupted)|locating file \S+: "
        r"file not found)",
        cause="a file of weights is cut off ({why}): its save or its download was interrupted, or "
        "the disk was full",
        fix="resume from the checkpoint before it; download it again (remove the file first, `hf "
        "download REPO`); compare its size on the nodes",
        checks=("files.checkpoints-can-be-resumed", "files.needed-data-is-whole"),
    ),
    root(
        "weights-are-git-lfs-pointers",
        (
            "invalid load key, 'v'",
            "Error while deserializing header: HeaderTooLarge",
            "Error while deserializing header: header too large",
        ),
        r"invalid load key, 'v'|Error while deserializing header: (?:HeaderTooLarge|header too "
        r"large)",
        cause="a file of weights is a git-lfs pointer of some 130 bytes (or a text), not the "
        "weights: the repository was cloned without git-lfs",
        fix="`ls -l` shows its size; `git lfs pull` in the clone, or `hf download REPO "
        "--local-dir DIR`, on every node",
        checks=("files.needed-data-is-whole",),
    ),
    root(
        "safetensors-incomplete",
        (
            "MetadataIncompleteBuffer",
            "incomplete metadata, file not fully covered",
            "HeaderTooSmall",
            "header too small",
            "InvalidHeaderDeserialization",
            "invalid header deserialization",
        ),
        r"SafetensorError: .*(?:MetadataIncompleteBuffer|incomplete metadata, file not fully "
        r"covered|HeaderTooSmall|header too small|InvalidHeaderDeserialization|invalid header "
        r"deserialization)",
        cause="a .safetensors file is not whole: its save or download was interrupted, or it is "
        "read while another rank still writes it",
        fix="remove it and download again (`hf download REPO`), or take the checkpoint before it; "
        "let one rank save, and the others wait at a barrier",
        checks=("files.needed-data-is-whole", "files.checkpoints-can-be-resumed"),
    ),
    root(
        "safetensors-shared-memory",
        (
            "Some tensors share memory, this will lead to duplicate memory on disk",
            "The weights trying to be saved contained shared tensors",
        ),
        cause="safetensors does not save tensors that share memory: tied weights that the model "
        "does not declare (a resized or copied embedding, a model merged by hand)",
        fix="model.tie_weights() before saving, or declare them in _tied_weights_keys; "
        "safetensors.torch.save_model(model, path) instead of save_file; with transformers 4 "
        "safe_serialization=False",
    ),
    root(
        "safetensors-non-contiguous",
        "You are trying to save a non contiguous tensor",
        r"You are trying to save a non contiguous tensor: `(?P<name>[^`]+)`",
        cause="{name} is a view with gaps, which safetensors does not save",
        fix="save param.contiguous(), for each value of the state_dict",
    ),
    root(
        "safetensors-no-metadata",
        "does not contain the valid metadata",
        cause='a .safetensors file has no "format" in its metadata: it was written by save_file '
        "without metadata",
        fix='safetensors.torch.save_file(tensors, path, metadata=dict(format="pt"))',
    ),
    root(
        "checkpoint-io-error",
        "Input/output error",
        r"(?:OSError|IOError|FileNotFoundError): \[Errno 5\] Input/output error(?:: "
        r"'(?P<path>[^']+)')?",
        cause="reading or writing failed below the file system: a disk is failing, or a network "
        "file system lost its server",
        fix="`dmesg | tail` on that node, `mount` and the file server; write checkpoints to "
        "another disk",
        checks=("limits.disks-report-no-error", "files.network-mounts-answer"),
    ),
    root(
        "quota-exceeded",
        "Disk quota exceeded",
        r"\[Errno 122\] Disk quota exceeded(?:: '(?P<path>[^']+)')?",
        cause="the account's quota on that file system is used up, although the disk may have room",
        fix="`quota -s` (or `lfs quota -u $USER /path`) on that node; remove old checkpoints, or "
        "move HF_HOME, TRITON_CACHE_DIR and the output elsewhere",
        checks=("files.home-and-caches-have-room", "files.output-is-writable"),
    ),
    root(
        "read-only-file-system",
        "Read-only file system",
        r"\[Errno 30\] Read-only file system(?:: '(?P<path>[^']+)')?",
        cause="a folder that the run writes to is mounted read-only on this node: a container's "
        "image, or a disk that the kernel closed after an error",
        fix="mount it writable, or set HF_HOME, TRITON_CACHE_DIR, TORCH_EXTENSIONS_DIR and the "
        "output to a folder that is; `dmesg | grep -i remount` shows a disk error",
        checks=(
            "files.output-is-writable",
            "files.temporary-folder-is-usable",
            "limits.disks-report-no-error",
        ),
    ),
    root(
        "locks-not-available",
        "No locks available",
        r"\[Errno 37\] No locks available",
        cause="a file on a network file system cannot be locked: its lock service is off (NFS "
        "nolock, Lustre without flock)",
        fix="mount with locks (Lustre -o flock, rpc.statd for NFS 3), or move the cache to a "
        "local disk: HF_HOME, TRITON_CACHE_DIR, TORCH_EXTENSIONS_DIR",
        checks=("files.network-mounts-answer", "software.build-folders-are-usable"),
    ),
    root(
        "permission-denied-file",
        "PermissionError: [Errno 13] Permission denied: '",
        r"PermissionError: \[Errno 13\] Permission denied: '(?P<path>/[^']+)'",
        cause="the rank's account may not use {path} on this node: it belongs to another user (a "
        "shared cache, /tmp, files of root's container), or lies under a closed folder",
        fix="`namei -l {path}` on that node shows where; set HF_HOME, TRITON_CACHE_DIR, "
        "TORCHINDUCTOR_CACHE_DIR or TMPDIR to a folder of this account's, or correct the owner",
        checks=(
            "files.output-is-writable",
            "files.needed-files-exist",
            "files.temporary-folder-is-usable",
        ),
    ),
    root(
        "file-name-too-long",
        "File name too long",
        r"\[Errno 36\] File name too long",
        cause="a name is longer than the file system permits: a run or output name made of all "
        "arguments, or a prompt taken for a path",
        fix="set a short run_name and output_dir; eCryptfs permits 143 bytes, others 255",
    ),
    root(
        "safetensors-write-failed",
        ("Error while serializing: I", "Error while serializing header: I"),
        r"Error while serializing(?: header)?: I/?[oO] ?[eE]rror(?:\(Os \{.*message: \"|: )"
        r"(?P<why>[^\"(]+)",
        cause="safetensors could not write a checkpoint: {why}",
        fix="`df -h`, `df -i` and `quota -s` on that node for the output folder; fewer checkpoints "
        "(save_total_limit), or another disk",
        checks=("files.output-is-writable", "files.home-and-caches-have-room"),
    ),
    root(
        "saved-by-two-ranks",
        ("FileExistsError: [Errno 17] File exists: '", "[Errno 2] No such file or directory: '"),
        r"FileExistsError: \[Errno 17\] File exists: '[^']+' -> '"
        r"|\[Errno 2\] No such file or directory: '[^']+' -> '",
        near=r"os\.(?:symlink|rename|replace|link)\(|\.(?:symlink_to|rename|replace)\(|shutil\.move",
        cause="this was already renamed or linked: another rank does the same in a folder that the "
        "nodes share (each node's local rank 0), or an earlier run left the target",
        fix="let global rank 0 alone do it, and the others wait; in the Trainer "
        "save_on_each_node=False",
        checks=("files.shared-folders-are-shared-everywhere",),
    ),
    root(
        "removed-by-another-rank",
        "FileNotFoundError: [Errno 2] No such file or directory: '",
        r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<path>[^']+)'",
        near=r"os\.(?:remove|unlink|rmdir)\([^\n]*\n(?:[\s^~]+\n)?(?:\S*\.)?FileNotFoundError",
        cause="{path} was to be removed and is not there: another rank or node removed it in a "
        "folder that they share, or a node that made it does not share the folder",
        fix="one folder that all nodes share or one of each node's own, as the program expects; "
        "let one rank remove the file, with missing_ok=True; a newer release",
        checks=("files.shared-folders-are-shared-everywhere",),
    ),
)
