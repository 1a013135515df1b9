"""What is left of packages, environments and start-up files that were put in for something else."""

from __future__ import annotations

from dataclasses import replace

from launcher.lab.faults import Fault
from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, NODE3, Case, case, custom, warned
from tests.lab.faults.software import SITE

IN_SITE = f"cd {SITE}\n"
NODE2 = (("node2",),)


def left_over(name: str, package: str, *lines: str) -> Fault:
    """The metadata of a package that is a backend of torch, and what else of it is left."""
    metadata = rf"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
    info = f"{package}-1.0.dist-info"
    written = (
        f"mkdir {info}; printf '{metadata}' >{info}/METADATA",
        rf"printf '[torch.backends]\n{package} = {package}:start\n' >{info}/entry_points.txt",
        f"for file in METADATA entry_points.txt RECORD; do echo {info}/$file,,; done >record",
        f"mv record {info}/RECORD",
    )
    return custom(name, IN_SITE + "\n".join((*written, *lines)))


def site_file(name: str, file: str, text: str) -> Fault:
    """A file that Python runs at its start."""
    return custom(name, f"{IN_SITE}echo '{text}' >{file}")


ENVIRONMENT = """
"$PYTHON" -m venv --without-pip /opt/env
lib=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
own=$(echo /opt/env/lib/python3.*/site-packages); echo $lib >$own/lender.pth
for name in torch deepspeed; do ln -s $lib/$name $lib/$name-*.dist-info $own; done
"""
IN_ENVIRONMENT = {
    "job": {"python": "/opt/env/bin/python"},
    "first": ((custom("have-environment", ENVIRONMENT), ALL),),
}
CONFIG_GONE = custom("environment-without-its-file", "rm /opt/env/pyvenv.cfg")
BASE_GONE = custom(
    "environment-without-its-python",
    "cd /opt/env/bin; for name in python*; do ln -sfn /opt/gone/bin/$name $name; done",
)
STRAY = custom(
    "backend-of-other-hardware",
    f"{IN_SITE}mkdir torch_npu; echo 'raise RuntimeError(\"no device\")' >torch_npu/__init__.py",
)
OTHER = 'import os\nos.environ["GLOO_SOCKET_IFNAME"] = '
SMALL = replace(LabShape(), nodes=2)
BACKENDS, QUIET = "software.torch-backends-are-there", "software.python-starts-quietly"
STARTS, SMOKE = "software.python-is-there", "training.smoke-trains"

CASES: list[Case] = [
    case(left_over("backend-without-its-module", "torch_foo"), BACKENDS, NODE3, "backend-missing"),
    case(
        left_over("backend-without-its-record", "torch_foo", "rm torch_foo-*/RECORD"),
        *(BACKENDS, NODE3, "backend-missing"),
    ),
    case(
        left_over("backend-that-fails", "torch_foo", "echo 'raise OSError(1)' >torch_foo.py"),
        *(SMOKE, NODE2, "backend-fails"),
        shape=SMALL,
        smoke=True,
    ),
    case(STRAY, SMOKE, NODE2, "import-error", shape=SMALL, smoke=True),
    case(
        site_file("sitecustomize-ends-python", "sitecustomize.py", "raise SystemExit(3)"),
        *(STARTS, NODE3, "startup-file"),
    ),
    case(
        site_file("path-file-ends-python", "a.pth", "import os; os._exit(0)"),
        *(STARTS, NODE3, "startup-file"),
    ),
    warned(
        site_file("sitecustomize-prints", "sitecustomize.py", 'print("hello")'),
        *(QUIET, NODE3, "startup-noisy"),
    ),
    warned(
        site_file("path-file-fails", "a.pth", "import nothing_here"),
        *(QUIET, NODE3, "startup-noisy"),
    ),
    case(
        site_file("sitecustomize-names-an-interface", "sitecustomize.py", f'{OTHER}"ib0"'),
        *("nccl.socket-interface-exists", NODE3, "interface-missing"),
    ),
    warned(
        site_file(
            "path-file-sets-channels", "a.pth", 'import os; os.environ["NCCL_MIN_NCHANNELS"]="4"'
        ),
        *("nccl.variables-are-equal", NODE3, "variable-differs"),
    ),
    Case(site_file("path-file-of-all-fails", "a.pth", "import nothing_here"), on=ALL),
    case(
        CONFIG_GONE,
        *("software.deepspeed-is-installed", NODE3, "environment-lost"),
        **IN_ENVIRONMENT,
    ),
    case(BASE_GONE, STARTS, NODE3, "python-missing", **IN_ENVIRONMENT),
]
