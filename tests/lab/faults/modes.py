"""Modes and owners that keep a login without root's rights from what the job needs."""

from __future__ import annotations

import json

from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, HEAD, NODE3, Case, case, custom

SITE = "$(echo /opt/env/lib/python3.*/site-packages)"
FIND_TORCH = 'import importlib.util as u; print(u.find_spec("torch").origin)'
TORCH = f"$(dirname \"$(/opt/env/bin/python -c '{FIND_TORCH}')\")"
CONFIG = {
    "train_micro_batch_size_per_gpu": 1,
    "checkpoint": {"use_node_local_storage": True},
    "zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}},
}
SETUP = f"""
"$PYTHON" -m venv --without-pip /opt/env
"$PYTHON" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])' >{SITE}/lender.pth
mkdir -p /srv/job /data/sets /scratch/out; chown trainer /srv/job /scratch/out
echo 'print(1)' >/srv/job/train.py; echo '{json.dumps(CONFIG)}' >/srv/job/ds.json
echo '{{}}' >/data/sets/a.jsonl
"""
JOB = {
    "python": "/opt/env/bin/python",
    "workdir": "/srv/job",
    "output": "/scratch/out",
    "deepspeed_config": "ds.json",
    "command": ("train.py", "--train_file", "/data/sets/a.jsonl"),
}
TRAINER = {
    "shape": LabShape(nodes=3, user="trainer"),
    "job": JOB,
    "first": ((custom("have-job", SETUP), ALL),),
}
ROOTS_FOLDER = "mkdir -p ~trainer/.cache/torch_extensions/own; chown -R root ~trainer/.cache"
FAULTS = (
    (
        "environment-of-root-alone",
        "chmod 700 /opt/env",
        "software.python-is-there",
        "python-denied",
    ),
    (
        *("environment-says-nothing", "chmod 600 /opt/env/pyvenv.cfg"),
        *("software.python-is-there", "python-denied"),
    ),
    (
        *(
            "library-of-root-alone",
            'chmod 700 "$(dirname "$($PYTHON -c \'import os; print(os.__file__)\')")"',
        ),
        *("software.python-is-there", "python-denied"),
    ),
    (
        *("packages-of-root-alone", f"chmod 700 {SITE}"),
        *("software.deepspeed-is-installed", "package-denied"),
    ),
    (
        *("torch-of-nobody", f"chmod 000 {TORCH}"),
        *("software.deepspeed-is-installed", "package-denied"),
    ),
    (
        *("torch-installed-for-root-alone", f"chmod -R go-rwx {TORCH}"),
        *("software.deepspeed-is-installed", "package-denied"),
    ),
    (
        *("metadata-of-root-alone", f"chmod 700 {TORCH}-*.dist-info"),
        *("software.packages-have-their-metadata", "metadata-denied"),
    ),
    (
        *("compiler-of-root-alone", "chmod 700 $(readlink -f $(command -v c++))"),
        *("software.operators-can-be-built", "tool-denied"),
    ),
    (
        *("cache-of-root-alone", f"{ROOTS_FOLDER}; chmod 700 ~trainer/.cache"),
        *("software.build-folders-are-usable", "not-writable"),
    ),
    (
        *("extensions-of-root", f"{ROOTS_FOLDER}; chown trainer ~trainer/.cache"),
        *("software.build-folders-are-usable", "not-writable"),
    ),
    (
        *("config-of-root-alone", "chmod 600 /srv/job/ds.json"),
        *("files.same-files-are-equal", "denied"),
    ),
    ("job-of-root-alone", "chmod 700 /srv", "files.workdir-is-there", "denied"),
    ("data-of-root-alone", "chmod 700 /data", "files.paths-in-the-command-are-there", "denied"),
    (
        *("data-file-of-root-alone", "chmod 600 /data/sets/a.jsonl"),
        *("files.paths-in-the-command-are-there", "denied"),
    ),
    ("scratch-of-root-alone", "chmod 700 /scratch", "files.output-is-writable", "not-writable"),
    ("output-not-writable", "chmod 500 /scratch/out", "files.output-is-writable", "not-writable"),
    ("output-of-root", "chown root /scratch/out", "files.output-is-writable", "not-writable"),
    (
        *("tag-of-root", ": >/scratch/out/latest; chown root /scratch/out/latest"),
        *("files.output-is-writable", "not-writable"),
    ),
    (
        *("event-logs-of-root", "mkdir /scratch/out/runs; chown root /scratch/out/runs"),
        *("files.output-is-writable", "not-writable"),
    ),
)
CASES: list[Case] = [
    case(custom(name, script), check, NODE3, cause, **TRAINER)
    for name, script, check, cause in FAULTS
]
PDSH_MODULES = "/usr/lib/*/pdsh"
CASES += [
    case(
        *(custom(name, f"chmod {mode} {path}"), "pdsh.loads-its-ssh-module", HEAD, "module-denied"),
        shape=LabShape(nodes=2, user="trainer"),
        on=("node1",),
        job={"workdir": "/tmp"},
    )
    for name, mode, path in (
        ("pdsh-module-of-root-alone", 600, f"{PDSH_MODULES}/sshcmd.so"),
        ("pdsh-modules-of-root-alone", 700, PDSH_MODULES),
    )
]
CASES += [
    case(
        custom(name, f"chmod -R go-rwx {folder}"),
        *("training.smoke-trains", (("node2",),), "package-denied"),
        shape=LabShape(nodes=2, user="trainer"),
        on=("node2",),
        job={**JOB, "command": ("train.py",)},
        first=((custom("have-job", SETUP), ALL[:2]),),
    )
    for name, folder in (
        ("part-of-torch-of-root-alone", f"{TORCH}/optim"),
        ("pydantic-installed-for-root-alone", f"{TORCH}/../pydantic"),
    )
]
