"""What torch was built for, against the GPUs and the driver that are there."""

from __future__ import annotations

import re
from collections import Counter

from checks.areas.software.pip_commands import TORCH_INDEX, pip_command
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.facts.toolchain import Toolchain
from checks.model import Fix, Verdict, block, ok, skip, warn

OLDEST_DRIVERS = {13: (580,), 12: (525, 60, 13), 11: (450, 80, 2), 10: (410, 48), 9: (384, 81)}
"""The oldest Linux driver on which programs of that CUDA run at all: table "Minimum Required Driver
Version for CUDA Minor Version Compatibility" of NVIDIA's CUDA release notes."""
CUDA_BUILDS = (
    ((2, 9), "cu130"),
    ((2, 7), "cu128"),
    ((2, 6), "cu126"),
    ((2, 4), "cu124"),
    ((2, 1), "cu121"),
)
ROCM_BUILDS = (((2, 8), "rocm6.4"), ((2, 7), "rocm6.3"), ((2, 5), "rocm6.2"), ((2, 4), "rocm6.1"))
"""The newest build of a torch, from that release on."""
OLD_CARDS_BUILD = "cu126"
OLDEST_CARDS = (
    ((2, 8), (13, 0), (7, 5)),
    ((2, 11), (12, 8), (7, 5)),
    ((2, 8), (12, 8), (7, 0)),
)
"""From that torch and that CUDA on, PyTorch's builds have code from that capability on."""
BLACKWELL, BLACKWELL_CUDA = (10, 0), (12, 8)


@node_check("software.torch-fits-the-gpus", Software, Gpus, Toolchain)
def torch_fits_the_gpus(node: NodeView) -> Verdict:
    """Where there are GPUs, torch is built for them, and their driver is new enough for that build.

    Otherwise torch sees no GPU: the rank trains on the CPU, or ends, on that node alone.

    Measured: `torch/version.py`, without importing torch, against vendor and driver of the GPUs.
    The minimum driver of each CUDA version is NVIDIA's for minor version compatibility (CUDA
    release notes): 580 for 13, 525.60.13 for 12, 450.80.02 for 11. A node with the forward
    compatibility package passes.

    Fix:
        wrong-build: installs a build for the GPUs, that of the other nodes where they have one.
        gpu-too-old: PyTorch's builds for CUDA 13 have no code for Maxwell, Pascal and Volta, those
            for 12.8 and 12.9 none for Maxwell and Pascal, and from torch 2.11 on none for Volta
            (its RELEASE.md). Installs the build for CUDA 12.6; warns for CUDA 12, which others may
            have built with more.
        gpu-too-new: builds for CUDA before 12.8 have no code for Blackwell.
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
    if vendor == "NVIDIA" and (wrong := _judge_capability(node, software)):
        return wrong
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
    return block("wrong-build", message, _other_build_fix(node, software, vendor))


def _other_build_fix(node: NodeView, software: Software, vendor: str) -> Fix:
    """Installs torch of the same version from the index of a build for the GPUs of this node."""
    numbers = _version_numbers(software.packages.get("torch", ""))[:2]
    build = _build_of_others(node, vendor) or _build_for(node, vendor, numbers)
    if not build:
        note = "install the build that https://pytorch.org/get-started names for these GPUs"
        return node.fix("", note)
    return _build_fix(node, software, build)


def _build_fix(node: NodeView, software: Software, build: str) -> Fix:
    version = software.packages.get("torch", "").partition("+")[0]
    pinned = f"torch=={version}" if version else "torch"
    words = ("--force-reinstall", pinned, "--index-url", TORCH_INDEX + build)
    return node.fix(pip_command(software, "install", *words), "on every node the same build")


def _build_of_others(node: NodeView, vendor: str) -> str:
    """The build of most nodes whose torch is for these GPUs, as PyTorch's index calls it."""
    peers = [peer for peer in node.cluster.facts_by_node(Software).values() if peer.ok]
    builds = [_index_name(peer.cuda if vendor == "NVIDIA" else peer.hip, vendor) for peer in peers]
    return next(iter(Counter(filter(None, builds)).most_common(1)), ("",))[0]


def _index_name(built: str, vendor: str) -> str:
    major, minor = (*_version_numbers(built)[:2], 0, 0)[:2]
    if not built:
        return ""
    return f"cu{major}{minor}" if vendor == "NVIDIA" else f"rocm{major}.{minor}"


def _build_for(node: NodeView, vendor: str, torch: tuple[int, ...]) -> str:
    """A build of that torch which runs on the GPUs and the driver that are there."""
    names = CUDA_BUILDS if vendor == "NVIDIA" else ROCM_BUILDS
    newest = next((name for since, name in names if torch >= since), "")
    card = node.read(Gpus).gpus[0]
    old_driver = _version_numbers(card.driver) < OLDEST_DRIVERS[13]
    old_card = _capability(card.capability) < (7, 5)
    return OLD_CARDS_BUILD if newest == "cu130" and (old_driver or old_card) else newest


def _judge_capability(node: NodeView, software: Software) -> Verdict | None:
    """The GPUs against the architectures that PyTorch's builds of that CUDA have code for."""
    cards = [card for card in node.read(Gpus).gpus if card.capability]
    torch = _version_numbers(software.packages.get("torch", ""))[:2]
    cuda = _version_numbers(software.cuda)[:2]
    fitting = (least for since, built, least in OLDEST_CARDS if torch >= since and cuda >= built)
    oldest = next(fitting, (0, 0))
    old = [card for card in cards if _capability(card.capability) < oldest]
    new = [card for card in cards if _capability(card.capability) >= BLACKWELL]
    if old:
        message = (
            f"{node.name}: torch built for CUDA {software.cuda} has no code for {old[0].name} "
            f"(compute capability {old[0].capability}); it has from {oldest[0]}.{oldest[1]} on"
        )
        fix = _build_fix(node, software, OLD_CARDS_BUILD)
        return (block if cuda >= (13, 0) else warn)("gpu-too-old", message, fix)
    if new and cuda < BLACKWELL_CUDA:
        message = (
            f"{node.name}: torch is built for CUDA {software.cuda}, which has no code for "
            f"{new[0].name} (compute capability {new[0].capability}); 12.8 and newer have"
        )
        return block("gpu-too-new", message, _build_fix(node, software, "cu128"))
    return None


def _capability(words: str | None) -> tuple[int, ...]:
    return _version_numbers(words or "99")


def _oldest_driver(cuda: str) -> tuple[int, ...]:
    major = int(cuda.partition(".")[0]) if cuda.partition(".")[0].isdigit() else 0
    return OLDEST_DRIVERS.get(major, ())


def _version_numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]{1,9}", version)))
