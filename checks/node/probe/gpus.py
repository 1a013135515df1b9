"""GPUs of the node: by NVML, else nvidia-smi, else the kernel alone; AMD's by the kernel."""

import os
import re

from checks.node.probe.core import section
from checks.node.probe.gpu_amd import amd_gpus
from checks.node.probe.gpu_nvml import by_nvml
from checks.node.probe.gpu_smi import by_nvidia_smi
from checks.node.probe.gpu_traces import (
    AMD,
    BRIDGE,
    NVIDIA,
    by_proc,
    count_on_bus,
    device_access,
    driver_libraries,
    fabric_manager_runs,
    gpudirect_support,
    imex_state,
    nvidia_leaves_traces,
)
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import command_line, process_user

FIRST_PID_NAMESPACE = 0xEFFFFFFC  # PROC_PID_INIT_INO of the kernel's proc_ns.h
COMMANDS = (
    "PYTHON - (asks NVML through pynvml)",
    "nvidia-smi -q -x",
    "amd-smi metric --ecc --throttle --json",
)


def kernel_bus_address(text):
    """A PCI address as the kernel's log writes it: 00000000:3B:00.0 is 0000:3b:00.0."""
    domain, _, rest = text.lower().partition(":")
    return "%s:%s" % (domain.lstrip("0").rjust(4, "0"), rest) if rest else text


def process_command(pid):
    """What a process is, without its options, which may be secrets; "" where it is not seen."""
    plain = [word for word in command_line(pid)[:3] if word and not re.search("^-|=", word)]
    name = read_file("/proc/%d/comm" % pid, "") or ""
    return " ".join([os.path.basename(plain[0]), *plain[1:]])[:80] if plain else name


def with_owner(process):
    """A process with its user and its command, where it is seen from here."""
    pid = process["pid"] or 0
    return dict(
        process, user=process_user(pid), command=process_command(pid) or process.get("command", "")
    )


def complete_gpu(gpu):
    """One GPU with its address in the kernel's form and its processes named."""
    listed = gpu.get("processes")
    processes = listed if listed is None else [with_owner(process) for process in listed]
    return dict(gpu, bus=kernel_bus_address(gpu.get("bus", "")), processes=processes)


def nvidia_gpus(python):
    """What the drivers say of NVIDIA's GPUs; nobody is asked where there is no trace of one."""
    nothing = {"gpus": [], "error": ""}
    if not nvidia_leaves_traces():
        return nothing
    return by_nvml(python) or by_nvidia_smi() or by_proc() or nothing


def in_container():
    """Whether processes of the host may be out of sight here."""
    marks = ("/.dockerenv", "/run/.containerenv")
    return os.stat("/proc/self/ns/pid").st_ino != FIRST_PID_NAMESPACE or any(
        os.path.exists(mark) for mark in marks
    )


def nvidia_surroundings():
    """What a rank needs beside NVIDIA's GPUs themselves."""
    return {
        "devices": device_access(),
        "libraries": driver_libraries(),
        "nvswitches": count_on_bus(NVIDIA, classes=(BRIDGE,)),
        "fabric_manager": fabric_manager_runs(),
        "imex": imex_state(),
        **gpudirect_support(),
    }


@section("gpus")
def gpus(args):
    """Every GPU that a driver names, how it does, and what the bus has beside that."""
    nvidia = nvidia_gpus(args.get("python"))
    amd = amd_gpus()
    vendors = ["NVIDIA"] * bool(nvidia["gpus"]) + ["AMD"] * bool(amd)
    return {
        "vendors": vendors,
        "gpus": [complete_gpu(gpu) for gpu in nvidia["gpus"] or amd],
        "error": nvidia["error"],
        "seconds": nvidia.get("seconds", 0.0),
        "nvidia_on_bus": count_on_bus(NVIDIA),
        "amd_on_bus": count_on_bus(AMD),
        "container": in_container(),
        **(
            nvidia_surroundings()
            if nvidia["gpus"] or nvidia["error"] or nvidia_leaves_traces()
            else {}
        ),
    }
