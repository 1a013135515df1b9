"""Data, mounts and folders of one node that are not what the job finds on its peers."""

from __future__ import annotations

from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, NODE3, Case, case, custom, warned

DATA = """
mkdir -p /data/llama /data/v1 /data/set; echo '{}' >/data/llama/config.json
head -c 100000 /dev/zero >/data/llama/model.safetensors; echo 'lr: 1' >/root/cfg.yml
head -c 5000 /dev/zero >/data/train.jsonl; touch /data/set/a; echo 'print(1)' >/root/train.py
"""
HAVING = ((custom("have-data", DATA), ALL),)
LINK = custom("have-link", "ln -s /data/llama /data/now; touch /data/v1/x")
ARGUMENTS = (
    *("train.py", "--config", "cfg.yml", "--model_name_or_path=/data/llama", "--bf16"),
    *("--data_path", "/data/train.jsonl", "--output_dir", "/root/out/run"),
)
JOB = {"command": ARGUMENTS}
NEEDS = {"exist": ("/data/llama", "/data/set")}
SCRATCH = {"env": {"TMPDIR": "/scratch"}}
HAVE_SCRATCH = ((custom("have-scratch", "mkdir -p /scratch"), ALL),)
HOLDER = "sleep 3605"
FULL_TMP = (
    ("tmp-of-a-megabyte", "mount -o remount,size=1m /tmp", "no-space"),
    (
        "tmp-filled-by-one-file",
        "mount -o remount,size=550m /tmp; head -c 545m /dev/zero >/tmp/core.4711",
        "no-space",
    ),
    (
        "tmp-filled-by-a-deleted-file",
        "mount -o remount,size=550m /tmp; head -c 545m /dev/zero >/tmp/spool\n"
        f"setsid {HOLDER} 9>>/tmp/spool </dev/null >/dev/null 2>&1 & sleep 0.2; rm /tmp/spool",
        "no-space",
    ),
    (
        "tmp-without-inodes",
        "mount -o remount,nr_inodes=300 /tmp; mkdir /tmp/locks; for n in {1..400}; do "
        "echo >/tmp/locks/$n || break; done 2>/dev/null",
        "no-inodes",
    ),
)
POINTER = "version https://git-lfs.github.com/spec/v1\\noid sha256:0\\nsize 9\\n"
DEAD_MOUNT = r"""
mkdir -p /mnt/old; mknod -m 600 /dev/fuse c 10 229
"$PYTHON" -c '
import ctypes, os
libc, fd = ctypes.CDLL(None, use_errno=True), os.open("/dev/fuse", os.O_RDWR)
told = b"fd=%d,rootmode=40000,user_id=0,group_id=0" % fd
if libc.mount(b"store:/old", b"/mnt/old", b"fuse.sshfs", 0, told):
    raise OSError(ctypes.get_errno(), "mount")
'
"""
"""A file system whose server has gone: whoever looks gets ENOTCONN."""
TWO_STEPS = """
mkdir -p /root/out/global_step40 /root/out/global_step60
printf global_step60 >/root/out/latest; echo "print(1)" >/root/train.py
"""
OLDER_STEP = "printf global_step40 >/root/out/latest; rmdir /root/out/global_step60"
OWN_DISKS = """
printf '{"train_micro_batch_size_per_gpu": 1, "checkpoint": {"use_node_local_storage": true},
"zero_optimization": {"stage": 2}}' >/root/zero.json
"""
ZERO = """
mkdir -p /root/out
echo '{"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 2}}' >/root/zero.json
"""
READ_ONLY = """
mkdir -p /root/sets; mount -t tmpfs -o ro,size=2g none /root/sets
sed -i '1i export HF_DATASETS_CACHE=/root/sets' $HOME/.bashrc
"""
NAMING = custom(
    "files-that-name-files",
    """
echo '{"train_micro_batch_size_per_gpu": 1}' >/root/ds.json; echo '{}' >/root/set.jsonl
printf '%s: %s\\n' deepspeed ./ds.json train_file set.jsonl output_file gone.json >/root/args.yaml
printf 'deepspeed_config: {deepspeed_config_file: ds.json}\\n' >/root/acc.yaml
echo 'distributed_type: DEEPSPEED' >>/root/acc.yaml; echo 'print(1)' >/root/train.py
""",
)
ACCELERATE = {"with_": "accelerate", "accelerate_config": "acc.yaml", "command": ("train.py",)}
IN_YAML = {"command": ("train.py", "--config", "args.yaml")}

