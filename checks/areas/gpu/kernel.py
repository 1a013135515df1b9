"""What the kernel's log says of a node's GPUs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from checks.areas.gpu import memory
from checks.areas.gpu.cards import NO_ANSWER
from checks.areas.gpu.recovery import DRAIN_NOTE, SHOW_ACTION
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpu, Gpus
from checks.facts.kernel_log import KernelLog, KernelMessage
from checks.knowledge.xids import (
    MEMORY_XIDS,
    NVLINK_5_XIDS,
    SETTLED_XIDS,
    XID_ACTION_CHANGED,
    Xid,
    XidAction,
    XidSeverity,
    look_up_xid,
)
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.quick_dataclass import dataclass
from checks.units import format_duration

XID_LINE = re.compile(r"NVRM: Xid \((?:PCI:)?([0-9a-fA-F:.]+)\): (\d+)")
FATAL_SXID_LINE = re.compile(r"SXid \((?:PCI:)?([0-9a-fA-F:.]+)\): (\d+), *Fatal")
XID_OFF_THE_BUS = 79
SEVERITIES = list(XidSeverity)


@dataclass(frozen=True)
class XidEvent:
    """One code on one GPU, the newest time."""

    bus: str
    code: int
    age_s: float
    xid: Xid

    def __str__(self) -> str:
        return f"{self.bus} Xid {self.code}, {format_duration(self.age_s)} ago: {self.xid.meaning}"


@node_check("gpu.kernel-reports-no-gpu-fault", Gpus, KernelLog, tags=(Tag.AFTER_FAILURE,))
def kernel_reports_no_gpu_fault(node: NodeView) -> Verdict:
    """The kernel reported no fault of a GPU or an NVSwitch in the last two hours.

    A GPU that failed once under load fails again under load, and does not show it while idle.

    Measured: `Xid` and `SXid` lines of the kernel's log with their age, from `/dev/kmsg`, `dmesg`
    or the journal, as far as the login may read them; most containers may not, and skip. Codes that
    programs cause (13, 31, 43, 45) are ignored; so are 63 and 94 once the GPU's own counters are
    clean, and lines of NVLink 5 (144 to 150) that say Nonfatal. Memory codes are left to
    `gpu.memory-has-no-errors` where that check sees them too.

    Fix:
        xid-hardware: a reset, or a reboot for a GPU that fell off the bus, as the driver asks for
            (Xid 154), else as NVIDIA's catalogue of Xids recommends for the code; blocks.
        xid-suspect: GPU, driver or program; warns.
        nvswitch-fault: a fatal SXid: reboot.
        gpu-failed: the driver could not initialise a GPU: reboot.
        amdgpu-fault: a reset or an uncorrectable error of amdgpu; warns.
    """
    gpus = node.read(Gpus)
    if gpus.broken:
        return skip(NO_ANSWER)
    if not (gpus.count or gpus.nvidia_on_bus):
        return skip(f"{node.name} has no GPU")
    log = node.read(KernelLog)
    if not log.readable:
        return skip(f"the kernel's log cannot be read ({log.reason})")
    events = sorted(xid_events(log), key=lambda event: SEVERITIES.index(event.xid.weight))
    counted = [
        event for event in events if not _has_memory_finding(event, _gpu_of_event(gpus, event))
    ]
    if counted and counted[0].xid.weight is not XidSeverity.PROGRAM:
        return _judge_xids(node, counted)
    return _judge_other_messages(node, log, events)


def xid_events(log: KernelLog) -> Iterator[XidEvent]:
    """Each code on each GPU once, the newest first."""
    reported = set()
    for message in log.of("xid"):
        match = XID_LINE.search(message.text)
        if match is None:
            continue
        code = int(match[2])
        xid = look_up_xid(code, message.text)
        key = (match[1], code, xid.weight if code in NVLINK_5_XIDS else None)
        if key not in reported:
            reported.add(key)
            yield XidEvent(match[1].lower(), code, message.age_s, xid)


def has_lost_gpu(node: NodeView) -> bool:
    """Whether the log says that a GPU of the node has fallen off the bus."""
    events = xid_events(node.read(KernelLog)) if node.has(KernelLog) else ()
    return any(event.code == XID_OFF_THE_BUS for event in events)


def _gpu_of_event(gpus: Gpus, event: XidEvent) -> Gpu | None:
    return next((card for card in gpus.gpus if card.bus and card.bus.startswith(event.bus)), None)


def _has_memory_finding(event: XidEvent, card: Gpu | None) -> bool:
    if card is None or event.code not in MEMORY_XIDS:
        return False
    return memory.has_memory_fault(card) or (
        event.code in SETTLED_XIDS and card.remap_pending is False
    )


def _judge_xids(node: NodeView, events: Sequence[XidEvent]) -> Verdict:
    worst = events[0]
    listed = "; ".join(str(event) for event in events if event.xid.weight is worst.xid.weight)
    message = f"the kernel of {node.name} reports: {listed}"
    evidence = {"xids": [event.code for event in events]}
    asked = (event for event in events if event.code == XID_ACTION_CHANGED)
    decisive = next((event for event in asked if event.bus == worst.bus), worst)
    if worst.xid.weight is XidSeverity.HARDWARE:
        return block("xid-hardware", message, _xid_fix(node, decisive), **evidence)
    return warn("xid-suspect", message, _xid_fix(node, worst), **evidence)


def _xid_fix(node: NodeView, event: XidEvent) -> Fix:
    if event.xid.action is XidAction.REBOOT:
        return node.fix("reboot", "if it comes back, have the GPU replaced", root=True)
    if event.xid.action is XidAction.DRAIN:
        return node.fix(SHOW_ACTION, DRAIN_NOTE)
    if event.xid.action is XidAction.RESET:
        bus = event.bus if "." in event.bus else f"{event.bus}.0"
        note = "ends what runs on it; if the code comes back, have the GPU looked at"
        return node.fix(f"nvidia-smi --gpu-reset -i {bus}", note, root=True)
    return node.fix("dmesg | grep -i xid", "shows the messages before it", root=True)


def _judge_other_messages(node: NodeView, log: KernelLog, events: Sequence[XidEvent]) -> Verdict:
    if fatal := [event for event in log.of("sxid") if FATAL_SXID_LINE.search(event.text)]:
        note = "resets all GPUs and switches; if it comes back, have the machine looked at"
        return block(
            "nvswitch-fault", _describe_newest(node, fatal), node.fix("reboot", note, root=True)
        )
    if failed := log.of("nvrm"):
        fix = node.fix("reboot", "if it comes back, have the GPU looked at", root=True)
        return block("gpu-failed", _describe_newest(node, failed), fix)
    if amd := log.of("amdgpu"):
        fix = node.fix("dmesg | grep amdgpu", "a reset names what hung", root=True)
        return warn("amdgpu-fault", _describe_newest(node, amd), fix)
    programs = sorted({event.code for event in events})
    programs_note = f"; caused by programs: Xid {', '.join(map(str, programs))}" if programs else ""
    return ok(f"no fault of a GPU in {format_duration(log.back_s)}{programs_note}")


def _describe_newest(node: NodeView, messages: Sequence[KernelMessage]) -> str:
    newest = messages[0]
    return f"the kernel of {node.name} said {format_duration(newest.age_s)} ago: {newest.text}"
