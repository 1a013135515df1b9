"""Whether paths are there, alike and writable; each is looked at on a limit of its own.

A hung network mount blocks whoever touches it, so every path has its own thread: one that does not
come back is reported as hanging while the others are answered.
"""

import difflib
import hashlib
import os
import stat
import threading
import time

from checks.node.probe.core import section
from checks.node.probe.denials import first_denied
from checks.node.probe.space_users import space_users
from checks.node.probe.torn_file import find_tear
from checks.node.probe.write_locks import write_lock
from checks.node.runtime.files import list_folder, mount_of, read_file
from checks.node.runtime.threads import start_thread

LOOK_LIMIT = 4.0
NEARLY_FULL = 500 * 1000**2
HASH_LIMIT = 12.0
WHOLE_BYTES = 64 * 1024 * 1024  # larger files are compared by size and samples
SAMPLES = 32
CHUNK = 1024 * 1024
MOST_FILES = 10000
MOST_NAMES = 5000
REPLACED = (
    "latest", "zero_to_fp32.py", "runs", "config.json", "trainer_state.json", "training_args.bin",
    "all_results.json", "train_results.json", "model.safetensors", "pytorch_model.bin",
    "adapter_config.json", "adapter_model.safetensors",
)  # fmt: skip
"""What DeepSpeed's save_checkpoint and the Trainer's save_model open for writing each time."""
REMOTE = ("nfs", "lustre", "gpfs", "beegfs", "ceph", "glusterfs", "cifs", "smb3", "9p", "wekafs")
REMOTE_FUSE = (
    *("fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.juicefs", "fuse.s3fs", "fuse.gcsfuse"),
    *("fuse.rclone", "fuse.goofys", "fuse.geesefs", "fuse.blobfuse", "fuse.blobfuse2"),
)

MOST_TAGS = 100
"""Of the folders beside `latest` that are reported."""
MOST_TEARS, TEARS_S = 256, 1.0
"""Of the files of the newest tag, and the time after which no further one is opened."""


def error_state(error):
    """An OSError as one of the states that judges know."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "missing"
    return "denied" if isinstance(error, PermissionError) else "error"


def store_look(look, path, results, key):
    """Put what `path_state` says of `path`, or why it says nothing, into `results`."""
    try:
        results[key] = dict(look(path), absolute=path)
    except OSError as error:
        detail, state = error.strerror or str(error), error_state(error)
        near = close_names(path) if state == "missing" else []
        target = os.readlink(path) if os.path.islink(path) else ""
        results[key] = {
            "state": state,
            "detail": detail,
            "absolute": path,
            "near": near,
            "target": target,
            "denied": first_denied(error.filename or path) if state == "denied" else None,
        }
        if state == "error":
            results[key].update(zip(("mount", "filesystem", "source"), mount_of(path)))


def close_names(path):
    """What its folder has under a name that a person may have meant."""
    folder, name = os.path.split(path)
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(MOST_NAMES), entries)]
    except OSError:
        return []
    return difflib.get_close_matches(name, names, 1)


def look_side_by_side(looks, limit):
    """{key: (look, path)} answered within `limit` seconds; who does not answer hangs."""
    results, threads = {}, []
    for key, (look, path) in looks.items():
        threads.append((key, path, start_thread(store_look, look, path, results, key)))
    waiting = threading.Event()
    for _ in range(int(limit / 0.02)):
        if not any(thread.is_alive() for _, _, thread in threads):
            break
        waiting.wait(0.02)
    hung = {key: {"state": "hangs", "absolute": path} for key, path, _ in threads}
    return {key: results.get(key, hung[key]) for key in hung}


def nearest_existing(path):
    """`path` itself, or the deepest folder above it that is there."""
    while path != "/" and not os.path.lexists(path):
        path = os.path.dirname(path)
    return path


def path_state(path):
    """What stands at `path`."""
    found = os.stat(path)
    kind = "directory" if stat.S_ISDIR(found.st_mode) else "file"
    readable = os.access(path, os.R_OK | (os.X_OK if kind == "directory" else 0))
    return {
        "state": "there" if readable else "denied",
        "kind": kind,
        "bytes": found.st_size,
        "modified": found.st_mtime,
        "denied": None if readable else first_denied(path),
        "lock": write_lock(path),
    }


def sample_offsets(size):
    """Where to read: everything of a small file, evenly spread samples of a large one."""
    if size <= WHOLE_BYTES:
        return range(0, size, CHUNK)
    return [(size - CHUNK) * number // (SAMPLES - 1) for number in range(SAMPLES)]


def file_digest(path):
    """Hash of the size and of the content, or of samples of it."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.sha256(str(size).encode())
        for offset in sample_offsets(size):
            file.seek(offset)
            digest.update(file.read(CHUNK))
    return digest.hexdigest(), size > WHOLE_BYTES


