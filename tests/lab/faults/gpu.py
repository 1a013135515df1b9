"""GPUs of one node that are not as its peers', in labs whose driver is a stand-in.

The library of tests/nvml is loaded by the real pynvml on each node, and says what /etc/nvml.values
says: eight H100s, as a healthy machine of that kind tells of them. torch says that it is built for
them; nothing here imports it.
"""

from __future__ import annotations

from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, NODE3, Case, case, custom, warned
from tests.support.paths import NVML

EIGHT_H100 = custom(
    "eight-h100",
    f"""set -e
cc -shared -fPIC -o /usr/lib/libnvidia-ml.so.1 {NVML}/nvml.c
install -m 755 {NVML}/nvidia-smi /usr/bin/nvidia-smi
cp {NVML}/h100.values /etc/nvml.values
echo stands for the real one >/usr/lib/libcuda.so.1
for number in 0 1 2 3 4 5 6 7 ctl -uvm; do touch /dev/nvidia$number; done
chmod 666 /dev/nvidia*
touch /dev/kmsg
torch=$("$PYTHON" -c "import importlib.util as u; print(u.find_spec('torch').origin)")
sed -i "s/^cuda:.*/cuda = '12.4'/" "$(dirname "$torch")/version.py" """,
)
SHAPE = LabShape(nodes=3, slots=8)
GPUS = {"first": ((EIGHT_H100, ALL),), "shape": SHAPE}
HOLDER = "sleep 98765"
MEMORY, KERNEL = "gpu.memory-has-no-errors", "gpu.kernel-reports-no-gpu-fault"
LIBRARIES = "gpu.driver-libraries-are-whole"
BF16 = """
echo '{"bf16": {"enabled": true}, "train_micro_batch_size_per_gpu": 1}' >/root/ds_config.json"""


def says(name: str, *lines: str):
    """The driver of the node says something else than a healthy one's."""
    written = "".join(f"echo '{line}' >>/etc/nvml.values\n" for line in lines)
    return custom(name, written)


def kernel(name: str, text: str):
    """The kernel said that a minute ago."""
    at = "$(($(cut -d. -f1 /proc/uptime) - 60))000000"
    return custom(name, f'echo "3,1,{at},-;{text}" >>/dev/kmsg')


def xid(code: int, bus: str = "0000:13:00"):
    """The driver's line for a code, on GPU 3."""
    return kernel(f"xid-{code}", f"NVRM: Xid (PCI:{bus}): {code}, pid=4242, name=python, Ch 08")


