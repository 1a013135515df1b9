"""What a node shows of its GPUs without asking a driver: bus, device nodes, libraries, modules."""

import glob
import hashlib
import os
import re
import shutil

from checks.node.runtime.files import list_folder, read_file

PCI = "/sys/bus/pci/devices"
NVIDIA, AMD = "0x10de", "0x1002"
DISPLAY_OR_ACCELERATOR = ("0x03", "0x12")  # PCI base classes
BRIDGE = "0x0680"  # an NVSwitch shows as one
PROC = "/proc/driver/nvidia"
LIBRARIES = ("libcuda.so.1", "libnvidia-ml.so.1")
LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib64",
    "/lib", "/usr/local/lib", "/usr/local/nvidia/lib64", "/usr/lib/wsl/lib",
    "/run/opengl-driver/lib",
)  # fmt: skip
LINKER_CACHE = "/etc/ld.so.cache"
CACHE_LIMIT = 8 * 1024 * 1024
OVERRIDE_LINE = re.compile(r"\s*options\s+nvidia\s.*NVreg_GrdmaPciTopoCheckOverride=1")
PEER_MODULES = ("nvidia_peermem", "nv_peer_mem", "efa_nv_peermem")
IMEX_CHANNEL = "/dev/nvidia-caps-imex-channels/channel0"
IMEX_NODES = "/etc/nvidia-imex/nodes_config.cfg"


def count_on_bus(vendor, root=PCI, classes=DISPLAY_OR_ACCELERATOR):
    """How many devices of that vendor and of those classes the PCI bus has."""
    count = 0
    for name in list_folder(root):
        kind = read_file("%s/%s/class" % (root, name), "") or ""
        count += read_file("%s/%s/vendor" % (root, name), "") == vendor and kind.startswith(classes)
    return count


def device_access():
    """{device node of NVIDIA's: whether this login may open it for reading and writing}."""
    paths = [*sorted(glob.glob("/dev/nvidia[0-9]*")), "/dev/nvidiactl", "/dev/nvidia-uvm"]
    return {path: os.access(path, os.R_OK | os.W_OK) for path in paths if os.path.exists(path)}


def cached_library_paths(name):
    """Where the dynamic linker's cache has a library."""
    try:
        with open(LINKER_CACHE, "rb") as file:
            content = file.read(CACHE_LIMIT)
    except OSError:
        return []
    found = re.findall(rb"\0(/[^\0]*/" + re.escape(name.encode("ascii")) + rb")(?=\0)", content)
    return [path.decode("utf-8", "replace") for path in found]


def find_library(name):
    """(path, bytes) of the driver's library that a rank would load; None where there is none."""
    own = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    inside = [os.path.join(folder, name) for folder in own if folder]
    usual = [os.path.join(folder, name) for folder in LIBRARY_FOLDERS]
    for path in inside + cached_library_paths(name) + usual:
        if os.path.exists(path):
            return path, os.path.getsize(path)
    return None


def driver_libraries():
    """{library: {"path", "bytes"}, or None where it is not found}."""
    found = {name: find_library(name) for name in LIBRARIES}
    return {name: entry and {"path": entry[0], "bytes": entry[1]} for name, entry in found.items()}


def nvidia_leaves_traces():
    """Whether a GPU of NVIDIA's may be here; /dev/dxg is Windows' way to show one to Linux."""
    nodes = glob.glob("/dev/nvidia*") + glob.glob("/dev/dxg")
    return bool(nodes or count_on_bus(NVIDIA) or shutil.which("nvidia-smi"))


def by_proc(root=PROC):
    """GPUs as the kernel module lists them, with nothing but their names; None without it."""
    paths = sorted(glob.glob(root + "/gpus/*/information"))
    version = re.search(r"\b\d+\.\d+(?:\.\d+)?\b", read_file(root + "/version", "") or "")
    gpus = []
    for index, path in enumerate(paths):
        lines = (line.partition(":") for line in (read_file(path, "") or "").splitlines())
        said = {key.strip(): value.strip() for key, _, value in lines}
        gpus.append(
            {
                "index": index,
                "name": said.get("Model", ""),
                "uuid": said.get("GPU UUID", ""),
                "bus": said.get("Bus Location", ""),
                "memory_bytes": None,
                "driver": version.group() if version else "",
            }
        )
    return {"gpus": gpus, "error": ""} if gpus else None


def program_runs(name, root="/proc"):
    """Whether a program of that name runs here; None where others' processes are hidden."""
    if read_file(root + "/1/comm") is None:
        return None
    pids = filter(str.isdigit, list_folder(root))
    return any(read_file("%s/%s/comm" % (root, pid), "").startswith(name) for pid in pids)


def fabric_manager_runs(root="/proc"):
    """Whether NVIDIA's fabric manager runs here; None where others' processes are hidden."""
    return program_runs("nv-fabricmanage", root)


def imex_state():
    """Whether this login may open the channel of IMEX, its service runs, and with which nodes."""
    nodes = sorted((read_file(IMEX_NODES, "") or "").split())
    return {
        "channel": os.access(IMEX_CHANNEL, os.R_OK | os.W_OK)
        if os.path.exists(IMEX_CHANNEL)
        else None,
        "running": program_runs("nvidia-imex"),
        "nodes": hashlib.sha256(" ".join(nodes).encode()).hexdigest() if nodes else "",
    }


def gpudirect_support():
    """What the kernel has for GPUDirect: a module for peers, or dma-buf of the open driver."""
    numbers = [int(part) for part in re.findall(r"\d+", os.uname().release)[:2]]
    is_open = "Open Kernel Module" in (read_file(PROC + "/version", "") or "")
    return {
        "peermem": any(os.path.isdir("/sys/module/" + name) for name in PEER_MODULES),
        "dmabuf": is_open and numbers >= [5, 12],
        "topology_override": topology_override(),
        "override_set_in": override_lines(),
    }


def topology_override(params=PROC + "/params"):
    """Whether the driver leaves out its check of the way to adapters; None where it cannot."""
    found = re.search(r"^GrdmaPciTopoCheckOverride: (\d+)$", read_file(params, "") or "", re.M)
    return bool(int(found.group(1))) if found else None


def override_lines(folder="/etc/modprobe.d"):
    """The `path:line` of each line that asks the driver for that."""
    return [
        "%s/%s:%d" % (folder, name, number)
        for name in sorted(list_folder(folder))
        for number, line in enumerate((read_file(folder + "/" + name, "") or "").splitlines(), 1)
        if OVERRIDE_LINE.match(line)
    ]