def files_below(folder):
    """Relative paths of the files below, in an order that is the same everywhere."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", ".git"))
        for name in sorted(names):
            yield os.path.relpath(os.path.join(top, name), folder)


def tree_digest(folder):
    """Hash over names and contents of a folder, of its first 10,000 files at most."""
    digest, partial = hashlib.sha256(), False
    for number, name in enumerate(files_below(folder)):
        if number == MOST_FILES:
            partial = True
            break
        path = os.path.join(folder, name)
        # A dangling link or a socket counts by its name: it has no content
        content, sampled = file_digest(path) if os.path.isfile(path) else ("", False)
        partial = partial or sampled
        digest.update(("%s\0%s\n" % (name, content)).encode("utf-8", "surrogateescape"))
    return digest.hexdigest(), partial


def content_fingerprint(path):
    """`path_state` with a digest of the content; `partial` where not every byte was read."""
    found = path_state(path)
    if found["state"] == "there":
        digest = tree_digest if found["kind"] == "directory" else file_digest
        found["digest"], found["partial"] = digest(path)
    return found


def is_remote(kind):
    """Whether several machines see the same files there."""
    return kind in REMOTE_FUSE or any(kind.startswith(name) for name in REMOTE)


def first_kept(folder):
    """{"denied", "lock"} of what an earlier run left there and this login cannot replace."""
    paths = [os.path.join(folder, name) for name in REPLACED]
    paths = [path for path in paths if os.path.exists(path)]
    denied = (first_denied(path, os.W_OK) for path in paths)
    locks = (write_lock(path) for path in paths)
    return {
        "denied": next(filter(None, denied), None),
        "lock": next((lock for lock in locks if lock and lock["flag"]), None),
    }


def writable_space(path):
    """Whether this account could write at `path`, found without writing."""
    base = nearest_existing(path)
    real = os.path.realpath(base)
    target = real if os.path.islink(base) and not os.path.lexists(real) else ""
    real = nearest_existing(real)
    space = os.statvfs(real)
    mount, kind, source = mount_of(real)
    writable = os.access(real, os.W_OK | os.X_OK)
    free = space.f_bavail * space.f_frsize
    full = free < NEARLY_FULL or (space.f_files and not space.f_favail)
    return {
        "state": "there" if base == path else "missing",
        "nearest": base,
        "target": target,
        "directory": os.path.isdir(base),
        "writable": writable,
        "denied": None if writable else first_denied(path, os.W_OK) or first_denied(real, os.W_OK),
        "lock": write_lock(real),
        "read_only": bool(space.f_flag & os.ST_RDONLY),
        "noexec": bool(space.f_flag & os.ST_NOEXEC),
        "free_bytes": free,
        "used_bytes": (space.f_blocks - space.f_bfree) * space.f_frsize,
        "users": space_users(mount) if full and not is_remote(kind) else [],
        "free_inodes": space.f_favail if space.f_files else None,
        "mount": mount,
        "filesystem": kind,
        "shared": is_remote(kind),
        "source": source,
    }


def output_space(path):
    """`writable_space` of a folder for checkpoints, with what cannot be replaced there, the newest
    tag that DeepSpeed's file `latest` names, the folders that may be tags, oldest first, and which
    files of that tag are cut short.
    """
    latest = (read_file(os.path.join(path, "latest"), "") or "").strip()[:200]
    folders = [name for name in list_folder(path) if os.path.isdir(os.path.join(path, name))]
    folders.sort(key=lambda name: tag_order(os.path.join(path, name)))
    file = os.path.join(path, "latest")
    return dict(
        writable_space(path),
        kept=first_kept(path),
        latest=latest,
        latest_empty=os.path.isfile(file) and os.access(file, os.R_OK) and not latest,
        tags=folders[-MOST_TAGS:],
        torn=torn_files(os.path.join(path, latest)) if latest in folders else {},
    )


def torn_files(folder):
    """{name: why} of files directly in a checkpoint that cannot be whole."""
    until, found = time.monotonic() + TEARS_S, {}
    for name in sorted(list_folder(folder))[:MOST_TEARS]:
        if time.monotonic() > until:
            break
        tear = find_tear(os.path.join(folder, name))
        if tear:
            found[name] = tear
    return found


def tag_order(path):
    """The step that ends a tag's name, else none, then when the folder was last written."""
    digits = path[len(path.rstrip("0123456789")) :]
    try:
        return int(digits or 0), os.path.getmtime(path)
    except OSError:
        return int(digits or 0), 0.0


def paths_to_compare(args):
    """What must be the same everywhere: as asked, the training script and DeepSpeed's config."""
    paths = list(args.get("same") or ())
    command = args.get("command") or ()
    if command and not command[0].startswith("-"):
        paths.append(command[0])
    if args.get("deepspeed_config"):
        paths.append(args["deepspeed_config"])
    return paths


@section("files")
def files(args):
    """The working directory, what must be alike, what must exist, and where output goes."""
    workdir = args.get("workdir") or "/"
    paths = {path: os.path.normpath(os.path.join(workdir, path)) for path in paths_to_compare(args)}
    needed = {path: os.path.normpath(os.path.join(workdir, path)) for path in args["exist"]}
    quick = {("exist", path): (path_state, at) for path, at in needed.items()}
    quick["workdir", ""] = (path_state, workdir)
    if args.get("output"):
        output = os.path.normpath(os.path.join(workdir, args["output"]))
        quick["output", ""] = (output_space, output)
    seen = look_side_by_side(quick, LOOK_LIMIT)
    same = look_side_by_side(
        {path: (content_fingerprint, at) for path, at in paths.items()}, HASH_LIMIT
    )
    return {
        "workdir": seen["workdir", ""],
        "same": same,
        "exist": {path: seen["exist", path] for path in needed},
        "output": seen.get(("output", "")),
    }
