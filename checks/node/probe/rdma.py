"""InfiniBand, RoCE and Omni-Path devices from sysfs, and whether a rank may use them."""

import os
import re

from checks.node.probe.core import section
from checks.node.runtime.files import list_folder, read_file

SYSFS = "/sys/class/infiniband"
VERBS_NODES = "/dev/infiniband"
NO_GID = "0000:0000:0000:0000:0000:0000:0000:0000"
ERRORS = (
    "link_downed", "link_error_recovery", "local_link_integrity_errors", "port_rcv_errors",
    "symbol_error",
)  # fmt: skip
PROTOCOL_ERRORS = ("local_ack_timeout_err", "packet_seq_err")
"""Of mlx5: what was sent and not acknowledged, and what came in another order, lost on the way."""
QUALITY = {
    "trust": re.compile(r"^(dscp|pcp|both)\b"),
    "pfc": re.compile(r"^[01](\s+[01]){7}\b"),
    "traffic-class": re.compile(r"(?<=^Global tclass=)\d+", re.M),
}
EFA_PACKAGES = "/opt/amazon/efa_installed_packages"
LIBRARY = "libibverbs.so.1"
LIBRARY_FOLDERS = (
    "/usr/lib64", "/usr/lib", "/lib64", "/lib", "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu", "/usr/local/lib", "/opt/mellanox/lib64",
)  # fmt: skip


def sorted_entries(path):
    """Names in a folder, sorted as people count (mlx5_2 before mlx5_10); [] without it."""
    return sorted(list_folder(path), key=lambda name: (len(name), name))


def port_gids(path):
    """How many GIDs a port has, index and value of its first RoCE v2 one, {index: type} of all."""
    used, roce, kinds = 0, None, {}
    for index in sorted_entries(path + "/gids"):
        gid = read_file(path + "/gids/" + index, NO_GID)
        if gid == NO_GID:
            continue
        kind = kinds[index] = read_file(path + "/gid_attrs/types/" + index, "")
        if gid.startswith("fe80:0000:0000:0000:0000:0000:0000:0000"):
            continue
        used += 1
        if roce is None and kind == "RoCE v2":
            roce = "%s: %s" % (index, gid)
    return used, roce, kinds


def port_quality(device, number, netdev):
    """{what: its setting} of what keeps RoCE from losing packets, as MLNX_OFED shows it."""
    above = "/sys/class/net/%s/qos/" % netdev
    seen = {
        "trust": read_file(above + "trust", "") if netdev else "",
        "pfc": read_file(above + "pfc", "") if netdev else "",
        "traffic-class": read_file("%s/%s/tc/%s/traffic_class" % (SYSFS, device, number), ""),
    }
    found = {what: QUALITY[what].search(text or "") for what, text in seen.items()}
    return {what: ",".join(match.group().split()) for what, match in found.items() if match}


def describe_port(path, number):
    """One port, each value as the kernel words it, None where there is no such file."""
    used, roce, kinds = port_gids(path)
    netdev = read_file(path + "/gid_attrs/ndevs/0")
    mtu = read_file("/sys/class/net/%s/mtu" % netdev, "") if netdev else ""
    return {
        "number": int(number),
        "state": read_file(path + "/state"),
        "phys_state": read_file(path + "/phys_state"),
        "rate": read_file(path + "/rate"),
        "link_layer": read_file(path + "/link_layer"),
        "gids": used,
        "roce_gid": roce,
        "gid_types": kinds,
        "netdev": netdev,
        "quality": port_quality(path.split("/")[-3], number, netdev),
        "mtu": int(mtu) if mtu.isdigit() else None,
    }


def adapter_driver(path):
    """Name and version of an adapter's driver; the kernel's own have no version, then ''."""
    name = os.path.basename(os.path.realpath(path + "/device/driver"))
    return [name, read_file("/sys/module/%s/version" % name, "")] if name != "driver" else None


def pcie_link(path):
    """Its PCIe link: [speed, most speed, lanes, most lanes] as the kernel words them, or None."""
    names = ("current_link_speed", "max_link_speed", "current_link_width", "max_link_width")
    words = [read_file("%s/device/%s" % (path, name)) for name in names]
    return words if all(words) else None


def is_switch_port(path):
    """Whether it only manages the NVSwitches of an HGX B200 or B300: its product data says so."""
    try:
        with open(path + "/device/vpd", "rb") as file:
            return b"SW_MNG" in file.read(4096)
    except OSError:
        return False


def describe_adapter(path):
    """One adapter with all its ports."""
    numbers = [name for name in sorted_entries(path + "/ports") if name.isdigit()]
    return {
        "name": os.path.basename(path),
        "board_id": read_file(path + "/board_id"),
        "hca_type": read_file(path + "/hca_type"),
        "fw_ver": read_file(path + "/fw_ver"),
        "driver": adapter_driver(path),
        "pcie": pcie_link(path),
        "switch_port": is_switch_port(path),
        "ports": [describe_port("%s/ports/%s" % (path, number), number) for number in numbers],
    }


def efa_software(packages=EFA_PACKAGES, module="/sys/module/efa/version"):
    """{part: version} of what EFA's installer put here, and of the kernel's driver."""
    text = read_file(packages, "") or ""
    found = {
        "installer": re.search(r"^# EFA installer version: ([\d.]+)", text, re.M),
        "libfabric": re.search(r"\blibfabric1?-aws[-_](\d+(?:\.\d+)+)", text),
        "plugin": re.search(
            r"\b(?:lib)?(?:aws-ofi-nccl|nccl-ofi)(?:-ngc)?[-_](\d+(?:\.\d+)+)", text
        ),
    }
    versions = {part: match.group(1) for part, match in found.items() if match}
    driver = re.match(r"\d+(?:\.\d+)+", read_file(module, "") or "")
    return dict(versions, driver=driver.group()) if driver else versions


def verbs_library():
    """Where libibverbs is; None where it is not: NCCL then sees no device."""
    own = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    for folder in [folder for folder in own if folder] + list(LIBRARY_FOLDERS):
        if os.path.exists(os.path.join(folder, LIBRARY)):
            return os.path.join(folder, LIBRARY)
    return None


def verbs_access():
    """{device node: whether this login may open it for reading and writing}."""
    paths = [
        os.path.join(VERBS_NODES, name) for name in sorted_entries(VERBS_NODES) if "uverbs" in name
    ]
    return {path: os.access(path, os.R_OK | os.W_OK) for path in paths}


def error_counters(path):
    """{name: count} of what goes up when a link is bad; {} where the adapter does not count."""
    found = {name: read_file("%s/counters/%s" % (path, name), "") for name in ERRORS}
    for name in PROTOCOL_ERRORS:
        found[name] = read_file("%s/hw_counters/%s" % (path, name), "")
    return {name: int(count) for name, count in found.items() if count.isdigit()}


@section("rdma_counters")
def rdma_counters(args):
    """Error counters of each port, by NCCL's name for it."""
    found = {}
    for name in sorted_entries(SYSFS):
        for number in sorted_entries(os.path.join(SYSFS, name, "ports")):
            path = os.path.join(SYSFS, name, "ports", number)
            found["%s:%s" % (name, number)] = error_counters(path)
    return {"ports": found}


@section("rdma")
def rdma(args):
    """All adapters, and what a rank needs to use them."""
    return {
        "devices": [describe_adapter(os.path.join(SYSFS, name)) for name in sorted_entries(SYSFS)],
        "library": verbs_library(),
        "uverbs": verbs_access(),
        "peermem": os.path.isdir("/sys/module/nvidia_peermem"),
        "efa": efa_software(),
    }
