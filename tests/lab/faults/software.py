"""Interpreters, folders and settings of one node under which its program does not start alike."""

from __future__ import annotations

from tests.lab.faults.case import ALL, EVERY_NODE, NODE3, Case, case, custom, warned

ZERO = """
echo '{"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 2,
"offload_optimizer": {"device": "cpu"}}}' >/root/zero.json
"""
HAVE_ZERO = ((custom("have-zero", ZERO), ALL),)
OFFLOAD = {"deepspeed_config": "zero.json"}
OWN_FOLDER = {"env": {"TORCH_EXTENSIONS_DIR": "/root/ext"}}
TOOL = "mkdir -p /root/tool; touch /root/tool/__init__.py; echo 'print(1)' >/root/tool/train.py"
SCRIPT = "echo 'import tool.train, json' >/root/train.py"
OLD = "/root/.local/lib/python3/site-packages"
SHADOW = f"""
mkdir -p {OLD}/numpy {OLD}/numpy-1.0.dist-info; touch {OLD}/numpy/__init__.py
cd {OLD}/numpy-1.0.dist-info; echo pip >INSTALLER
printf 'Metadata-Version: 2.1\\nName: numpy\\nVersion: 1.0\\n' >METADATA
printf '%s,,\\n' numpy/__init__.py numpy-1.0.dist-info/METADATA numpy-1.0.dist-info/INSTALLER \\
  numpy-1.0.dist-info/RECORD >RECORD
sed -i '1i export PYTHONPATH={OLD}' $HOME/.bashrc
"""
BORROWED = """
"$PYTHON" -m venv --without-pip /root/borrowed
lib=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
echo "$lib" >"$(echo /root/borrowed/lib/python3.*/site-packages)/lender.pth"
"""
BORROWING = {
    "job": {"python": "/root/borrowed/bin/python"},
    "first": ((custom("have-borrowed", BORROWED), ALL),),
}
"""An environment that has another one's packages by a .pth file."""
NOEXEC = "mount --bind {0} {0} && mount -o remount,bind,noexec {0}"
NOEXEC_INTERPRETER = custom(
    "interpreter-on-noexec",
    "cd /root/borrowed/bin; cp --remove-destination $(readlink -f python3) python3; "
    + NOEXEC.format("/root/borrowed"),
)
NOEXEC_LIBRARIES = custom(
    "libraries-on-noexec",
    'd=$("$PYTHON" -c "import importlib.util as u; print(u.find_spec(\'torch\').origin)"); '
    + NOEXEC.format("${d%/*}/lib"),
)
CHECKOUT = "mkdir -p {0}/deepspeed; touch {0}/deepspeed/__init__.py; "
CHECKOUT_FIRST = CHECKOUT.format("/opt/old") + "echo export PYTHONPATH=/opt/old >>$HOME/.bashrc"
OLDER_FIRST = (
    CHECKOUT.format("/opt/old")
    + "mkdir /opt/old/deepspeed-0.1.dist-info; "
    + "echo Version: 0.1 >/opt/old/deepspeed-0.1.dist-info/METADATA; "
    + "echo export PYTHONPATH=/opt/none:/opt/old/:/opt/more >>$HOME/.bashrc"
)
PUT_FIRST_AT_START = (
    CHECKOUT.format("/opt/old")
    + "echo 'import sys; sys.path.insert(0, \"/opt/old\")' "
    + ">$(echo /root/borrowed/lib/python3.*/site-packages)/first.pth"
)
CUDA_BUILD = """
file=$("$PYTHON" -c 'import importlib.util as u; print(u.find_spec("torch").origin)')
sed -i "s/^cuda.*/cuda = '11.8'/" "$(dirname "$file")/version.py"
"""
WRAPPED = """
mkdir -p /opt/conda/bin
for folder in /opt/conda/bin /usr/local/bin; do
  printf '#!/bin/sh\\nexec %s "$@"\\n' "$PYTHON" >$folder/lab-python; chmod 755 $folder/lab-python
done
"""
IN_PATH = custom("python-in-path", WRAPPED)
NOT_IN_PATH = custom(
    "python-for-terminals-alone",
    "rm /usr/local/bin/lab-python\n"
    "echo 'case $- in *i*) PATH=/opt/conda/bin:$PATH ;; esac' >>$HOME/.bashrc",
)
PYTHONHOME = custom("pythonhome", "sed -i '1i export PYTHONHOME=/opt/none' $HOME/.bashrc")
LATIN = "export PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 LC_ALL=C"

