"""How many GPUs of what kind each node has, against its slots and its peers."""

from __future__ import annotations

from collections import Counter

from checks.areas.gpu import kernel
from checks.areas.gpu.cards import NO_ANSWER
from checks.areas.gpu.containers import CONTAINER_HAS_GPUS, lacks_gpus
from checks.areas.limits.affinity import is_pinned
from checks.check import Tag, cluster_check, node_check
from checks.facts import ClusterView, NodeView
from checks.facts.account import Account
from checks.facts.affinity import Affinity
from checks.facts.container import Container
from checks.facts.gpus import Gpus
from checks.facts.kernel_log import KernelLog
from checks.folded_names import fold_names
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value, nodes_with_value
from checks.units import GIB, format_memory


@node_check("gpu.driver-answers", Gpus, KernelLog, tags=(Tag.AFTER_FAILURE,))
def driver_answers(node: NodeView) -> Verdict:
    """The GPU driver of every node answers.

    After a driver update without a reboot, library and kernel module no longer match and no rank
    finds a GPU. A GPU that fell off the bus makes `nvidia-smi` hang.

    Measured: Whether the driver lists its GPUs within 15 seconds, how many NVIDIA devices are on
    the bus, and what the kernel logged.

    Fix:
        driver-library-mismatch: reboot.
        driver-does-not-answer: shows what the driver reported (Xid).
        no-driver: devices on the bus, but no driver; warns.
    """
    gpus = node.read(Gpus)
    if root := _root_cause_check(gpus):
        return skip(f"see {root}")
    if gpus.broken:
        return _judge_silent_driver(node, gpus)
    if gpus.count:
        driver = gpus.gpus[0].driver or "of unknown version"
        return ok(f"{' and '.join(gpus.vendors)} driver {driver}", gpus=gpus.count)
    if gpus.nvidia_on_bus:
        message = f"{node.name} has {gpus.nvidia_on_bus} NVIDIA devices on its bus, but no driver"
        fix = node.fix("ubuntu-drivers install", "or the distribution's NVIDIA driver", root=True)
        return warn("no-driver", message, fix)
    return skip(f"{node.name} has no GPU")


def _root_cause_check(gpus: Gpus) -> str:
    """The check that names why no driver answers, where one does."""
    if gpus.count:
        return ""
    if gpus.empty:
        return "gpu.driver-libraries-are-whole"
    return "gpu.devices-may-be-opened" if False in gpus.devices.values() else ""


def _judge_silent_driver(node: NodeView, gpus: Gpus) -> Verdict:
    message = f"the NVIDIA driver on {node.name} does not answer: {gpus.error}"
    if "mismatch" in gpus.error:
        note = "the driver was updated under a running kernel module: reboot the node"
        return block("driver-library-mismatch", message, node.fix("reboot", note, root=True))
    if events := list(kernel.xid_events(node.read(KernelLog))) if node.has(KernelLog) else []:
        message += f"; the kernel: {events[0]}"
    note = "shows what the driver reported (Xid); reset the GPU or reboot the node"
    fix = node.fix("dmesg | grep -iE 'nvrm|xid' | tail", note, root=True)
    return block("driver-does-not-answer", message, fix)


@node_check("gpu.slots-have-gpus", Gpus, Account, KernelLog, optional=(Affinity, Container))
def slots_have_gpus(node: NodeView) -> Verdict:
    """No node has more slots than GPUs.

    DeepSpeed starts one rank for each slot and gives it the GPU of that number, without counting
    the GPUs. The rank fails with "invalid device ordinal".

    Measured: `slots=` of the hosts file against the GPUs that answer.

    Fix:
        more-slots-than-gpus: names the line for the hosts file.
        no-gpu: this node has none while others have.
        more-slots-than-cpus: on clusters without GPUs; warns.
    """
    gpus, slots = node.read(Gpus), node.node.slots
    if root := _root_cause_check(gpus):
        return skip(f"see {root}")
    if lacks_gpus(node):
        return skip(f"see {CONTAINER_HAS_GPUS}")
    if gpus.broken:
        return skip(NO_ANSWER)
    if not gpus.count:
        return _judge_node_without_gpus(node, slots)
    if slots is None:
        return ok(f"{gpus.count} GPUs, so {gpus.count} slots")
    if slots <= gpus.count:
        return ok(f"{slots} slots on {gpus.count} GPUs")
    if kernel.has_lost_gpu(node):
        return skip("a GPU fell off the bus; see gpu.kernel-reports-no-gpu-fault")
    message = f"{node.name} has slots={slots} but {gpus.count} GPUs"
    note = (
        f"write `{node.name} slots={gpus.count}` in {node.job.where or 'the hosts file'}, or "
        f"bring the missing ones back: `lspci | grep -i {gpus.vendors[0]}` shows what the bus has"
    )
    return block("more-slots-than-gpus", message, Fix(note=note), uuids=[g.uuid for g in gpus.gpus])


