"""Interpreters, packages and files that one node lacks or has otherwise, and the smoke."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, NODE3, Subjects, case, custom

JOB_FILE = "/root/job/train.py"
NO_DEEPSPEED = custom(
    "no-deepspeed",
    'folder=$("$PYTHON" -c \'import importlib.util as u; '
    'print(u.find_spec("deepspeed").submodule_search_locations[0])\')\n'
    'mv "$folder" "$folder.away"',
)
FILES = f"mkdir -p /root/job; echo 'print(1)' >{JOB_FILE}"
HAVE_FILES = custom("have-files", FILES)
FILE_DIFFERS = custom("file-differs", f"echo 'print(2)' >{JOB_FILE}")
FILE_MISSING = custom("file-missing", f"rm {JOB_FILE}")
WORKDIR_MISSING = custom("workdir-missing", "rm -r /root/job")
OUTPUT_READ_ONLY = custom(
    "output-read-only", "mkdir -p /root/out; mount -t tmpfs -o ro,size=20g out /root/out"
)
OUTPUT_FULL = custom("output-full", "mkdir -p /root/out; mount -t tmpfs -o size=1m out /root/out")
NO_COMPILER = custom("no-compiler", "rm -f $(type -ap g++ c++)")
BUILD_LOCKED = custom(
    "build-locked", "mkdir -p /root/ext/deepspeed_shm_comm; touch /root/ext/deepspeed_shm_comm/lock"
)
SHADOWED = custom("deepspeed-shadowed", "echo 'raise RuntimeError(\"mine\")' >$HOME/deepspeed.py")

LIBRARY_DAMAGED = custom(
    "library-of-another-folder-damaged",
    "mkdir -p /opt/lib; echo junk >/opt/lib/libgomp.so.1\n"
    "sed -i '1i export LD_LIBRARY_PATH=/opt/lib' $HOME/.bashrc",
)
PACKAGE_CUT = custom(
    "package-cut-short",
    'file=$("$PYTHON" -c \'import importlib.util as u; '
    'print(u.find_spec("torch").submodule_search_locations[0])\')/lib/libc10.so\n'
    'truncate -s $(($(stat -c %s "$file") * 6 / 10)) "$file"',
)

SMOKE = "training.smoke-trains"
NODE2: Subjects = (("node2",),)
SMALL: Mapping[str, Any] = {
    "smoke": True,
    "shape": LabShape(nodes=2),
    "job": {"env": {"TORCH_EXTENSIONS_DIR": "/root/ext"}},
}
HAVING = ((HAVE_FILES, ALL),)
JOB = {"workdir": "/root/job", "command": ("train.py",)}
CASES = [
    case("interpreter-missing", "software.python-is-there", NODE3, "python-missing", fixable=False),
    case(
        "deepspeed-version", "software.versions-are-equal", NODE3, "versions-differ", fixable=False
    ),
    case(
        NO_DEEPSPEED,
        "software.deepspeed-is-installed",
        NODE3,
        "deepspeed-missing",
        fixable=False,
    ),
    case(FILE_DIFFERS, "files.same-files-are-equal", NODE3, "differs", job=JOB, first=HAVING),
    case(FILE_MISSING, "files.same-files-are-equal", NODE3, "missing", job=JOB, first=HAVING),
    case(WORKDIR_MISSING, "files.workdir-is-there", NODE3, "missing", job=JOB, first=HAVING),
    case(
        OUTPUT_READ_ONLY,
        "files.output-is-writable",
        NODE3,
        "read-only",
        job={"output": "/root/out"},
    ),
    case(
        OUTPUT_FULL,
        "files.output-is-writable",
        NODE3,
        "no-space",
        job={"output": "/root/out"},
        fixable=False,
    ),
    case(
        SHADOWED,
        "software.packages-are-the-environments-own",
        NODE2,
        "package-shadowed",
        **SMALL,
    ),
    case(LIBRARY_DAMAGED, SMOKE, NODE2, "variable-in-the-way", **SMALL),
    case(PACKAGE_CUT, "software.packages-are-patched-alike", NODE2, "altered", **SMALL),
    case(NO_COMPILER, SMOKE, NODE2, "op-build-failed", fixable=False, **SMALL),
    case(BUILD_LOCKED, SMOKE, NODE2, "stale-build-lock", **SMALL),
]
