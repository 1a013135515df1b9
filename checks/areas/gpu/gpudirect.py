"""The way from a GPU's memory to a network adapter without the detour over the host's."""

from __future__ import annotations

from checks.areas.gpu.cards import with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.facts.rdma import Rdma
from checks.folded_names import fold_names
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value, nodes_with_value


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


@node_check("gpu.adapter-topology-is-accepted", Gpus, Rdma, severity=Severity.WARN)
@with_gpus
def adapter_topology_is_accepted(node: NodeView, gpus: Gpus) -> Verdict:
    """What a node was set to so that its driver lets adapters reach its GPUs is in force.

    On GB200 and GB300 with adapters on PCIe (EFA, ConnectX) drivers up to R580 refuse GPUDirect
    unless `NVreg_GrdmaPciTopoCheckOverride=1` is set. R595 has no such parameter; it asks that the
    adapter is in an IOMMU group, or below the GPU's root port. NCCL then uses sockets silently.

    Measured: `GrdmaPciTopoCheckOverride` in `/proc/driver/nvidia/params`, and the lines of
    `/etc/modprobe.d` that set it, compared with most nodes. Source: NVIDIA's release notes of
    595.91.07, and github.com/NVIDIA/aicr/issues/2459, which has such a node's parameters. No such
    machine was at hand.

    Fix:
        override-removed: the driver does not know it any more.
        override-not-loaded: the line is there, and the driver runs without it. Loads it again.
        override-differs: most nodes have it.
    """
    if not gpus.has_nvidia or not node.read(Rdma).active:
        return skip("no NVIDIA GPU with an active RDMA adapter")
    lines = ", ".join(gpus.override_set_in)
    driver = gpus.gpus[0].driver
    if gpus.override_set_in and gpus.topology_override is None:
        message = (
            f"{lines} of {node.name} sets NVreg_GrdmaPciTopoCheckOverride, which driver {driver} "
            "does not have: GPUDirect takes an adapter in an IOMMU group, or below the GPU's port"
        )
        note = "turn the IOMMU on (its groups), or keep the driver of R580; then drop that line"
        return warn("override-removed", message, node.fix("ls /sys/kernel/iommu_groups", note))
    if gpus.override_set_in and not gpus.topology_override:
        message = f"{lines} of {node.name} asks for what driver {driver} was not loaded with"
        note = "load the driver again, or reboot; an initramfs may hold older options"
        return warn("override-not-loaded", message, node.fix("", note))
    return _override_difference(node, gpus) or ok(f"as on {node.most_nodes} (driver {driver})")


def _override_difference(node: NodeView, gpus: Gpus) -> Verdict | None:
    facts = node.cluster.facts_by_node(Gpus)
    settings = {name: peer.topology_override for name, peer in facts.items() if peer.count}
    most = majority_value(settings, node.job.head)
    if gpus.topology_override is not False or not most:
        return None
    having = fold_names(nodes_with_value(settings, most))
    message = f"the driver of {node.name} checks the way to adapters; that of {having} does not"
    command = (
        "echo 'options nvidia NVreg_GrdmaPciTopoCheckOverride=1' "
        ">> /etc/modprobe.d/nvidia-gpudirect.conf"
    )
    note = "then load the driver again, or reboot"
    return warn("override-differs", message, node.fix(command, note, root=True))
