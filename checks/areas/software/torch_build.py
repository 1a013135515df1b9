"""What torch was built for, against the GPUs and the driver that are there."""

from __future__ import annotations

import re
import shlex

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.facts.toolchain import Toolchain
from checks.model import Verdict, block, ok, skip

OLDEST_DRIVERS = {13: (580,), 12: (525, 60, 13), 11: (450, 80, 2), 10: (410, 48), 9: (384, 81)}
"""The oldest Linux driver on which programs of that CUDA run at all: table "Minimum Required Driver
Version for CUDA Minor Version Compatibility" of NVIDIA's CUDA release notes."""


@node_check("software.torch-fits-the-gpus", Software, Gpus, Toolchain)
def torch_fits_the_gpus(node: NodeView) -> Verdict:
    """Where there are GPUs, torch is built for them, and their driver is new enough for that build.

    Otherwise torch sees no GPU: the rank trains on the CPU, or ends, on that node alone.

    Measured: `torch/version.py`, without importing torch, against vendor and driver of the GPUs.
    The minimum driver of each CUDA version is NVIDIA's for minor version compatibility (CUDA
    release notes): 580 for 13, 525.60.13 for 12, 450.80.02 for 11. A node with the forward
    compatibility package passes.

    Fix:
        wrong-build: installs a build for the GPUs.
        driver-too-old: names the minimum driver.
    """
    software, gpus = node.read(Software), node.read(Gpus)
    if not software.ok or software.modules.get("torch") is None:
        return skip("torch is not installed; see software.deepspeed-is-installed")
    if gpus.broken or not gpus.count:
        return skip("no GPU answers here; see gpu.driver-answers")
    vendor = gpus.vendors[0] if gpus.vendors else ""
    built = {"NVIDIA": software.cuda, "AMD": software.hip}.get(vendor)
    if built is None:
        return skip(f"no builds are known for {vendor or 'these GPUs'}")
    if not built:
        return _judge_other_build(node, software, vendor)
    driver, least = _version_numbers(gpus.gpus[0].driver), _oldest_driver(built)
    if vendor != "NVIDIA" or not driver or driver >= least:
        return ok(f"torch is built for {vendor}'s {built}")
    if node.read(Toolchain).forward_compatible:
        return ok(f"CUDA {built} runs by NVIDIA's forward compatibility package")
    wanted = ".".join(map(str, least))
    message = (
        f"{node.name}: torch is built for CUDA {built}, which needs driver {wanted} or newer; "
        f"driver is {gpus.gpus[0].driver}, so torch sees no GPU"
    )
    note = f"install a driver of at least {wanted}, or a torch built for an older CUDA"
    return block("driver-too-old", message, node.fix("", note))


def _judge_other_build(node: NodeView, software: Software, vendor: str) -> Verdict:
    kind = (
        f"ROCm {software.hip}"
        if software.hip
        else f"CUDA {software.cuda}"
        if software.cuda
        else "CPUs only"
    )
    message = f"torch on {node.name} is built for {kind}; its GPUs are {vendor}'s and stay unused"
    python = shlex.quote(software.path)
    version = software.packages.get("torch", "").partition("+")[0]
    pinned = f"torch=={version}" if version else "torch"
    index = "https://download.pytorch.org/whl/" + ("rocm6.2" if vendor == "AMD" else "cu121")
    install = f"{python} -m pip install --force-reinstall --no-deps {pinned} --index-url {index}"
    note = "with the build of the other nodes in the index's address"
    return block("wrong-build", message, node.fix(install, note))


def _oldest_driver(cuda: str) -> tuple[int, ...]:
    major = int(cuda.partition(".")[0]) if cuda.partition(".")[0].isdigit() else 0
    return OLDEST_DRIVERS.get(major, ())


def _version_numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
