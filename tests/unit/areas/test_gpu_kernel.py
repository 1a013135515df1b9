"""What the kernel says of GPUs, and what is made of each code."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.gpus import Gpus
from checks.facts.kernel_log import KernelLog, KernelMessage
from checks.knowledge.xids import UNKNOWN_XID, XIDS, XidSeverity, look_up_xid
from tests.support.cards import SILENT, cluster, gpus, lone_finding


def log(*texts: str, kind: str = "xid") -> dict[str, KernelLog]:
    said = tuple(KernelMessage(kind, 600.0 + i, text) for i, text in enumerate(texts))
    return {"node3": KernelLog(readable=True, back_s=7200.0, messages=said)}


def xid(code: int, bus: str = "0000:13:00") -> str:
    return f"NVRM: Xid (PCI:{bus}): {code}, pid=4242, name=python"


def reported(*texts: str, kind: str = "xid", third: Gpus | None = None):
    snap = cluster(gpus(), gpus(), third or gpus(), logs=log(*texts, kind=kind))
    return lone_finding(snap, "kernel-reports-no-gpu-fault")


@pytest.mark.parametrize("code", [48, 62, 64, 74, 79, 92, 95, 119, 120])
def test_a_code_of_broken_hardware_blocks(code):
    finding = reported(xid(code))
    assert (finding.cause, finding.stops) == ("xid-hardware", True)
    assert f"Xid {code}, 10 minutes ago" in finding.message
    assert XIDS[code].meaning in finding.message


@pytest.mark.parametrize("code", [13, 31, 43, 45])
def test_a_code_of_a_program_is_let_be(code):
    finding = reported(xid(code))
    assert finding.outcome.value == "pass"
    assert str(code) in finding.message


@pytest.mark.parametrize("code", [32, 69, 109, 999])
def test_any_other_code_warns(code):
    assert (reported(xid(code)).cause, reported(xid(code)).warned) == ("xid-suspect", True)


def test_the_worst_code_is_told_and_each_once():
    finding = reported(xid(13), xid(79), xid(79), xid(45), xid(32))
    assert finding.cause == "xid-hardware"
    assert finding.message.count("Xid 79") == 1
    assert finding.fix and finding.fix.command == "reboot"


def test_memory_codes_are_told_by_the_memorys_own_check():
    ill = gpus(third={"remap_pending": True})
    assert reported(xid(63), xid(48), third=ill).outcome.value == "pass"
    assert reported(xid(79), xid(48), third=ill).cause == "xid-hardware"


@pytest.mark.parametrize("code", [63, 94])
def test_memory_that_was_fixed_by_a_reset_is_no_finding(code):
    assert reported(xid(code)).outcome.value == "pass"
    assert reported(xid(code), third=gpus(SILENT)).cause == "xid-hardware"


def test_a_gpu_off_the_bus_is_told_once():
    seven = dataclasses.replace(gpus(), gpus=gpus().gpus[:7])
    snap = cluster(gpus(), gpus(), seven, logs=log(xid(79)))
    assert lone_finding(snap, "kernel-reports-no-gpu-fault").cause == "xid-hardware"
    finding = lone_finding(snap, "slots-have-gpus")
    assert "gpu.kernel-reports-no-gpu-fault" in finding.message


def test_a_driver_that_does_not_answer_brings_the_kernels_words():
    broken = Gpus((), (), error="GPU is lost", nvidia_on_bus=8)
    finding = lone_finding(cluster(gpus(), gpus(), broken, logs=log(xid(79))), "driver-answers")
    assert "Xid 79" in finding.message


@pytest.mark.parametrize(
    ("kind", "text", "cause"),
    [
        ("sxid", "nvidia-nvswitch3: SXid (PCI:0000:c1:00.0): 20034, Fatal, x", "nvswitch-fault"),
        ("nvrm", "NVRM: GPU 0000:3b:00.0: RmInitAdapter failed! (0x62)", "gpu-failed"),
        ("amdgpu", "amdgpu 0000:0c:00.0: amdgpu: GPU reset begin!", "amdgpu-fault"),
    ],
)
def test_other_words_of_drivers_are_heard(kind, text, cause):
    finding = reported(text, kind=kind)
    assert (finding.cause, finding.outcome.value) == (cause, "fail")
    assert text in finding.message


def test_a_switch_that_recovered_is_let_be():
    text = "nvidia-nvswitch3: SXid (PCI:0000:c1:00.0): 12028, Non-fatal, Link 32"
    assert reported(text, kind="sxid").outcome.value == "pass"


def test_a_log_that_may_not_be_read_is_no_pass():
    denied = KernelLog(readable=False, reason="/dev/kmsg: Operation not permitted")
    finding = lone_finding(
        cluster(gpus(), logs={"node1": denied}), "kernel-reports-no-gpu-fault", "node1"
    )
    assert finding.outcome.value == "skip"
    assert "Operation not permitted" in finding.message


def test_codes_are_known_by_number():
    assert look_up_xid(79).weight is XidSeverity.HARDWARE
    assert look_up_xid(12345) is UNKNOWN_XID


NVLINK_5 = (
    "NVRM: Xid (PCI:0000:13:00): 149, NETIR_LINK_EVT {} XC0 i0 Link 08 (0x004505c6 0x00000000)"
)
CHANGED = "NVRM: Xid (PCI:{}): 154, GPU recovery action changed from 0x0 (None) to {}"
"""As NVIDIA's catalogue of Xids has them."""


@pytest.mark.parametrize(("word", "cause"), [("Fatal", "xid-hardware"), ("Nonfatal", "")])
def test_an_error_of_nvlink_5_counts_as_its_line_says(word, cause):
    assert reported(NVLINK_5.format(word)).cause == cause


@pytest.mark.parametrize(
    ("action", "command"),
    [
        ("0x1 (GPU Reset Required)", "nvidia-smi --gpu-reset"),
        ("0x2 (Node Reboot Required)", "reboot"),
        ("0x2 (OS Reboot)", "reboot"),
        ("0x3 (Drain P2P)", "nvidia-smi -q | grep"),
    ],
)
def test_what_the_driver_asks_for_is_the_fix(action, command):
    finding = reported(xid(48), CHANGED.format("0000:13:00", action))
    assert finding.cause == "xid-hardware"
    assert finding.fix.command.startswith(command)


@pytest.mark.parametrize("text", [CHANGED.format("0000:13:00", "0x0 (None)")])
def test_nothing_asked_for_is_no_fault(text):
    assert reported(text).outcome.value == "pass"


def test_what_is_asked_for_on_another_gpu_fixes_that_one_alone():
    finding = reported(xid(79), CHANGED.format("0000:14:00", "0x1 (GPU Reset Required)"))
    assert finding.fix.command == "reboot"
