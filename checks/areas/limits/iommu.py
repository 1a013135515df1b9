"""Whether GPUs and adapters may reach each other without a way round through the processor.

Machines alone: what a virtual machine sees of both is its host's choice, and sound as it is.
"""

from __future__ import annotations

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.machine import Machine
from checks.facts.passthrough import Passthrough
from checks.model import Severity, Verdict, ok, skip, warn

TRANSLATED_DOMAINS = ("DMA", "DMA-FQ")
PASSTHROUGH_OPTIONS = (
    "iommu=pt",
    "iommu.passthrough=1",
    "intel_iommu=off",
    "amd_iommu=off",
    "iommu=off",
)
IOMMU_ON_OPTIONS = ("intel_iommu=on", "iommu=force")
X86_ARCHITECTURES = ("x86_64", "amd64")


@node_check("limits.iommu-passes-through", Machine, Passthrough, severity=Severity.WARN)
def iommu_passes_through(node: NodeView) -> Verdict:
    """The IOMMU lets GPUs and adapters through untranslated.

    With translation, each access between two devices goes through the root complex: GPUDirect is
    slow, or hangs at the first collective. NCCL's and AMD's documents ask for `iommu=pt`.

    Measured: The domain that the kernel gave each GPU and RDMA adapter, from sysfs; before Linux
    5.11 the kernel's command line. x86 machines with an adapter or two GPUs; a virtual machine is
    skipped, its host chooses.

    Fix:
        iommu-translates: `iommu=pt` on the kernel's command line, and a reboot.
    """
    if why := _skip_reason(node):
        return skip(why)
    passthrough, machine = node.read(Passthrough), node.read(Machine)
    if machine.architecture not in X86_ARCHITECTURES:
        return skip(f"is not known to matter on {machine.architecture}")
    translated = [
        device.address for device in passthrough.devices if device.domain in TRANSLATED_DOMAINS
    ]
    silent = [device.address for device in passthrough.devices if device.domain is None]
    if (
        silent
        and set(passthrough.options) & set(IOMMU_ON_OPTIONS)
        and not set(passthrough.options) & set(PASSTHROUGH_OPTIONS)
    ):
        translated += silent
    if not translated:
        return ok(f"no IOMMU translates for the GPUs and adapters of {node.name}")
    message = (
        f"the IOMMU of {node.name} translates for {len(translated)} of {len(passthrough.devices)} "
        f"GPUs and adapters, such as {translated[0]}; expected iommu=pt"
    )
    note = "add iommu=pt to GRUB_CMDLINE_LINUX in /etc/default/grub, run update-grub (on RHEL: "
    note += "grubby --update-kernel=ALL --args=iommu=pt), and reboot"
    return warn("iommu-translates", message, node.fix("", note), devices=translated)


@node_check("limits.acs-is-off", Machine, Passthrough, severity=Severity.WARN)
def acs_is_off(node: NodeView) -> Verdict:
    """No PCIe switch above GPUs and adapters sends their traffic to each other to the root.

    With Access Control Services on, devices of one switch meet at the processor: half the
    bandwidth, or hangs.

    Measured: The control word of ACS of the switch ports above GPUs and adapters. Only root may
    read it; other logins and virtual machines are skipped.

    Fix:
        acs-on: clears it with `setpci`, until the next boot; the firmware's setup makes it
            permanent.
    """
    if why := _skip_reason(node):
        return skip(why)
    ports = node.read(Passthrough).ports
    if not ports:
        return ok(f"the GPUs and adapters of {node.name} are below no PCIe switch")
    if all(redirects is None for redirects in ports.values()):
        return skip(f"only root may read the settings of PCIe switches of {node.name}")
    on = [address for address, redirects in ports.items() if redirects]
    if not on:
        return ok(f"no PCIe switch of {node.name} redirects")
    message = (
        f"{len(on)} PCIe switch ports of {node.name} redirect traffic between devices to the root, "
        f"such as {on[0]}; expected ACS off"
    )
    command = f"for p in {' '.join(on)}; do setpci -s $p ECAP_ACS+0x6.w=0000; done"
    note = "until the next boot; to keep it, turn ACS off in the firmware's setup"
    return warn("acs-on", message, node.fix(command, note, root=True), ports=on)


def _skip_reason(node: NodeView) -> str:
    """Why neither matters on this node; '' where both do."""
    machine, passthrough = node.read(Machine), node.read(Passthrough)
    if machine.virtual is not False:
        known = "is a virtual machine" if machine.virtual else "does not say whether it is virtual"
        return f"{node.name} {known}"
    kinds = [device.kind for device in passthrough.devices]
    alone = len(kinds) < 2 and "adapter" not in kinds
    return f"{node.name} has no two devices that meet" if alone else ""
