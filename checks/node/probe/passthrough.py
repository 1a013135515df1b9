"""How the IOMMU and the PCIe switches treat traffic between GPUs and adapters.

ACS is a PCI Express extended capability (id 0x000d): its control word redirects requests (bit 2)
and completions (bit 3) of a switch's port to the root. Only root may read it.
"""

import os
import re
import struct

from checks.node.probe.core import section
from checks.node.runtime.files import list_folder, read_file

COMMANDS = ("reads the configuration space of PCIe switches above GPUs and RDMA adapters",)

DEVICES = "/sys/bus/pci/devices"
ADDRESS = re.compile(r"[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$")
GPU_CLASSES = ("0x0300", "0x0302", "0x0380", "0x1200")
GPU_VENDORS = ("0x10de", "0x1002")
ACS, REDIRECTS = 0x000D, 0b1100
EXTENDED_START, CONFIG_SPACE_BYTES = 0x100, 4096


def device_kind(folder):
    """`gpu`, `adapter`, or '' for what training does not use."""
    if os.path.isdir(folder + "/infiniband"):
        return "adapter"
    gpu = (read_file(folder + "/class") or "")[:6] in GPU_CLASSES
    return "gpu" if gpu and read_file(folder + "/vendor") in GPU_VENDORS else ""


def iommu_domain(folder):
    """How the IOMMU treats a device: `identity`, `DMA`, `DMA-FQ`; '' where none is on.

    None where the kernel, older than 5.11, does not say.
    """
    if not os.path.exists(folder + "/iommu_group"):
        return ""
    return read_file(folder + "/iommu_group/type")


def switch_ports(folder):
    """Folders of the switch ports above a device; the root port is none."""
    path = os.path.realpath(folder).split("/")
    places = [at for at, name in enumerate(path) if ADDRESS.match(name)]
    return ["/".join(path[: at + 1]) for at in places[1:-1]]


def redirects_to_root(folder):
    """Whether that port sends traffic between its neighbours to the root; None: not to be seen."""
    try:
        with open(folder + "/config", "rb") as file:
            space = file.read(CONFIG_SPACE_BYTES)
    except OSError:
        return None
    if len(space) <= EXTENDED_START:
        return None
    at = EXTENDED_START
    while at and at + 8 <= len(space):
        (head,) = struct.unpack_from("<I", space, at)
        if head & 0xFFFF == ACS:
            return bool(struct.unpack_from("<H", space, at + 6)[0] & REDIRECTS)
        at = head >> 20 if head >> 20 > at else 0
    return False


@section("passthrough")
def passthrough(args):
    """Each GPU and adapter with its IOMMU domain, and what the switch ports above them do."""
    folders = ["%s/%s" % (DEVICES, name) for name in sorted(list_folder(DEVICES))]
    devices = [(folder, device_kind(folder)) for folder in folders]
    used = [(folder, what) for folder, what in devices if what]
    ports = sorted({port for folder, _ in used for port in switch_ports(folder)})
    return {
        "devices": [
            {"address": os.path.basename(folder), "kind": what, "domain": iommu_domain(folder)}
            for folder, what in used
        ],
        "ports": {os.path.basename(port): redirects_to_root(port) for port in ports},
        "options": [word for word in (read_file("/proc/cmdline") or "").split() if "iommu" in word],
    }