SITE = '$("$PYTHON" -c \'import sysconfig as s; print(s.get_paths()["purelib"])\')'
PATCH = f"echo '# a test' >>{SITE}"
OWN_LOGGING = "mkdir /root/logging; echo x=1 >/root/logging/__init__.py"
IN_PYTHONPATH = "sed -i '1i export PYTHONPATH=/opt/x' $HOME/.bashrc"
BUILDS = "software.operators-can-be-built"
FOLDERS = "software.build-folders-are-usable"
PROGRAM = "software.program-is-importable"
SAME_FILES = "files.same-files-are-equal"
OWN = "software.packages-are-the-environments-own"
PATCHED = "software.packages-are-patched-alike"
CASES = [
    case(
        *(NOEXEC_INTERPRETER, "software.python-is-there", NODE3, "python-denied"),
        job={"python": "/root/borrowed/bin/python3"},
        first=BORROWING["first"],
    ),
    case(NOEXEC_LIBRARIES, "training.smoke-trains", NODE3, "package-denied"),
    case(PYTHONHOME, "software.python-is-there", NODE3, "python-home"),
    case(
        custom("no-compiler-for-offload", "rm -f $(type -ap c++)"),
        *(BUILDS, NODE3, "no-compiler"),
        job=OFFLOAD,
        first=HAVE_ZERO,
        fixable=False,
    ),
    case(
        custom("no-compiler-for-offload-and-smoke", "rm -f $(type -ap g++ c++)"),
        *(BUILDS, NODE3, "no-compiler"),
        job=OFFLOAD,
        first=HAVE_ZERO,
        fixable=False,
        smoke=True,
    ),
    case(
        custom(
            "cxx-names-no-compiler",
            "sed -i '1i export CC=/usr/bin/gcc-9 CXX=/usr/bin/g++-none' $HOME/.bashrc",
        ),
        *(BUILDS, NODE3, "no-compiler"),
        job=OFFLOAD,
        first=HAVE_ZERO,
    ),
    case(
        custom("no-ninja-for-offload", 'rm -f $(type -ap ninja) "$(dirname "$PYTHON")/ninja"'),
        *(BUILDS, NODE3, "no-ninja"),
        job=OFFLOAD,
        first=HAVE_ZERO,
        fixable=False,
    ),
    case(
        custom(
            "old-build-lock",
            "mkdir -p /root/ext/deepspeed_shm_comm\n"
            "touch -d '1 hour ago' /root/ext/deepspeed_shm_comm/lock",
        ),
        *("software.no-build-lock-is-left", NODE3, "stale-build-lock"),
        job=OWN_FOLDER,
    ),
    case(
        custom("extensions-noexec", "mkdir /root/ext; mount -t tmpfs -o noexec none /root/ext"),
        *(FOLDERS, NODE3, "noexec"),
        job=OWN_FOLDER,
    ),
    case(
        custom("extensions-read-only", "mkdir /root/ext; mount -t tmpfs -o ro none /root/ext"),
        *(FOLDERS, NODE3, "not-writable"),
        job=OWN_FOLDER,
        fixable=False,
    ),
    case(
        custom("module-of-command-missing", "rm -r /root/tool"),
        *(PROGRAM, NODE3, "module-missing"),
        job={"command": ("-m", "tool.train")},
        first=((custom("have-tool", TOOL), ALL),),
        fixable=False,
    ),
    Case(
        custom("import-of-script-missing", "rm -r /root/tool"),
        blocks=((PROGRAM, NODE3, "import-missing"), (SAME_FILES, NODE3, "missing")),
        job={"command": ("train.py",)},
        first=((custom("have-script", f"{TOOL}; {SCRIPT}"), ALL),),
        fixable=False,
    ),
    case(
        custom(
            "script-that-python-cannot-read", "printf 'import json\\ndef f(:\\n' >/root/train.py"
        ),
        *(PROGRAM, EVERY_NODE, "syntax-error"),
        job={"command": ("train.py",)},
        on=ALL,
        fixable=False,
    ),
    case(
        custom("package-hidden-by-a-file", "echo 'raise RuntimeError' >$HOME/deepspeed.py"),
        *(OWN, NODE3, "package-shadowed"),
    ),
    case(
        custom("random-beside-the-script", "echo x=1 >/root/random.py"),
        *(OWN, NODE3, "package-shadowed"),
        smoke=True,
    ),
    case(
        custom("packages-named-as-the-librarys", f"{OWN_LOGGING}; echo x=1 >/root/types.py"),
        *(OWN, EVERY_NODE, "package-shadowed"),
        on=ALL,
    ),
    case(
        custom(
            "queue-in-the-python-path", f"mkdir /opt/x; echo x=1 >/opt/x/queue.py; {IN_PYTHONPATH}"
        ),
        *(OWN, NODE3, "package-shadowed"),
    ),
    case(
        custom(
            "old-package-in-the-python-path",
            "mkdir /opt/x; echo 'from typing import *' >/opt/x/typing_extensions.py; "
            f"{IN_PYTHONPATH}",
        ),
        *("training.smoke-trains", NODE3, "package-shadowed"),
    ),
    case(
        custom("select-in-the-scripts-folder", "echo x=1 >/root/src/select.py"),
        *(OWN, NODE3, "package-shadowed"),
        job={"command": ("src/train.py",)},
        first=(
            (custom("have-src", "mkdir /root/src; echo 'import torch' >/root/src/train.py"), ALL),
        ),
    ),
    case(
        custom("checkout-before-what-is-borrowed", CHECKOUT_FIRST),
        *(OWN, NODE3, "shadowed"),
        **BORROWING,
    ),
    case(
        custom("older-before-what-is-borrowed", OLDER_FIRST),
        *(OWN, NODE3, "shadowed"),
        **BORROWING,
    ),
    case(
        custom("checkout-that-a-pth-file-puts-first", PUT_FIRST_AT_START),
        *(OWN, NODE3, "shadowed"),
        **BORROWING,
        fixable=False,
    ),
    case(
        custom("checkout-in-the-working-directory", CHECKOUT.format("/root")),
        *(OWN, NODE3, "shadowed"),
    ),
    warned(
        custom("checkout-that-all-nodes-have", CHECKOUT_FIRST),
        *(OWN, EVERY_NODE, "shadowed"),
        on=ALL,
    ),
    warned(custom("package-of-local-first", SHADOW), OWN, NODE3, "shadowed"),
    case(
        custom("deepspeed-patched-on-one", f"{PATCH}/deepspeed/runtime/engine.py"),
        *(PATCHED, NODE3, "altered"),
    ),
    case(
        custom("deepspeed-patched-on-all-but-one", f"{PATCH}/deepspeed/runtime/engine.py"),
        *(PATCHED, NODE3, "altered"),
        on=ALL[:2],
    ),
    case(
        custom("file-of-torch-gone", f"rm {SITE}/torch/utils/hipify/version.py"),
        *(PATCHED, NODE3, "altered"),
    ),
    warned(
        custom("transformers-patched-on-one", f"{PATCH}/transformers/trainer.py"),
        *(PATCHED, NODE3, "altered"),
    ),
    Case(custom("deepspeed-patched-on-all", f"{PATCH}/deepspeed/runtime/engine.py"), on=ALL),
    Case(
        custom("torch-of-another-cuda", CUDA_BUILD),
        blocks=(
            ("software.versions-are-equal", NODE3, "versions-differ"),
            (PATCHED, NODE3, "altered"),
        ),
        fixable=False,
    ),
    case(
        NOT_IN_PATH,
        *("software.python-is-there", NODE3, "python-for-terminals-alone"),
        job={"python": "lab-python"},
        first=((IN_PATH, ALL),),
        fixable=False,
    ),
    warned(
        custom("text-not-utf-8", f"sed -i '1i {LATIN}' $HOME/.bashrc"),
        *("software.text-is-utf-8", NODE3, "not-utf-8"),
        fixable=False,
    ),
    warned(
        custom(
            "proxy-before-etcd", "sed -i '1i export http_proxy=http://proxy:3128' $HOME/.bashrc"
        ),
        *("software.proxy-spares-the-nodes", NODE3, "proxy-catches"),
        job={"command": ("-m", "timeit", "--rdzv_backend", "etcd")},
        fixable=False,
    ),
]
