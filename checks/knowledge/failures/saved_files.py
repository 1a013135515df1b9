"""What is said of files of weights that are cut off, or no weights at all."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root weights-write-failed
  says    PytorchStreamWriter failed writing file
  pattern PytorchStreamWriter failed writing file (?P<file>\S+?):? file write failed
  unless  No space left on device
  cause   writing a checkpoint ended early: the disk or the quota is full, or a network file system
          gave an error
  fix     `df -h`, `df -i` and `quota -s` on that node for the output folder; keep fewer checkpoints
          (save_total_limit); remove the file that was cut off
  checks  files.output-is-writable, files.home-and-caches-have-room
root weights-parent-missing
  shows   Parent directory {path} does not exist
  cause   a checkpoint should be written to {path}, which does not exist on this node: only rank 0
          created it, and the file system is not shared, or another rank removed it
  fix     save to a folder that every node shares, or create it on each node (local rank 0) before
          the save
  checks  files.output-is-writable, files.shared-folders-are-shared-everywhere
root weights-cut-off
  says    PytorchStreamReader failed
  pattern PytorchStreamReader failed (?P<why>reading zip archive: (?:failed finding central
          directory|not a ZIP archive|invalid header or archive is corrupted)|locating file \S+:
          file not found|reading file \S+: file read failed)
  cause   a file of weights is cut off ({why}): its save or its download was interrupted, another
          rank still writes it, or the disk was full
  fix     resume from the checkpoint before it; download it again (remove the file first, `hf
          download REPO`); where one rank saves and others load, let them wait at a barrier
  checks  files.checkpoints-can-be-resumed, files.needed-data-is-whole
root weights-are-git-lfs-pointers
  says    invalid load key, 'v'
  says    Error while deserializing header: HeaderTooLarge
  says    Error while deserializing header: header too large
  pattern invalid load key, 'v'|Error while deserializing header: (?:HeaderTooLarge|header too
          large)
  cause   a file of weights is a git-lfs pointer of some 130 bytes (or a text), not the weights: the
          repository was cloned without git-lfs
  fix     `ls -l` shows its size; `git lfs pull` in the clone, or `hf download REPO --local-dir
          DIR`, on every node
  checks  files.needed-data-is-whole
root safetensors-incomplete
  says    MetadataIncompleteBuffer
  says    incomplete metadata, file not fully covered
  says    HeaderTooSmall
  says    header: header too small
  says    InvalidHeaderDeserialization
  says    invalid header deserialization
  pattern SafetensorError: .*?(?:MetadataIncompleteBuffer|incomplete metadata, file not fully
          covered|HeaderTooSmall|header: header too small|
          InvalidHeaderDeserialization|invalid header deserialization)
  cause   a .safetensors file is not whole: its save or download was interrupted, it is read while
          another rank still writes it, or several wrote it at once (a merge or save that was
          started on each node, into one shared folder)
  fix     remove it and download again (`hf download REPO`), or take the checkpoint before it; let
          one rank save (merge once, on one node), and the others wait at a barrier
  checks  files.needed-data-is-whole, files.checkpoints-can-be-resumed
root safetensors-shared-memory
  says    Some tensors share memory, this will lead to duplicate memory on disk
  says    The weights trying to be saved contained shared tensors
  cause   safetensors does not save tensors that share memory: tied weights that the model does not
          declare (a resized or copied embedding, a model merged by hand)
  fix     model.tie_weights() before saving, or declare them in _tied_weights_keys;
          safetensors.torch.save_model(model, path) instead of save_file; with transformers 4
          safe_serialization=False
root safetensors-non-contiguous
  shows   You are trying to save a non contiguous tensor: `{name:[^`]+}`
  cause   {name} is a view with gaps, which safetensors does not save
  fix     save param.contiguous(), for each value of the state_dict
root safetensors-no-metadata
  says    does not contain the valid metadata
  cause   a .safetensors file has no "format" in its metadata: it was written by save_file without
          metadata
  fix     safetensors.torch.save_file(tensors, path, metadata=dict(format="pt"))
root checkpoint-io-error
  says    Input/output error
  pattern (?:OSError|IOError|FileNotFoundError): \[Errno 5\] Input/output error(?::
          '(?P<path>[^']+)')?
  cause   reading or writing failed below the file system: a disk is failing, or a network file
          system lost its server
  fix     `dmesg | tail` on that node, `mount` and the file server; write checkpoints to another
          disk
  checks  limits.disks-report-no-error, files.network-mounts-answer
  follows kernel-lustre-evicted
root quota-exceeded
  says    Disk quota exceeded
  pattern \[Errno 122\] Disk quota exceeded(?:: '(?P<path>[^']+)')?
  cause   the account's quota on that file system is used up, although the disk may have room
  fix     `quota -s` (or `lfs quota -u $USER /path`) on that node; remove old checkpoints, or move
          HF_HOME, TRITON_CACHE_DIR and the output elsewhere
  checks  files.home-and-caches-have-room, files.output-is-writable
root read-only-file-system
  says    Read-only file system
  pattern \[Errno 30\] Read-only file system(?:: '(?P<path>[^']+)')?
  cause   a folder that the run writes to is mounted read-only on this node: a container's image, or
          a disk that the kernel closed after an error
  fix     mount it writable, or set HF_HOME, TRITON_CACHE_DIR, TORCH_EXTENSIONS_DIR and the output
          to a folder that is; `dmesg | grep -i remount` shows a disk error
  checks  files.output-is-writable, files.temporary-folder-is-usable, limits.disks-report-no-error
root locks-not-available
  shows   [Errno 37] No locks available
  cause   a file on a network file system cannot be locked: its lock service is off (NFS nolock,
          Lustre without flock)
  fix     mount with locks (Lustre -o flock, rpc.statd for NFS 3), or move the cache to a local
          disk: HF_HOME, TRITON_CACHE_DIR, TORCH_EXTENSIONS_DIR
  checks  files.network-mounts-answer, software.build-folders-are-usable
root permission-denied-file
  shows   PermissionError: [Errno 13] Permission denied: '{path:/(?!\.)[^']+}'
  cause   the rank's account may not use {path} on this node: it belongs to another user (a shared
          cache, /tmp, files of root's container), or lies under a closed folder
  fix     `namei -l {path}` on that node shows where; set HF_HOME, TRITON_CACHE_DIR,
          TORCHINDUCTOR_CACHE_DIR or TMPDIR to a folder of this account's, or correct the owner
  checks  files.output-is-writable, files.needed-files-exist, files.temporary-folder-is-usable
root permission-denied-home
  shows   PermissionError: [Errno 13] Permission denied: '{path:/\.[^'/]+[^']*}'
  cause   the rank's home folder is /, so that it may not make {path}: its account has no entry in
          the container (OpenShift gives any number), or HOME is not passed on
  fix     HOME=/tmp/home in [env] (made before the start), or HF_HOME, TRITON_CACHE_DIR and
          TORCHINDUCTOR_CACHE_DIR on a folder of this account's
  checks  files.output-is-writable, files.temporary-folder-is-usable
root file-name-too-long
  shows   [Errno 36] File name too long
  cause   a name is longer than the file system permits: a run or output name made of all arguments,
          or a prompt taken for a path
  fix     set a short run_name and output_dir; eCryptfs permits 143 bytes, others 255
root safetensors-write-failed
  says    Error while serializing: I
  says    Error while serializing header: I
  pattern Error while serializing(?: header)?: I/?[oO] ?[eE]rror(?:\(Os \{.*message: \"|:
          )(?P<why>[^\"(]+)
  cause   safetensors could not write a checkpoint: {why}
  fix     `df -h`, `df -i` and `quota -s` on that node for the output folder, `ls -ld` where the
          permission was denied; fewer checkpoints (save_total_limit), or another disk
  checks  files.output-is-writable, files.home-and-caches-have-room
root saved-by-two-ranks
  says    FileExistsError: [Errno 17] File exists: '
  says    [Errno 2] No such file or directory: '
  says    [Errno 39] Directory not empty: '
  pattern FileExistsError: \[Errno 17\] File exists: '[^']+' -> '|\[Errno 2\] No such file or
          directory: '[^']+' -> '|\[Errno 39\] Directory not empty: '[^']+' -> '
  near    os\.(?:symlink|renames?|replace|link)\(|\.(?:symlink_to|rename|replace)\(|shutil\.move
  unless  tmp-checkpoint-\d+' -> '
  cause   this was already renamed or linked: another rank does the same in a folder that the nodes
          share (each node's local rank 0), or an earlier run left the target
  fix     let global rank 0 alone do it, and the others wait; in the Trainer save_on_each_node=False
  checks  files.shared-folders-are-shared-everywhere
root removed-by-another-rank
  shows   FileNotFoundError: [Errno 2] No such file or directory: '{path:[^']+}'
  near    os\.(?:remove|unlink|rmdir)\([^\n]*\n(?:[\s^~]+\n)?(?:\S*\.)?FileNotFoundError
  cause   {path} was to be removed and is not there: another rank or node removed it in a folder
          that they share, or a node that made it does not share the folder
  fix     one folder that all nodes share or one of each node's own, as the program expects; let one
          rank remove the file, with missing_ok=True; a newer release
  checks  files.shared-folders-are-shared-everywhere
root safetensors-invalid-header
  says    Error while deserializing header:
  pattern Error while deserializing header: (?P<why>(?:invalid
          (?:UTF-8|JSON) in header|TensorInvalidInfo).*)
  cause   a .safetensors file does not begin as one ({why}): it is a git-lfs pointer, an error page,
          another format, or damaged
  fix     look at its size and `head -c 100 FILE` on that node; download it again (git lfs pull)
  checks  files.needed-data-is-whole
root safetensors-tensor-missing
  shows   File does not contain tensor {name}
  cause   a file of weights lacks the tensor {name} which the index or the model expects: files of
          two models or releases are mixed
  fix     download the whole model into a new folder; config, index and shards of one revision
  checks  files.needed-data-is-whole, files.same-files-are-equal
root hdf5-lock-refused
  says    unable to lock file, errno = 11
  says    unable to lock file, errno = 37
  cause   HDF5 wants to lock the file, which another process has open for writing, or the file
          system has no locks
  fix     open it with mode "r" on all ranks; HDF5_USE_FILE_LOCKING=FALSE in [env] on file systems
          without locks
root sqlite-locked
  says    sqlite3.OperationalError: database is locked
  says    (sqlite3.OperationalError) database is locked
  cause   several processes write one SQLite file (MLflow, Optuna, wandb, a cache), or it lies on a
          network file system, whose locks do not work
  fix     let rank 0 alone write it; a file for each rank on a local disk, or a database server
root file-in-use
  shows   [Errno 26] Text file busy: '{path:[^']+}'
  cause   {path} is being written while another rank starts it: each rank builds or downloads the
          same program
  fix     let one rank of a node prepare it and the others wait, or a folder for each rank
          (TORCH_EXTENSIONS_DIR, TRITON_CACHE_DIR)
  checks  software.build-folders-are-usable
root path-is-folder
  shows   IsADirectoryError: [Errno 21] Is a directory: '{path:[^']*}'
  cause   {path} is a folder, and the program wants a file: the file's name is missing behind it
  fix     name the file in it; a model's folder belongs to options that take folders
  checks  files.paths-in-the-command-are-there
root path-through-file
  shows   NotADirectoryError: [Errno 20] Not a directory: '{path:[^']*}'
  cause   a part of {path} is a file, where a folder is wanted
  fix     correct the path, or remove the file that has the folder's name
  checks  files.paths-in-the-command-are-there
root checkpoint-folder-exists
  shows   FileExistsError: [Errno 17] File exists: '{path:[^']+}'
  near    os\.(?:mkdir|makedirs)\(|\.mkdir\(
  cause   {path} is there already: an earlier run left it, or another rank makes it at the same time
  fix     exist_ok=True, or let global rank 0 alone make it; another output folder for a new run
  checks  files.output-is-writable
root archive-not-whole
  says    zipfile.BadZipFile: File is not a zip file
  says    gzip.BadGzipFile: Not a gzipped file
  says    tarfile.ReadError: unexpected end of data
  says    tarfile.ReadError: not a gzip file
  cause   an archive is cut off or is none: a download that was ended, an error page that was saved,
          or two ranks that wrote one file
  fix     `file` and `ls -l` of what the traceback names; remove it and download again, by one rank
          alone
  checks  files.needed-data-is-whole
root safetensors-device
  shows   SafetensorError: device {device} is invalid
  cause   weights should be loaded to {device}, which this rank does not see: RANK taken for the
          local rank, or CUDA_VISIBLE_DEVICES hides it
  fix     LOCAL_RANK for the device, or load to the CPU first
root file-too-large
  says    [Errno 27] File too large
  cause   a file is larger than the file system or `ulimit -f` permits
  fix     `ulimit -f unlimited`; another file system; shards (max_shard_size)
root file-across-systems
  says    [Errno 18] Invalid cross-device link
  cause   a file is to be renamed or linked from one file system to another
  fix     the temporary folder on the file system of the output (TMPDIR), or shutil.move in place of
          os.rename
root folder-not-empty
  shows   [Errno 39] Directory not empty: '{path:[^']+(?='(?! -> ))}'
  cause   {path} was to be removed while another rank or a file that is still open (.nfs…) writes in
          it
  fix     let one rank remove it, the others wait; ignore_errors=True; on NFS close its files first
root file-busy
  shows   [Errno 16] Device or resource busy: '{path:[^']+}'
  unless  \[Errno 16\][^\n]*(?:/\.triton/|/triton_cache|/torchinductor_|/triton/)
  cause   {path} is still open or mounted: on NFS a removed file that a process holds (.nfs…), or a
          mount point
  fix     end what holds it (`fuser -v {path}`), or leave it; remove only what is inside of a mount
root compressed-ends-early
  says    Compressed file ended before the end-of-stream marker
  says    "LZMAError: Corrupt input data"
  cause   a compressed file of the data is cut off or damaged: its download or copy was interrupted
  fix     `gzip -t` (xz -t, zstd -t) on that node; copy or download it again
root weights-are-a-web-page
  says    invalid load key, '<'
  near    torch\.load\(|torch/serialization\.py|\.(?:bin|pt|pth|ckpt)\b
  cause   a file of weights is a web page (an error or login page) that was saved in its place
  fix     look at `head -c 200 FILE`; download it again with its login (`hf download REPO`)
root weights-corrupt
  says    The file might be corrupted
  says    Invalid magic number; corrupt file?
  cause   a file that torch.load reads is cut off or damaged: its save or copy was interrupted, the
          disk was full, or another rank still writes it
  fix     the checkpoint before it; `ls -l` of it on all nodes; write under another name, rename,
          and let the others wait at a barrier
root storage-does-not-answer
  says    "Communication error on send"
  says    "[Errno 112] Host is down"
  pattern (?:Communication error on send \(os error 70\)|\[Errno 70\] Communication error on send|
          \[Errno 112\] Host is down)(?:: '(?P<path>[^']+)')?
  cause   a server of the network file system (BeeGFS, SMB, Lustre) did not answer this node: it is
          down, overloaded, or the network to it broke
  fix     `df -h` on that node for the file that the traceback names, and the file system's own
          state (`beegfs-df`, `lfs df`); `dmesg | tail`; start again from the last checkpoint when
          it answers
  checks  files.network-mounts-answer
root file-system-without-operation
  shows   OSError: [Errno 95] Operation not supported: '{path:[^']+}'
  cause   the file system of {path} cannot do what the program asks of it (rename, link, lock,
          extended attributes), as mounts of object storage (s3fs, gcsfuse, mountpoint) cannot
  fix     write checkpoints and caches to a local disk or a shared POSIX file system, and copy them
          to that mount afterwards
root lock-file-of-another-user
  says    "PermissionError: [Errno 1] Operation not permitted"
  near    filelock/_unix\.py"[\s\S]{0,120}?fchmod
  cause   the lock file of a shared cache belongs to another user, or its file system lets nobody
          change modes: filelock sets the lock's mode and may not
  fix     a cache of your own (HF_HOME, HF_DATASETS_CACHE) on a file system with modes; or remove
          the other user's *.lock files, and update filelock
"""
)