CASES = [
    case(says("ecc", "3.ecc 2"), MEMORY, NODE3, "ecc-uncorrected", **GPUS),
    case(says("row-remap-pending", "3.remap_pending 1"), MEMORY, NODE3, "remap-pending", **GPUS),
    case(says("page-retiring", "3.retiring 1"), MEMORY, NODE3, "remap-pending", **GPUS),
    case(
        says("row-remap-failed", "3.remap_failed 1", "3.ecc 1"),
        *(MEMORY, NODE3, "remap-failed"),
        fixable=False,
        **GPUS,
    ),
    case(xid(48), KERNEL, NODE3, "xid-hardware", fixable=False, **GPUS),
    case(xid(119), KERNEL, NODE3, "xid-hardware", fixable=False, **GPUS),
    warned(xid(32), KERNEL, NODE3, "xid-suspect", fixable=False, **GPUS),
    case(
        custom("xid-79-and-gone", f"{xid(79).apply}; echo 'count 7' >>/etc/nvml.values"),
        *(KERNEL, NODE3, "xid-hardware"),
        fixable=False,
        **GPUS,
    ),
    case(
        kernel("sxid", "nvidia-nvswitch3: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 32 fault"),
        *(KERNEL, NODE3, "nvswitch-fault"),
        fixable=False,
        **GPUS,
    ),
    warned(
        says("too-hot", "3.reasons 0x48"),
        *("gpu.nothing-slows-it-down", NODE3, "slowdown"),
        fixable=False,
        **GPUS,
    ),
    warned(
        says("power-brake", "reasons 0x88"),
        *("gpu.nothing-slows-it-down", NODE3, "power-brake"),
        fixable=False,
        **GPUS,
    ),
    warned(
        says("pcie-x8", "3.width 8"),
        *("gpu.pcie-link-is-as-wide-as-its-peers", NODE3, "pcie-narrow"),
        fixable=False,
        **GPUS,
    ),
    warned(
        says("pcie-generation-3", "gen_max 3", "gen 1"),
        *("gpu.pcie-link-is-as-wide-as-its-peers", NODE3, "pcie-narrow"),
        fixable=False,
        **GPUS,
    ),
    warned(
        says("nvlink-down", "3.links 111111111111111101"),
        *("gpu.nvlinks-are-active", NODE3, "nvlink-inactive"),
        fixable=False,
        **GPUS,
    ),
    case(
        says("fabric-in-progress", "fabric 2"),
        *("gpu.fabric-is-ready", NODE3, "fabric-not-ready"),
        fixable=False,
        **GPUS,
    ),
    case(
        custom(
            "gpu-held",
            f"{HOLDER} </dev/null >/dev/null 2>&1 & echo $! >/run/holder.pid\n"
            "echo '3.pids @/run/holder.pid:30000000000' >>/etc/nvml.values",
        ),
        *("gpu.gpus-are-idle", NODE3, "foreign-process"),
        leaves=(HOLDER,),
        **GPUS,
    ),
    case(
        says("gpu-memory-held", "3.used 60000000000"),
        *("gpu.gpus-are-idle", NODE3, "memory-held"),
        fixable=False,
        **GPUS,
    ),
    case(
        says("driver-asks-for-a-reset", "3.recovery 1"),
        *("gpu.driver-asks-for-no-recovery", NODE3, "reset-needed"),
        **GPUS,
    ),
    case(
        says("driver-asks-for-a-reset-of-all", "recovery 4"),
        *("gpu.driver-asks-for-no-recovery", NODE3, "reset-needed"),
        **GPUS,
    ),
    case(says("mig", "3.mig 1"), "gpu.mig-is-off", NODE3, "mig-on", **GPUS),
    case(
        says("compute-prohibited", "3.mode 2"),
        *("gpu.compute-mode-allows-ranks", NODE3, "compute-prohibited"),
        **GPUS,
    ),
    warned(
        says("compute-exclusive", "mode 3"),
        *("gpu.compute-mode-allows-ranks", NODE3, "compute-exclusive"),
        **GPUS,
    ),
    warned(
        says("persistence-off", "persistence 0"),
        *("gpu.persistence-mode-is-on", NODE3, "persistence-off"),
        **GPUS,
    ),
    warned(
        says("driver-slow", "sleep 5000"),
        *("gpu.driver-answers-in-time", NODE3, "driver-slow"),
        fixable=False,
        **GPUS,
    ),
    warned(
        says("driver-older", "driver 535.183.01"),
        *("gpu.drivers-are-equal", NODE3, "driver-differs"),
        fixable=False,
        **GPUS,
    ),
    case(
        says("driver-updated", "init 18"),
        *("gpu.driver-answers", NODE3, "driver-library-mismatch"),
        fixable=False,
        **GPUS,
    ),
    case(
        says("gpu-lost", "5.lost 15"),
        *("gpu.driver-answers", NODE3, "driver-does-not-answer"),
        fixable=False,
        **GPUS,
    ),
    case(
        says("gpu-missing", "count 7"),
        *("gpu.slots-have-gpus", NODE3, "more-slots-than-gpus"),
        fixable=False,
        **GPUS,
    ),
    warned(
        says("other-gpus", "name NVIDIA H200", "memory 150754820096"),
        *("gpu.models-are-equal", NODE3, "models-differ"),
        fixable=False,
        **GPUS,
    ),
    case(
        custom("libcuda-empty", ": >/usr/lib/libcuda.so.1"),
        *(LIBRARIES, NODE3, "library-empty"),
        fixable=False,
        **GPUS,
    ),
    case(
        custom("libcuda-missing", "rm /usr/lib/libcuda.so.1"),
        *(LIBRARIES, NODE3, "library-missing"),
        fixable=False,
        **GPUS,
    ),
    case(
        custom("libnvidia-ml-empty", ": >/usr/lib/libnvidia-ml.so.1"),
        *(LIBRARIES, NODE3, "library-empty"),
        fixable=False,
        **GPUS,
    ),
    case(
        custom("device-denied", "chmod 600 /dev/nvidia3"),
        *("gpu.devices-may-be-opened", NODE3, "device-denied"),
        first=GPUS["first"],
        shape=LabShape(nodes=3, slots=8, user="trainer"),
        job={"workdir": "/home/trainer"},
        fixable=False,
    ),
    Case(
        says("no-bf16", "capability 7.5"),
        warns=(("gpu.precision-is-supported", NODE3, "bf16-emulated"),),
        first=((EIGHT_H100, ALL), (custom("bf16-config", BF16), ALL)),
        shape=SHAPE,
        job={"deepspeed_config": "/root/ds_config.json"},
        fixable=False,
    ),
]
