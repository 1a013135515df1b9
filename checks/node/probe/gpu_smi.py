"""NVIDIA's GPUs by `nvidia-smi -q -x`, where NVML cannot be asked through pynvml.

What a card does not say stands there as N/A, and is None here: neither zero nor false.
"""

import re
import shutil
import xml.etree.ElementTree

from checks.node.probe.core import run_command

COMMANDS = ("nvidia-smi -q -x",)

LIMIT_S = 15.0
MIB = 1024 * 1024
SLOWDOWNS = (
    ("hw_thermal_slowdown", "hw-thermal"),
    ("hw_power_brake_slowdown", "hw-power-brake"),
    ("sw_thermal_slowdown", "sw-thermal"),
    ("hw_slowdown", "hw-slowdown"),
)
TRUE_WORDS = {"Yes": True, "Enabled": True, "Active": True}
FALSE_WORDS = {"No": False, "Disabled": False, "Not Active": False}
RECOVERY_ACTIONS = ("none", "reset", "reboot", "drain p2p", "drain and reset")
"""As nvidia-smi words them, in the order of NVML's numbers."""


def leading_number(text):
    """The number that a text begins with (`16x`, `81920 MiB`), None for N/A."""
    match = re.match(r"\d+", text or "")
    return int(match.group()) if match else None


def parse_mebibytes(text):
    """Bytes of a text in MiB."""
    mebibytes = leading_number(text)
    return None if mebibytes is None else mebibytes * MIB


def parse_flag(text):
    """True, False or, for all other words, None."""
    return TRUE_WORDS.get(text, FALSE_WORDS.get(text))


def uncorrected_errors(element):
    """The sum of the counters of uncorrectable errors below an element; None without any."""
    found = element.iter() if element is not None else ()
    values = [leading_number(element.text) for element in found if "uncorrectable" in element.tag]
    if element is not None and not values:
        values = [leading_number(element.findtext("double_bit/total"))]
    values = [value for value in values if value is not None]
    return sum(values) if values else None


def active_slowdowns(element):
    """The reasons for a slowdown that are active; None where the card does not say."""
    for place in ("clocks_event_reasons", "clocks_throttle_reasons"):
        reasons = element.find(place)
        if reasons is not None and len(reasons):
            said = {reason.tag.partition("_reason_")[2]: reason.text for reason in reasons}
            return [name for tag, name in SLOWDOWNS if parse_flag(said.get(tag))]
    return None


def recovery_action(text):
    """NVML's number of what the driver asks for, None where it does not say."""
    word = (text or "N/A").lower()
    return RECOVERY_ACTIONS.index(word) if word in RECOVERY_ACTIONS else None


def gpu_processes(element):
    """[{"pid", "kind", "memory_bytes", "command"}] of the processes on a card; None if untold."""
    listed = element.find("processes")
    if listed is None or (listed.text or "").strip() == "N/A":
        return None
    return [
        {
            "pid": leading_number(process.findtext("pid")),
            "kind": "compute" if process.findtext("type") == "C" else "graphics",
            "memory_bytes": parse_mebibytes(process.findtext("used_memory")),
            "command": (process.findtext("process_name") or "")[:80],
        }
        for process in listed.findall("process_info")
    ]


def fabric_state(text):
    """The state as NVML words it, None where the card has no fabric."""
    return None if (text or "N/A") in ("N/A", "Not Supported") else text.lower()


def parse_compute_mode(text):
    """default, exclusive, prohibited or None."""
    word = (text or "N/A").partition("_")[0].lower()
    return word if word in ("default", "exclusive", "prohibited") else None


def describe_gpu(index, element, driver):
    """One card."""
    link = "pci/pci_gpu_link_info/"
    say = element.findtext
    return {
        "index": index,
        "name": say("product_name") or "",
        "uuid": say("uuid") or "",
        "bus": say("pci/pci_bus_id") or element.get("id") or "",
        "driver": driver,
        "memory_bytes": parse_mebibytes(say("fb_memory_usage/total")),
        "memory_used_bytes": parse_mebibytes(say("fb_memory_usage/used")),
        "processes": gpu_processes(element),
        "ecc_uncorrected": uncorrected_errors(element.find("ecc_errors/volatile")),
        "remap_pending": parse_flag(say("remapped_rows/remapped_row_pending")),
        "remap_failed": parse_flag(say("remapped_rows/remapped_row_failure")),
        "retirement_pending": parse_flag(say("retired_pages/pending_retirement")),
        "slowdowns": active_slowdowns(element),
        "fabric": fabric_state(say("fabric/state")),
        "pcie_width": leading_number(say(link + "link_widths/current_link_width")),
        "pcie_width_max": leading_number(say(link + "link_widths/max_link_width")),
        "pcie_gen_max": leading_number(say(link + "pcie_gen/max_link_gen")),
        "mig": parse_flag(say("mig_mode/current_mig")),
        "compute_mode": parse_compute_mode(say("compute_mode")),
        "persistence": parse_flag(say("persistence_mode")),
        "recovery": recovery_action(say("gpu_recovery_action")),
    }


def parse_nvidia_smi(text):
    """The GPUs of `nvidia-smi -q -x`. Raises ParseError where that is not what it is."""
    root = xml.etree.ElementTree.fromstring(text)
    driver = root.findtext("driver_version") or ""
    return [
        describe_gpu(index, element, driver) for index, element in enumerate(root.findall("gpu"))
    ]


def by_nvidia_smi():
    """{"gpus", "error", "seconds"} as the command says; None where it is not installed."""
    if shutil.which("nvidia-smi") is None:
        return None
    ran = run_command(["nvidia-smi", "-q", "-x"], LIMIT_S)
    if ran.timed_out:
        return {"gpus": [], "error": "nvidia-smi gives no answer within %g s" % LIMIT_S}
    try:
        return {"gpus": parse_nvidia_smi(ran.out), "error": "", "seconds": round(ran.seconds, 3)}
    except xml.etree.ElementTree.ParseError:
        said = (ran.out.strip() or ran.err.strip() or "exit %d" % ran.code).splitlines()
        return {"gpus": [], "error": " ".join(said)[:500]}
