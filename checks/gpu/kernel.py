"""What the kernel's log says of a node's GPUs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.gpus import Gpu, Gpus
from checks.facts.kernel_log import KernelLog, KernelMessage
from checks.gpu import memory
from checks.gpu.cards import NO_ANSWER
from checks.gpu.xid import MEMORY, SETTLED, Action, Weight, Xid, known
from checks.model import Fix, Verdict, block, ok, skip, warn

XID = re.compile(r"NVRM: Xid \((?:PCI:)?([0-9a-fA-F:.]+)\): (\d+)")
FATAL_SXID = re.compile(r"SXid \((?:PCI:)?([0-9a-fA-F:.]+)\): (\d+), *Fatal")
OFF_THE_BUS = 79
WEIGHTS = list(Weight)


@dataclass(frozen=True)
class Told:
    """One code on one GPU, the newest time."""

    bus: str
    code: int
    age_s: float

    @property
    def xid(self) -> Xid:
        """What it means."""
        return known(self.code)

    def __str__(self) -> str:
        return f"{self.bus} Xid {self.code}, {self.age_s / 60:.0f} min ago: {self.xid.meaning}"


@node_check("gpu.kernel-reports-no-gpu-fault", Gpus, KernelLog)
def kernel_reports_no_gpu_fault(node: NodeView) -> Verdict:
    """The kernel reported no fault of a GPU or an NVSwitch in the last two hours.

    A GPU that failed once under load fails again under load, and an idle one does not show it.
    Codes that programs cause (13, 31, 43, 45) are left alone. Source: NVIDIA's Xid catalogue; the
    codes that stop a start are among those of Azure's node health checks and of Meta's gcm.
    """
    seen = node.read(Gpus)
    if seen.broken:
        return skip(NO_ANSWER)
    if not (seen.count or seen.nvidia_on_bus):
        return skip(f"{node.name} has no GPU")
    log = node.read(KernelLog)
    if not log.readable:
        return skip(f"the kernel's log cannot be read ({log.reason})")
    told = sorted(codes(log), key=lambda one: WEIGHTS.index(one.xid.weight))
    counted = [one for one in told if not _told_elsewhere(one, _card(seen, one))]
    if counted and counted[0].xid.weight is not Weight.PROGRAM:
        return _codes(node, counted)
    return _others(node, log, told)


def codes(log: KernelLog) -> Iterator[Told]:
    """Each code on each GPU once, the newest first."""
    found = set()
    for message in log.of("xid"):
        match = XID.search(message.text)
        if match and match.groups() not in found:
            found.add(match.groups())
            yield Told(match[1].lower(), int(match[2]), message.age_s)


def lost(node: NodeView) -> bool:
    """Whether the log says that a GPU of the node has fallen off the bus."""
    told = codes(node.read(KernelLog)) if node.has(KernelLog) else ()
    return any(one.code == OFF_THE_BUS for one in told)


def _card(seen: Gpus, one: Told) -> Gpu | None:
    return next((card for card in seen.gpus if card.bus and card.bus.startswith(one.bus)), None)


def _told_elsewhere(one: Told, card: Gpu | None) -> bool:
    if card is None or one.code not in MEMORY:
        return False
    return memory.accused(card) or (one.code in SETTLED and card.remap_pending is False)


def _codes(node: NodeView, told: Sequence[Told]) -> Verdict:
    worst = told[0]
    said = "; ".join(str(one) for one in told if one.xid.weight is worst.xid.weight)
    message = f"the kernel of {node.name} reports: {said}"
    evidence = {"xids": [one.code for one in told]}
    if worst.xid.weight is Weight.HARDWARE:
        return block("xid-hardware", message, _fix(node, worst), **evidence)
    return warn("xid-suspect", message, _fix(node, worst), **evidence)


def _fix(node: NodeView, one: Told) -> Fix:
    if one.xid.action is Action.REBOOT:
        return node.fix("reboot", "if it comes back, have the GPU replaced", root=True)
    if one.xid.action is Action.RESET:
        bus = one.bus if "." in one.bus else f"{one.bus}.0"
        note = "ends what runs on it; if the code comes back, have the GPU looked at"
        return node.fix(f"nvidia-smi --gpu-reset -i {bus}", note, root=True)
    return node.fix("dmesg | grep -i xid", "what came before it tells more", root=True)


def _others(node: NodeView, log: KernelLog, told: Sequence[Told]) -> Verdict:
    if fatal := [one for one in log.of("sxid") if FATAL_SXID.search(one.text)]:
        note = "resets all GPUs and switches; if it comes back, have the machine looked at"
        return block("nvswitch-fault", _said(node, fatal), node.fix("reboot", note, root=True))
    if failed := log.of("nvrm"):
        fix = node.fix("reboot", "if it comes back, have the GPU looked at", root=True)
        return block("gpu-failed", _said(node, failed), fix)
    if amd := log.of("amdgpu"):
        fix = node.fix("dmesg | grep amdgpu", "a reset says what hung", root=True)
        return warn("amdgpu-fault", _said(node, amd), fix)
    programs = sorted({one.code for one in told})
    by = f"; by programs: Xid {', '.join(map(str, programs))}" if programs else ""
    return ok(f"no fault of a GPU in {log.back_s / 60:.0f} min{by}")


def _said(node: NodeView, messages: Sequence[KernelMessage]) -> str:
    newest = messages[0]
    return f"the kernel of {node.name} said {newest.age_s / 60:.0f} min ago: {newest.text}"