CACHES = "files.caches-can-be-written"
OUTPUT = "files.output-is-writable"
IN_COMMAND = "files.paths-in-the-command-are-there"
WHOLE = "files.needed-data-is-whole"
TEMPORARY = "files.temporary-folder-is-usable"
SHARDS = custom(
    "have-shards",
    "mkdir -p /data/set/train /data/set/eval; echo 1 >/root/train.py\n"
    "for i in 1 2 3 4 5 6 7 8; do echo shard $i >/data/set/train/part-$i.arrow; done\n"
    "echo 1 >/data/set/eval/part-1.jsonl; echo 2 >/data/set/eval/part-2.jsonl",
)
IN_ARGUMENTS = {"command": ("train.py", "--data_path", "/data/set")}

DISK = """
mkdir -p /srv/disk /scratch; echo '{}' >/srv/disk/train.json; echo 'print(1)' >/root/train.py
echo '/srv/disk /scratch none bind 0 0' >>/etc/fstab; mount /scratch
"""
ON_DISK = {"command": ("train.py", "--data", "/scratch/train.json")}

CASES = [
    case(
        custom("disk-of-fstab-not-mounted", "umount /scratch"),
        *(IN_COMMAND, NODE3, "missing"),
        job=ON_DISK,
        first=((custom("have-a-disk", DISK), ALL),),
    ),
    case(
        custom("argument-missing", "rm /data/train.jsonl"),
        *(IN_COMMAND, NODE3, "missing"),
        job=JOB,
        first=HAVING,
    ),
    case(
        custom("model-argument-missing", "rm -r /data/llama"),
        *(IN_COMMAND, NODE3, "missing"),
        job=JOB,
        first=HAVING,
    ),
    case(
        custom("config-argument-differs", "echo 'lr: 2' >/root/cfg.yml"),
        *(IN_COMMAND, NODE3, "differs"),
        job=JOB,
        first=HAVING,
    ),
    case(
        custom("data-argument-cut-off", "truncate -s 4000 /data/train.jsonl"),
        *(WHOLE, NODE3, "incomplete"),
        job=JOB,
        first=HAVING,
    ),
    *(
        case(custom(name, damage), IN_COMMAND, NODE3, cause, job=job, first=((NAMING, ALL),))
        for name, damage, cause, job in (
            ("accelerate-names-a-missing-file", "rm /root/ds.json", "missing", ACCELERATE),
            ("accelerate-names-another-file", "echo {} >/root/ds.json", "differs", ACCELERATE),
            ("arguments-name-a-missing-file", "rm /root/ds.json", "missing", IN_YAML),
        )
    ),
    warned(
        custom("arguments-name-missing-data", "rm /root/set.jsonl"),
        *(IN_COMMAND, NODE3, "missing"),
        job=IN_YAML,
        first=((NAMING, ALL),),
    ),
    case(
        custom("needed-folder-missing", "rm -r /data/llama"),
        *("files.needed-files-exist", NODE3, "missing"),
        job=NEEDS,
        first=HAVING,
    ),
    case(
        custom("needed-folder-empty", "rm /data/set/a"),
        *(WHOLE, NODE3, "empty"),
        job=NEEDS,
        first=HAVING,
    ),
    case(
        custom("weights-cut-off", "truncate -s 70000 /data/llama/model.safetensors"),
        *(WHOLE, NODE3, "incomplete"),
        job=NEEDS,
        first=HAVING,
    ),
    case(
        custom(
            "weights-are-a-link-to-nothing", "ln -sf /hub/blobs/a /data/llama/model.safetensors"
        ),
        *(WHOLE, NODE3, "dangling-link"),
        job=NEEDS,
        first=HAVING,
    ),
    case(
        custom("weights-are-a-pointer", f"printf '{POINTER}' >/data/llama/model.safetensors"),
        *(WHOLE, NODE3, "lfs-pointer"),
        job=NEEDS,
        first=HAVING,
    ),
    *(
        case(custom(name, damage), WHOLE, NODE3, "incomplete", job=job, first=((SHARDS, ALL),))
        for name, damage, job in (
            ("shard-missing", "rm /data/set/train/part-3.arrow", {"exist": ("/data/set",)}),
            ("shard-cut-short", "truncate -s 1 /data/set/train/part-5.arrow", IN_ARGUMENTS),
            ("shards-of-one-kind-missing", "rm /data/set/eval/*", IN_ARGUMENTS),
        )
    ),
    case(
        custom("output-of-an-argument-is-a-file", "mkdir -p /data; echo x >/data/out"),
        *(OUTPUT, NODE3, "not-a-directory"),
        job={"command": ("train.py", "--output_dir", "/data/out")},
        first=((custom("have-train", "echo 1 >/root/train.py"), ALL),),
    ),
    case(
        custom("model-link-elsewhere", "ln -sfn /data/v1 /data/now"),
        *(WHOLE, NODE3, "another-version"),
        job={"exist": ("/data/now",)},
        first=(*HAVING, (LINK, ALL)),
    ),
    case(
        custom("tmp-read-only", "mount -t tmpfs -o ro,mode=1777,size=2g none /scratch"),
        *(TEMPORARY, NODE3, "read-only"),
        job=SCRATCH,
        first=HAVE_SCRATCH,
    ),
    case(
        custom("tmp-full", "mount -t tmpfs -o mode=1777,size=1m none /scratch"),
        *(TEMPORARY, NODE3, "no-space"),
        job=SCRATCH,
        first=HAVE_SCRATCH,
        fixable=False,
    ),
    *(
        case(custom(name, apply), *(TEMPORARY, NODE3, cause), leaves=(HOLDER,))
        for name, apply, cause in FULL_TMP
    ),
    warned(
        custom("tmpdir-missing", "sed -i '1i export TMPDIR=/scratch/mine' $HOME/.bashrc"),
        *(TEMPORARY, NODE3, "missing"),
    ),
    warned(
        custom("hub-cache-full", "mkdir -p /root/hf/hub; mount -t tmpfs -o size=1m none /root/hf"),
        *("files.home-and-caches-have-room", NODE3, "little-space"),
        job={"env": {"HF_HOME": "/root/hf"}},
        fixable=False,
    ),
    *(
        case(custom(name, damage), OUTPUT, NODE3, cause, job={"output": "/root/out/run"})
        for name, damage, cause in (
            ("output-below-a-file", "echo x >/root/out", "not-a-directory"),
            ("output-link-to-nothing", "ln -s /scratch/me /root/out", "dangling-link"),
            ("output-is-a-file", "mkdir /root/out; echo x >/root/out/run", "not-a-directory"),
        )
    ),
    case(
        custom("hf-home-is-a-file", "echo x >/root/cache"),
        *(CACHES, NODE3, "not-a-directory"),
        job={"env": {"HF_HOME": "/root/cache"}},
    ),
    case(
        custom("inductor-cache-link-to-nothing", "ln -s /scratch/me /root/cache"),
        *(CACHES, NODE3, "dangling-link"),
        job={"env": {"TORCHINDUCTOR_CACHE_DIR": "/root/cache"}},
    ),
    warned(
        custom("datasets-cache-read-only", READ_ONLY),
        *(CACHES, NODE3, "read-only"),
    ),
    case(
        custom("extensions-folder-is-a-file", "echo x >/root/ext"),
        *("software.build-folders-are-usable", NODE3, "not-writable"),
        job={"env": {"TORCH_EXTENSIONS_DIR": "/root/ext"}},
    ),
    case(
        custom("xdg-cache-is-a-file", "echo x >/root/cache"),
        *("software.build-folders-are-usable", NODE3, "not-writable"),
        job={"env": {"XDG_CACHE_HOME": "/root/cache"}},
    ),
    warned(
        custom("network-mount-dead", DEAD_MOUNT),
        *("files.network-mounts-answer", NODE3, "dead-mount"),
    ),
    case(
        custom("latest-step-of-one-node-is-older", OLDER_STEP),
        *("files.checkpoints-can-be-resumed", ((),), "latest-differs"),
        on=("node3",),
        first=((custom("have-two-steps", TWO_STEPS), ALL),),
        job={"command": ("train.py", "--resume"), "output": "/root/out"},
        fixable=False,
    ),
    case(
        custom("latest-of-one-node-is-empty", ": >/root/out/latest"),
        *("files.checkpoints-can-be-resumed", ((),), "latest-empty"),
        on=("node3",),
        first=((custom("have-steps", TWO_STEPS), ALL),),
        job={"command": ("train.py", "--resume"), "output": "/root/out"},
    ),
    warned(
        custom("latest-of-the-head-alone", "rm /root/out/latest"),
        *("files.checkpoints-can-be-resumed", ((),), "latest-missing"),
        on=("node3",),
        first=((custom("have-own-steps", TWO_STEPS + OWN_DISKS), ALL),),
        job={
            "command": ("train.py", "--resume"),
            "output": "/root/out",
            "deepspeed_config": "/root/zero.json",
        },
    ),
    Case(
        custom("checkpoints-on-own-disks", ZERO),
        warns=(("files.checkpoints-can-be-resumed", ((),), "local-checkpoints"),),
        on=("node1", "node2"),
        job={"deepspeed_config": "zero.json", "output": "/root/out"},
        shape=LabShape(nodes=2),
    ),
]
