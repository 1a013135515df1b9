"""AMD's GPUs as the kernel lists them; what slows them down is known to amd-smi alone.

Names are those of the chips (gfx942), which every node has, with AMD's tools or without.
"""

import json
import re
import shutil

from checks.node.probe.core import Undetermined, run_command
from checks.node.probe.gpu_traces import PCI
from checks.node.runtime.files import list_folder, read_file

COMMANDS = ("amd-smi metric --ecc --throttle --json",)

KFD = "/sys/class/kfd/kfd/topology/nodes"
LIMIT_S = 8.0
STATUS = "_violation_status"
HARDWARE = {
    "prochot": "hw-thermal",
    "socket_thermal": "hw-thermal",
    "vr_thermal": "hw-thermal",
    "hbm_thermal": "hw-thermal",
}


def read_properties(path):
    """`name value` lines of the kernel's as a dict."""
    pairs = (line.split(None, 1) for line in (read_file(path, "") or "").splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def by_kfd(root=KFD, pci=PCI):
    """AMD GPUs as the kernel's compute driver lists them; CPUs in that list have no SIMD units."""
    gpus = []
    for node in sorted(list_folder(root), key=int):
        facts = read_properties("%s/%s/properties" % (root, node))
        if int(facts.get("simd_count", "0")) > 0:
            gpus.append(describe_gpu(root, node, len(gpus), facts, pci))
    return gpus


def describe_gpu(root, node, index, facts, pci):
    """One device; its name is that of the chip's instruction set, such as gfx90402."""
    banks = "%s/%s/mem_banks" % (root, node)
    names = list_folder(banks)
    sizes = [
        read_properties("%s/%s/properties" % (banks, name)).get("size_in_bytes") for name in names
    ]
    bus = pci_address(facts)
    used = read_file("%s/%s/mem_info_vram_used" % (pci, bus), "") or ""
    return {
        "index": index,
        "name": read_file("%s/%s/name" % (root, node))
        or "gfx%s" % facts.get("gfx_target_version", ""),
        "uuid": facts.get("unique_id", ""),
        "bus": bus,
        "memory_bytes": sum(int(size) for size in sizes if size) or None,
        "memory_used_bytes": int(used) if used.isdigit() else None,
        "ecc_uncorrected": uncorrected_errors("%s/%s/ras" % (pci, bus)),
        "driver": read_file("/sys/module/amdgpu/version", "") or "",
    }


def pci_address(facts):
    """The PCI address of a device of KFD's, as sysfs writes it."""
    place, domain = int(facts.get("location_id", "0")), int(facts.get("domain", "0"))
    return "%04x:%02x:%02x.%x" % (domain, place >> 8 & 0xFF, place >> 3 & 0x1F, place & 7)


def uncorrected_errors(folder):
    """Uncorrectable errors since the driver was loaded, over all blocks; None where not counted."""
    names = list_folder(folder)
    files = [
        read_file("%s/%s" % (folder, name), "") for name in names if name.endswith("_err_count")
    ]
    lines = [re.search(r"^ue: *(\d+)", text, re.MULTILINE) for text in files]
    counts = [int(line.group(1)) for line in lines if line]
    return sum(counts) if counts else None


def parse_amd_smi(text):
    """[{"ecc_uncorrected", "slowdowns"}] by device of `amd-smi metric --json`, ROCm 6's and 7's."""
    said = json.loads(text)
    devices = said.get("gpu_data", []) if isinstance(said, dict) else said
    return [
        {
            "ecc_uncorrected": total_uncorrected(device.get("ecc")),
            "slowdowns": active_slowdowns(device.get("throttle")),
        }
        for device in devices
    ]


def total_uncorrected(counters):
    """The total of uncorrectable errors; None for N/A."""
    value = counters.get("total_uncorrectable_count") if isinstance(counters, dict) else None
    return value if isinstance(value, int) else None


def active_slowdowns(status):
    """What slows a device down now; None where it does not say."""
    if not isinstance(status, dict):
        return None
    states = {key[: -len(STATUS)]: value for key, value in status.items() if key.endswith(STATUS)}
    states = {k: value for k, value in states.items() if isinstance(value, str) and value != "N/A"}
    active = {HARDWARE[key] for key in states if key in HARDWARE and states[key] == "ACTIVE"}
    return sorted(active) if states else None


def by_amd_smi():
    """What the command adds, by device; [] where it is not there or says nothing that is known."""
    if shutil.which("amd-smi") is None:
        return []
    try:
        ran = run_command(["amd-smi", "metric", "--ecc", "--throttle", "--json"], LIMIT_S)
        return parse_amd_smi(ran.out)
    except (Undetermined, ValueError, AttributeError):
        return []


def amd_gpus():
    """AMD's GPUs with all that is known of them."""
    gpus = by_kfd()
    more = by_amd_smi() if gpus else []
    if len(more) == len(gpus):
        for gpu, details in zip(gpus, more):
            gpu.update({key: value for key, value in details.items() if value is not None})
    return gpus
