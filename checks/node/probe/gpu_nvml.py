"""NVIDIA's GPUs by NVML, in one child: the training interpreter has pynvml where ours may not."""

import json
import os
import shutil

from checks.node.probe.core import Undetermined, run_command

COMMANDS = ("PYTHON - (asks NVML through pynvml)",)

MARK = "PREFLIGHT-GPUS "
LIMIT_S = 15.0
"""Without persistence the driver starts each GPU again, which takes it seconds."""
# Field 230 is NVML_FI_DEV_GET_GPU_RECOVERY_ACTION, which older pynvml have no name for.
# Fabric is nvmlGpuFabricInfo_t as nvml.h has it: releases of pynvml differ in its fields and sizes.
# A value that a GPU or an older library does not say is None; a lost GPU is an error of its own
NVML_PROGRAM = """
MARK = "PREFLIGHT-GPUS "
import ctypes, json, sys, time
sys.path[:] = [path for path in sys.path if path]
import pynvml as n
def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
def query(name, *args):
    try:
        return getattr(n, name)(*args)
    except (n.NVMLError, AttributeError, TypeError):
        return None
def flag(value):
    return None if value is None else bool(value)
def first(*values):
    return next((value for value in values if value is not None), None)
def processes(handle):
    kinds = [(kind, query("nvmlDeviceGet%sRunningProcesses" % kind, handle))
             for kind in ("Compute", "Graphics")]
    if all(found is None for _, found in kinds):
        return None
    return [{"pid": int(p.pid), "kind": kind.lower(), "memory_bytes": p.usedGpuMemory}
            for kind, found in kinds for p in found or ()]
def links(handle):
    states = []
    for link in range(getattr(n, "NVML_NVLINK_MAX_LINKS", 18)):
        state = query("nvmlDeviceGetNvLinkState", handle, link)
        if state is None and not states:
            return None
        if state is not None:
            states.append(bool(state))
    return states
class Fabric(ctypes.Structure):
    _fields_ = [("cluster", ctypes.c_ubyte * 16), ("status", ctypes.c_uint),
                ("clique", ctypes.c_uint), ("state", ctypes.c_ubyte)]
def fabric(handle):
    info = Fabric()
    try:
        n.nvmlDeviceGetGpuFabricInfo(handle, ctypes.byref(info))
    except (n.NVMLError, AttributeError, TypeError):
        return {"fabric": None}
    state = [None, "not started", "in progress", "completed"][info.state % 4]
    failed = state == "completed" and info.status
    found = {"fabric": "failed (%d)" % info.status if failed else state}
    domain = bytes(info.cluster)
    if any(domain):
        found.update(nvlink_domain=domain.hex(), nvlink_clique=info.clique)
    return found
def recovery(handle):
    values = query("nvmlDeviceGetFieldValues", handle, [230])
    return int(values[0].value.uiVal) if values and values[0].nvmlReturn == 0 else None
def slowdowns(handle):
    mask = first(query("nvmlDeviceGetCurrentClocksEventReasons", handle),
                 query("nvmlDeviceGetCurrentClocksThrottleReasons", handle))
    return None if mask is None else [name for bit, name in (
        (0x40, "hw-thermal"), (0x80, "hw-power-brake"), (0x20, "sw-thermal"), (0x8, "hw-slowdown"),
        ) if mask & bit]
def gpu(index, handle, driver):
    memory = query("nvmlDeviceGetMemoryInfo", handle)
    memory = first(query("nvmlDeviceGetMemoryInfo", handle, getattr(n, "nvmlMemory_v2", 0)), memory)
    pci = query("nvmlDeviceGetPciInfo", handle)
    rows = query("nvmlDeviceGetRemappedRows", handle) or [None] * 4
    mig = query("nvmlDeviceGetMigMode", handle)
    mode = query("nvmlDeviceGetComputeMode", handle)
    capability = query("nvmlDeviceGetCudaComputeCapability", handle)
    return {
        "index": index, "name": text(n.nvmlDeviceGetName(handle)), "driver": driver,
        "uuid": text(n.nvmlDeviceGetUUID(handle)), "bus": text(pci.busId) if pci else "",
        "memory_bytes": int(memory.total) if memory else None,
        "memory_used_bytes": int(memory.used) if memory else None,
        "processes": processes(handle),
        "capability": "%d.%d" % tuple(capability) if capability else None,
        "ecc_uncorrected": query("nvmlDeviceGetTotalEccErrors", handle, 1, 0),
        "remap_pending": flag(rows[2]), "remap_failed": flag(rows[3]),
        "retirement_pending": flag(query("nvmlDeviceGetRetiredPagesPendingStatus", handle)),
        "slowdowns": slowdowns(handle), "nvlinks": links(handle),
        "pcie_width": query("nvmlDeviceGetCurrPcieLinkWidth", handle),
        "pcie_width_max": query("nvmlDeviceGetMaxPcieLinkWidth", handle),
        "pcie_gen_max": query("nvmlDeviceGetMaxPcieLinkGeneration", handle),
        "mig": bool(mig[0]) if mig else None,
        "compute_mode": None if mode is None else ["default", "exclusive", "prohibited",
                                                   "exclusive"][mode % 4],
        "persistence": flag(query("nvmlDeviceGetPersistenceMode", handle)),
        "recovery": recovery(handle), **fabric(handle),
    }
found = {"gpus": [], "error": ""}
began = time.time()
try:
    n.nvmlInit()
    driver = text(n.nvmlSystemGetDriverVersion())
    for index in range(n.nvmlDeviceGetCount()):
        try:
            found["gpus"].append(gpu(index, n.nvmlDeviceGetHandleByIndex(index), driver))
        except n.NVMLError as error:
            found["error"] = "GPU %d: %s" % (index, error)
except n.NVMLError as error:
    found["error"] = str(error)
found["seconds"] = round(time.time() - began, 3)
print(MARK + json.dumps(found))
"""


def by_nvml(python):
    """{"gpus", "error", "seconds"} as NVML says; None where pynvml or the library is not there."""
    path = shutil.which(python) if python else None
    if path is None:
        return None
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONWARNINGS="ignore")
    try:
        ran = run_command([path, "-"], LIMIT_S, env, NVML_PROGRAM.encode("utf-8"))
    except Undetermined:
        return None
    if ran.timed_out:
        return {"gpus": [], "error": "NVML gives no answer within %g s" % LIMIT_S}
    lines = [line for line in ran.out.splitlines() if line.startswith(MARK)]
    found = json.loads(lines[-1][len(MARK) :]) if lines else {"error": "Library Not Found"}
    return None if "Library Not Found" in found["error"] else found
