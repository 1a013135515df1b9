"""The driver's files on a node: its version, its libraries and its device nodes."""

from __future__ import annotations

import shlex

from checks.areas.gpu.cards import with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.gpus import Gpus
from checks.folded_names import fold_names
from checks.model import Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value, nodes_with_value

CUDA_LIBRARY = "libcuda.so.1"


@node_check("gpu.drivers-are-equal", Gpus, severity=Severity.WARN)
@with_gpus
def drivers_are_equal(node: NodeView, gpus: Gpus) -> Verdict:
    """Every node has the same version of the GPU driver.

    A node that was updated separately supports another CUDA, and fails or is slower on its own.

    Measured: The version, compared with most nodes; of two that differ, with the head.

    Fix:
        driver-differs: install the others' version, and reboot.
    """
    answers = node.cluster.facts_by_node(Gpus)
    vendors = {name: answer for name, answer in answers.items() if answer.vendors == gpus.vendors}
    versions = {name: answer.gpus[0].driver for name, answer in vendors.items() if answer.count}
    versions = {name: version for name, version in versions.items() if version}
    if node.name not in versions:
        return skip("the driver does not report its version")
    version, most = versions[node.name], majority_value(versions, node.job.head)
    if version == most:
        return ok(version)
    example = fold_names(nodes_with_value(versions, most))
    message = f"{node.name} has GPU driver {version}, {example} {most}"
    note = f"install driver {most} as on {example}, and reboot"
    return warn("driver-differs", message, node.fix("", note))


@node_check("gpu.driver-libraries-are-whole", Gpus)
def driver_libraries_are_whole(node: NodeView) -> Verdict:
    """The driver's libraries are there, and are not empty.

    In a container that was started without them, or after a failed mount, the file is missing or
    has 0 bytes; torch then reports that there is no CUDA at all.

    Measured: Path and size of `libcuda.so.1` and `libnvidia-ml.so.1` where the dynamic linker
    looks: `LD_LIBRARY_PATH`, its cache, its folders.

    Fix:
        library-empty: reinstall the driver's packages, or look at the container's mounts.
        library-missing: install the compute libraries; in a container, `NVIDIA_DRIVER_CAPABILITIES`
            must have `compute`.
    """
    gpus = node.read(Gpus)
    if not gpus.libraries:
        return skip(f"{node.name} shows no NVIDIA GPU")
    if gpus.empty:
        paths = [library.path for library in gpus.empty]
        message = f"{', '.join(paths)} on {node.name} has 0 bytes; expected the driver's library"
        note = "reinstall the driver's packages; in a container, look at its runtime and mounts"
        return block("library-empty", message, node.fix(f"ls -lL {shlex.join(paths)}", note))
    if (
        gpus.has_nvidia
        and gpus.libraries.get(CUDA_LIBRARY) is None
        and CUDA_LIBRARY in gpus.libraries
    ):
        message = (
            f"{CUDA_LIBRARY} is missing on {node.name}, which has GPUs; expected it beside NVML"
        )
        note = (
            "install the driver's compute libraries (libnvidia-compute, nvidia-driver-cuda-libs); "
            "in a container, NVIDIA_DRIVER_CAPABILITIES must have compute"
        )
        return block("library-missing", message, node.fix("ldconfig -p | grep libcuda", note))
    return ok(", ".join(name for name, library in gpus.libraries.items() if library))


@node_check("gpu.devices-may-be-opened", Gpus, Account)
def devices_may_be_opened(node: NodeView) -> Verdict:
    """The login may open every device node of the GPUs.

    Ranks run as that login. Without permission they find no CUDA, though root sees every GPU.

    Measured: `access(2)` on `/dev/nvidia0` and its like, by the ssh user. A cgroup that denies
    devices is not detected.

    Fix:
        device-denied: opens them until the next boot; adding the login to their group is permanent.
    """
    gpus = node.read(Gpus)
    if not gpus.devices:
        return skip(f"{node.name} has no device node of NVIDIA's")
    closed = [path for path, may in gpus.devices.items() if not may]
    if not closed:
        return ok(f"{len(gpus.devices)} device nodes")
    user = node.read(Account).user
    message = (
        f"{user} on {node.name} may not open {', '.join(closed)}; expected read and write access"
    )
    note = f"until the next boot; where a group owns them, add {user} to it instead"
    return block(
        "device-denied", message, node.fix(f"chmod 666 {' '.join(closed)}", note, root=True)
    )
