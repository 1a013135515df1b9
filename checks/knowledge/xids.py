"""What the codes mean that NVIDIA's driver writes to the kernel's log: its public Xid catalogue.

https://docs.nvidia.com/deploy/xid-errors: code, meaning, and who is to blame as a rule. Codes 144
to 150 are of NVLink 5 and mean what their line says, Fatal or Nonfatal; 154 names what the driver
asks for because of the codes beside it, as NVML does too (nvmlDeviceGpuRecoveryAction_t).
"""

from __future__ import annotations

import enum
import re

from checks.quick_dataclass import dataclass


class XidSeverity(enum.Enum):
    """What a code says of the GPU, worst first."""

    HARDWARE = "the GPU or its link is not to be trusted"
    SUSPECT = "the GPU, the driver or the program"
    PROGRAM = "a program's own fault, or a consequence of another code"


class XidAction(enum.Enum):
    """The fix."""

    RESET = "reset"
    REBOOT = "reboot"
    DRAIN = "drain"
    LOOK = "look"


@dataclass(frozen=True)
class Xid:
    """One code."""

    meaning: str
    weight: XidSeverity
    action: XidAction = XidAction.LOOK


_HARD, _SUSPECT, _PROGRAM = XidSeverity.HARDWARE, XidSeverity.SUSPECT, XidSeverity.PROGRAM
MEMORY_XIDS = frozenset((48, 63, 64, 94, 95, 140))
"""Codes of which the GPU's own counters show as well."""
SETTLED_XIDS = frozenset((63, 94))
"""Codes that ask for nothing once the GPU's own counters are clean."""

XIDS: dict[int, Xid] = {
    13: Xid("an exception in a kernel, mostly an index out of bounds", _PROGRAM),
    31: Xid("a page fault: a program read or wrote an illegal address", _PROGRAM),
    32: Xid("a corrupted push buffer: driver, or the PCIe link", _SUSPECT),
    38: Xid("the driver's firmware failed", _SUSPECT, XidAction.RESET),
    43: Xid("the GPU stopped a program after an error of its own", _PROGRAM),
    44: Xid("a fault while switching contexts", _SUSPECT),
    45: Xid("a program was cleared away after another error, or was killed", _PROGRAM),
    48: Xid("an uncorrectable memory error (double bit)", _HARD, XidAction.RESET),
    54: Xid("the auxiliary power cable is not connected", _HARD),
    56: Xid("the display engine failed", _SUSPECT),
    57: Xid("the memory interface could not be programmed", _SUSPECT),
    58: Xid("the memory interface is unstable", _SUSPECT),
    61: Xid("the internal controller warned", _SUSPECT, XidAction.RESET),
    62: Xid("the internal controller halted", _HARD, XidAction.RESET),
    63: Xid("a broken memory row or page was marked, to be replaced", _HARD, XidAction.RESET),
    64: Xid("a broken memory row or page could not be marked", _HARD, XidAction.RESET),
    68: Xid("the video decoder failed", _SUSPECT),
    69: Xid("the graphics engine met an illegal class", _SUSPECT),
    73: Xid("the video encoder failed", _SUSPECT),
    74: Xid("an NVLink failed", _HARD, XidAction.RESET),
    79: Xid("the GPU has fallen off the bus", _HARD, XidAction.REBOOT),
    80: Xid("corrupted data came over the bus", _SUSPECT),
    92: Xid("a high rate of corrected memory errors", _HARD, XidAction.RESET),
    94: Xid("an uncorrectable memory error, contained to one program", _HARD, XidAction.RESET),
    95: Xid("an uncorrectable memory error, not contained", _HARD, XidAction.RESET),
    109: Xid("a context switch took too long", _SUSPECT, XidAction.RESET),
    119: Xid("the GPU's system processor (GSP) does not answer", _HARD, XidAction.RESET),
    120: Xid("the GPU's system processor (GSP) failed", _HARD, XidAction.RESET),
    121: Xid("the link between CPU and GPU (C2C) failed", _HARD, XidAction.RESET),
    140: Xid("an unrecovered memory error", _HARD, XidAction.RESET),
    143: Xid("the GPU could not be initialised", _HARD, XidAction.RESET),
    **{
        code: Xid(f"an error in the {unit} of NVLink", _SUSPECT, XidAction.RESET)
        for code, unit in enumerate(("SAW", "RLW", "TLW", "TREX", "NVLPW", "NETIR", "MSE"), 144)
    },
    151: Xid("the keys of confidential computing could not be changed", _SUSPECT, XidAction.REBOOT),
    154: Xid("the driver changed what it asks for, as said beside it", _PROGRAM),
    155: Xid("the driver took an NVLink down", _SUSPECT, XidAction.RESET),
    156: Xid("a broken part is to be replaced by a spare one", _HARD, XidAction.RESET),
    157: Xid("no spare part is left for a broken one", _SUSPECT),
    158: Xid("the GPU did not answer in time, which is fatal", _HARD, XidAction.RESET),
}
UNKNOWN_XID = Xid("see https://docs.nvidia.com/deploy/xid-errors", _SUSPECT)


XID_ACTION_CHANGED = 154
NVLINK_5_XIDS = range(144, 151)
RECOVERY_ACTIONS: dict[int, XidAction] = {
    1: XidAction.RESET,
    2: XidAction.REBOOT,
    3: XidAction.DRAIN,
    4: XidAction.RESET,
}
"""By NVML's number; others are of newer drivers, and are named by them."""
_ASKED = re.compile(r" to 0x([0-9a-f]+) \(([^)]*)\)")


def look_up_xid(code: int, text: str = "") -> Xid:
    """What a code means, by the line that the driver wrote where the code alone does not say it."""
    if code == XID_ACTION_CHANGED and (asked := _ASKED.search(text)):
        number = int(asked[1], 16)
        action = RECOVERY_ACTIONS.get(number, XidAction.LOOK)
        return Xid(f"the driver asks for: {asked[2]}", _HARD if number else _PROGRAM, action)
    xid = XIDS.get(code, UNKNOWN_XID)
    if code in NVLINK_5_XIDS and (grave := re.search(r" (Non-?f|F)atal ", text)):
        weight = _HARD if grave[1] == "F" else _PROGRAM
        return Xid(xid.meaning, weight, xid.action)
    return xid