def _judge_node_without_gpus(node: NodeView, slots: int | None) -> Verdict:
    having = [peer.name for peer in node.cluster.nodes_with(Gpus) if peer.read(Gpus).count]
    if having:
        verb = "has" if len(having) == 1 else "have"
        message = f"{node.name} has no GPU, but {fold_names(having)} {verb}"
        note = f"take {node.name} out of {node.job.where or 'the hosts file'}, or give it its GPUs"
        return block("no-gpu", message, node.fix("lspci | grep -iE 'nvidia|amd'", note))
    cpus = node.read(Account).cpus
    if slots is None or slots <= cpus:
        return skip("no node has a GPU: slots are CPU ranks")
    if is_pinned(node):
        return skip("a login gets some CPUs only; see limits.group-allows-a-cpu-for-each-rank")
    message = f"{node.name} has no GPU and slots={slots}, more than its {cpus} CPUs"
    hosts_file = node.job.where or "the hosts file"
    return warn("more-slots-than-cpus", message, Fix(note=f"write slots={cpus} in {hosts_file}"))


@node_check("gpu.models-are-equal", Gpus, severity=Severity.WARN)
def models_are_equal(node: NodeView) -> Verdict:
    """Every node has the same GPUs, and as many.

    All ranks wait for the slowest and must fit the smallest. A node that differs is often the wrong
    machine, or one that lost a card.

    Measured: Name, memory and number, compared with most nodes; of two that differ, with the head.

    Fix:
        models-differ: check that it is the machine that you meant.
    """
    inventories = {
        peer.name: _describe_inventory(peer.read(Gpus))
        for peer in node.cluster.nodes_with(Gpus)
        if peer.read(Gpus).count and not peer.read(Gpus).broken
    }
    gpus, slots = node.read(Gpus), node.node.slots
    if slots is not None and 0 < gpus.count < slots:
        return skip("see gpu.slots-have-gpus")
    if node.name not in inventories:
        return skip(f"{node.name} has no GPU that answers")
    inventory, most = inventories[node.name], majority_value(inventories, node.job.head)
    if inventory == most:
        return ok(inventory)
    example = nodes_with_value(inventories, most)
    message = f"{node.name} has {inventory}, {fold_names(example)} {most}"
    note = f"check that {node.name} is the machine you meant and that none of its cards is missing"
    return warn("models-differ", message, node.fix("", note))


def _describe_inventory(gpus: Gpus) -> str:
    """`8 x NVIDIA H100 80GB HBM3 (80 GiB)`, kinds joined by commas."""
    kinds = Counter((gpu.name, gpu.memory_bytes) for gpu in gpus.gpus)
    parts = [
        f"{n} x {name}{_format_memory(size)}" for (name, size), n in sorted(kinds.items(), key=str)
    ]
    return ", ".join(parts)


def _format_memory(size: int | None) -> str:
    return f" ({format_memory(round(size / GIB) * GIB)})" if size else ""


@cluster_check("gpu.one-vendor", Gpus)
def one_vendor(cluster: ClusterView) -> Verdict:
    """All GPUs of the cluster are of one vendor.

    NCCL communicates only with NCCL and RCCL only with RCCL: one job cannot span both.

    Measured: The vendors over all nodes.

    Fix:
        mixed-vendors: a hosts file and a job for each vendor.
    """
    answered = cluster.nodes_with(Gpus)
    if not answered:
        return _judge_without_answers(cluster)
    vendors: dict[str, list[str]] = {}
    for node in answered:
        for vendor in node.read(Gpus).vendors:
            vendors.setdefault(vendor, []).append(node.name)
    if not vendors:
        return skip("no node has a GPU")
    if len(vendors) == 1:
        return ok(f"all {next(iter(vendors))}")
    listed = "; ".join(f"{vendor} on {fold_names(names)}" for vendor, names in vendors.items())
    hosts_file = cluster.job.where or "the hosts file"
    note = f"leave the nodes of one vendor in {hosts_file} and start one job for each"
    return block("mixed-vendors", f"the cluster mixes vendors: {listed}", Fix(note=note))


def _judge_without_answers(cluster: ClusterView) -> Verdict:
    for node in cluster.reached:
        node.read(Gpus)  # raises, with that node's own reason
    return skip("no node was reached")
