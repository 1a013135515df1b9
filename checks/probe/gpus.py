"""GPUs of the node: by NVML, else nvidia-smi, else the kernel's list of AMD devices."""

import glob
import json
import os
import shutil

from checks.probe.core import Undetermined, read, run, section

COMMANDS = (
    "PYTHON - (asks NVML through pynvml)",
    "nvidia-smi --query-gpu=… --format=csv,noheader,nounits",
)

PCI = "/sys/bus/pci/devices"
KFD = "/sys/class/kfd/kfd/topology/nodes"
NVIDIA, AMD = "0x10de", "0x1002"
DISPLAY_OR_ACCELERATOR = ("0x03", "0x12")  # PCI base classes
QUERY = "index,name,uuid,memory.total,driver_version"
MIB = 1024 * 1024
MARK = "PREFLIGHT-GPUS "
# Run by the training interpreter, which has pynvml where the probe's own may not
ASK = """
import json, sys
sys.path[:] = [path for path in sys.path if path]
import pynvml
def text(value):
    return value.decode() if isinstance(value, bytes) else value
found = {"gpus": [], "error": ""}
try:
    pynvml.nvmlInit()
    driver = text(pynvml.nvmlSystemGetDriverVersion())
    for index in range(pynvml.nvmlDeviceGetCount()):
        one = pynvml.nvmlDeviceGetHandleByIndex(index)
        found["gpus"].append({
            "index": index, "name": text(pynvml.nvmlDeviceGetName(one)),
            "uuid": text(pynvml.nvmlDeviceGetUUID(one)), "driver": driver,
            "memory_bytes": int(pynvml.nvmlDeviceGetMemoryInfo(one).total)})
except pynvml.NVMLError as error:
    found["error"] = str(error)
print(%r + json.dumps(found))
"""


def by_nvml(python):
    """{"gpus", "error"} as NVML says; None where pynvml or the library is not there."""
    path = shutil.which(python) if python else None
    if path is None:
        return None
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONWARNINGS="ignore")
    try:
        ran = run([path, "-"], 8.0, env, (ASK % MARK).encode("utf-8"))
    except Undetermined:
        return None
    if ran.timed_out:
        return {"gpus": [], "error": "NVML gives no answer within 8 s"}
    lines = [line for line in ran.out.splitlines() if line.startswith(MARK)]
    found = json.loads(lines[-1][len(MARK) :]) if lines else {"error": "Library Not Found"}
    return None if "Library Not Found" in found["error"] else found


def parse_nvidia_smi(out):
    """GPUs of `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`; [N/A] memory is None."""
    gpus = []
    for line in out.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if len(fields) != 5 or not fields[0].isdigit():
            continue
        size = int(fields[3]) * MIB if fields[3].isdigit() else None
        named = {"index": int(fields[0]), "name": fields[1], "uuid": fields[2]}
        gpus.append(dict(named, memory_bytes=size, driver=fields[4]))
    return gpus


def by_nvidia_smi():
    """The same by the command; None where it is not installed."""
    if shutil.which("nvidia-smi") is None:
        return None
    ran = run(["nvidia-smi", "--query-gpu=" + QUERY, "--format=csv,noheader,nounits"], 8.0)
    if ran.timed_out:
        return {"gpus": [], "error": "nvidia-smi gives no answer within 8 s"}
    if ran.code != 0:
        said = (ran.out.strip() or ran.err.strip() or "exit %d" % ran.code).splitlines()
        return {"gpus": [], "error": " ".join(said)[:500]}
    return {"gpus": parse_nvidia_smi(ran.out), "error": ""}


def properties(path):
    """`name value` lines of the kernel's as a dict."""
    pairs = (line.split(None, 1) for line in (read(path, "") or "").splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def by_kfd(root=KFD):
    """AMD GPUs as the kernel's compute driver lists them; CPUs in that list have no SIMD units."""
    gpus = []
    for node in sorted(os.listdir(root), key=int) if os.path.isdir(root) else []:
        facts = properties("%s/%s/properties" % (root, node))
        if int(facts.get("simd_count", "0")) > 0:
            gpus.append(amd(root, node, len(gpus), facts))
    return gpus


def amd(root, node, index, facts):
    """One device; its name is that of the chip's instruction set, such as gfx90402."""
    banks = "%s/%s/mem_banks" % (root, node)
    names = os.listdir(banks) if os.path.isdir(banks) else []
    sizes = [properties("%s/%s/properties" % (banks, name)).get("size_in_bytes") for name in names]
    return {
        "index": index,
        "name": read("%s/%s/name" % (root, node)) or "gfx%s" % facts.get("gfx_target_version", ""),
        "uuid": facts.get("unique_id", ""),
        "memory_bytes": sum(int(size) for size in sizes if size) or None,
        "driver": read("/sys/module/amdgpu/version", "") or "",
    }


def on_the_bus(vendor, root=PCI):
    """How many display or compute devices of that vendor the PCI bus has."""
    count = 0
    for name in os.listdir(root) if os.path.isdir(root) else []:
        kind = read("%s/%s/class" % (root, name), "") or ""
        ours = read("%s/%s/vendor" % (root, name), "") == vendor
        count += ours and kind.startswith(DISPLAY_OR_ACCELERATOR)
    return count


def nvidia_leaves_traces():
    """Whether a GPU of NVIDIA's may be here; /dev/dxg is Windows' way to show one to Linux."""
    devices = glob.glob("/dev/nvidia*") + glob.glob("/dev/dxg")
    return bool(devices or on_the_bus(NVIDIA) or shutil.which("nvidia-smi"))


def nvidias(python):
    """What the drivers say of NVIDIA's GPUs; nobody is asked where there is no trace of one."""
    nothing = {"gpus": [], "error": ""}
    if not nvidia_leaves_traces():
        return nothing
    return by_nvml(python) or by_nvidia_smi() or nothing


@section("gpus")
def gpus(args):
    """Every GPU that a driver names, and what the bus has beside that."""
    nvidia = nvidias(args.get("python"))
    amds = by_kfd()
    vendors = ["NVIDIA"] * bool(nvidia["gpus"]) + ["AMD"] * bool(amds)
    return {
        "vendors": vendors,
        "gpus": nvidia["gpus"] or amds,
        "error": nvidia["error"],
        "nvidia_on_bus": on_the_bus(NVIDIA),
        "amd_on_bus": on_the_bus(AMD),
    }
