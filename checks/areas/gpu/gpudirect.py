"""The way from a GPU's memory to a network adapter without the detour over the host's."""

from __future__ import annotations

from checks.areas.gpu.cards import with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.rdma import Rdma
from checks.model import Severity, Verdict, ok, skip, warn


@node_check("gpu.gpus-reach-adapters", Gpus, Rdma, severity=Severity.WARN)
@with_gpus
def gpus_reach_adapters(node: NodeView, gpus: Gpus) -> Verdict:
    """Where RDMA adapters are in use, GPUs can send over them directly (GPUDirect RDMA).

    Without it NCCL copies everything through the host's memory, and says so only in its debug
    output.

    Measured: With an active mlx5 port: the module `nvidia_peermem` or `nv_peer_mem`, or the open
    kernel module of the driver on Linux 5.12 or later, which has dma-buf.

    Fix:
        no-gpudirect: loads the module until the next boot.
    """
    rdma = node.read(Rdma)
    if not gpus.has_nvidia:
        return skip("no NVIDIA GPU; amdgpu needs no module for it")
    if all("GeForce" in card.name for card in gpus.gpus):
        return skip("GeForce cards do not support it")
    if not any(name.startswith("mlx") for name in rdma.active):
        return skip("no adapter of NVIDIA's (mlx5) is active")
    if gpus.peermem or rdma.peermem:
        return ok("by nvidia_peermem")
    if gpus.dmabuf:
        return ok("by dma-buf")
    message = f"{node.name} has active RDMA adapters, but neither nvidia_peermem nor dma-buf"
    fix = node.fix(
        "modprobe nvidia-peermem", "until the next boot; /etc/modules keeps it", root=True
    )
    return warn("no-gpudirect", message, fix)
