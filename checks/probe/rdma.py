"""InfiniBand, RoCE and Omni-Path devices from sysfs, and whether a rank may use them."""

import os

from checks.probe.core import read, section

SYSFS = "/sys/class/infiniband"
VERBS_NODES = "/dev/infiniband"
NO_GID = "0000:0000:0000:0000:0000:0000:0000:0000"
LIBRARY = "libibverbs.so.1"
LIBRARY_FOLDERS = (
    "/usr/lib64", "/usr/lib", "/lib64", "/lib", "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu", "/usr/local/lib", "/opt/mellanox/lib64",
)  # fmt: skip


def entries(path):
    """Names in a folder, sorted as people count (mlx5_2 before mlx5_10); [] without it."""
    try:
        found = os.listdir(path)
    except OSError:
        return []
    return sorted(found, key=lambda name: (len(name), name))


def gids(path):
    """How many GIDs a port has, and index and value of its first RoCE v2 one."""
    used, roce = 0, None
    for index in entries(path + "/gids"):
        gid = read(path + "/gids/" + index, NO_GID)
        if gid == NO_GID or gid.startswith("fe80:0000:0000:0000:0000:0000:0000:0000"):
            continue
        used += 1
        kind = read(path + "/gid_attrs/types/" + index, "")
        if roce is None and kind == "RoCE v2":
            roce = "%s: %s" % (index, gid)
    return used, roce


def port(path, number):
    """One port, each value as the kernel words it, None where there is no such file."""
    used, roce = gids(path)
    return {
        "number": int(number),
        "state": read(path + "/state"),
        "phys_state": read(path + "/phys_state"),
        "rate": read(path + "/rate"),
        "link_layer": read(path + "/link_layer"),
        "gids": used,
        "roce_gid": roce,
        "netdev": read(path + "/gid_attrs/ndevs/0"),
    }


def device(path):
    """One adapter with all its ports."""
    numbers = [name for name in entries(path + "/ports") if name.isdigit()]
    return {
        "name": os.path.basename(path),
        "board_id": read(path + "/board_id"),
        "hca_type": read(path + "/hca_type"),
        "fw_ver": read(path + "/fw_ver"),
        "ports": [port("%s/ports/%s" % (path, number), number) for number in numbers],
    }


def library():
    """Where libibverbs is; None where it is not: NCCL then sees no device."""
    own = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    for folder in [folder for folder in own if folder] + list(LIBRARY_FOLDERS):
        if os.path.exists(os.path.join(folder, LIBRARY)):
            return os.path.join(folder, LIBRARY)
    return None


def uverbs():
    """{device node: whether this login may open it for reading and writing}."""
    paths = [os.path.join(VERBS_NODES, name) for name in entries(VERBS_NODES) if "uverbs" in name]
    return {path: os.access(path, os.R_OK | os.W_OK) for path in paths}


@section("rdma")
def rdma(args):
    """All adapters, and what a rank needs to use them."""
    return {
        "devices": [device(os.path.join(SYSFS, name)) for name in entries(SYSFS)],
        "library": library(),
        "uverbs": uverbs(),
        "peermem": os.path.isdir("/sys/module/nvidia_peermem"),
    }
