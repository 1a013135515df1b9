"""GPUs that are well, of which nothing is told, whose memory is broken or that are slowed down."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.gpus import Gpus
from tests.support.cards import CHECKS, H100, SILENT, cluster, gpus, lone_finding


@pytest.mark.parametrize("check", CHECKS)
def test_healthy_gpus_pass(check):
    assert lone_finding(cluster(gpus(), gpus(), gpus()), check).outcome.value == "pass"


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_not_told_is_no_finding(check):
    snap = cluster(*[gpus(SILENT, seconds=0.0)] * 3)
    assert lone_finding(snap, check).outcome.value in ("skip", "pass")


@pytest.mark.parametrize("check", CHECKS)
def test_a_node_without_gpus_is_not_asked(check):
    assert lone_finding(cluster(Gpus((), ()), Gpus((), ())), check, "node2").outcome.value == "skip"


@pytest.mark.parametrize("check", CHECKS)
def test_a_broken_driver_is_told_of_elsewhere(check):
    broken = dataclasses.replace(gpus(), error="GPU 5: GPU is lost")
    finding = lone_finding(cluster(gpus(), gpus(), broken), check)
    assert finding.outcome.value == "skip"
    assert "gpu.driver-answers" in finding.message


@pytest.mark.parametrize(
    ("third", "cause"),
    [
        ({"ecc_uncorrected": 2}, "ecc-uncorrected"),
        ({"remap_pending": True, "ecc_uncorrected": 1}, "remap-pending"),
        ({"retirement_pending": True}, "remap-pending"),
        ({"remap_failed": True, "remap_pending": True}, "remap-failed"),
    ],
)
def test_memory_that_is_broken_blocks_with_its_worst_cause(third, cause):
    finding = lone_finding(cluster(gpus(), gpus(), gpus(third=third)), "memory-has-no-errors")
    assert (finding.cause, finding.stops) == (cause, True)
    assert "GPU 3 of node3" in finding.message or "GPU 3" in finding.message
    assert finding.evidence["uuids"] == ["GPU-3"]


def test_one_gpu_is_reset_by_its_number_and_several_in_turn():
    one = lone_finding(cluster(gpus(third={"ecc_uncorrected": 1})), "memory-has-no-errors", "node1")
    assert one.fix and one.fix.command == "nvidia-smi -i 3 --gpu-reset"
    cards = gpus(dataclasses.replace(H100, remap_pending=True), third={"remap_pending": False})
    some = lone_finding(cluster(cards), "memory-has-no-errors", "node1")
    assert some.message.startswith("GPUs 0-2,4-7 of node1")
    assert some.fix and "for gpu in 0 1 2 4 5 6 7; do nvidia-smi -i $gpu" in some.fix.command
    every = gpus(dataclasses.replace(H100, ecc_uncorrected=1), third={})
    whole = lone_finding(cluster(every), "memory-has-no-errors", "node1")
    assert whole.fix and whole.fix.command == "nvidia-smi --gpu-reset"


@pytest.mark.parametrize(
    ("third", "cause"),
    [
        ({"slowdowns": ("hw-thermal", "hw-slowdown")}, "slowdown"),
        ({"slowdowns": ("sw-thermal",)}, "slowdown"),
        ({"slowdowns": ("hw-power-brake", "hw-slowdown")}, "power-brake"),
    ],
)
def test_a_gpu_that_is_slowed_down_warns(third, cause):
    finding = lone_finding(cluster(gpus(), gpus(), gpus(third=third)), "nothing-slows-it-down")
    assert (finding.cause, finding.warned) == (cause, True)


@pytest.mark.parametrize(
    ("action", "cause", "command"),
    [
        (1, "reset-needed", "nvidia-smi -i 3 --gpu-reset"),
        (2, "reboot-needed", "reboot"),
        (3, "drain-needed", "nvidia-smi -q"),
        (4, "reset-needed", "nvidia-smi -i 3 --gpu-reset"),
        (5, "recovery-needed", "nvidia-smi -q"),
    ],
)
def test_what_the_driver_asks_for_before_a_gpu_is_used(action, cause, command):
    snap = cluster(gpus(), gpus(), gpus(third={"recovery": action}))
    finding = lone_finding(snap, "driver-asks-for-no-recovery")
    assert (finding.cause, finding.stops) == (cause, True)
    assert finding.fix.command.startswith(command)


def test_broken_memory_is_reported_once():
    snap = cluster(gpus(), gpus(), gpus(third={"recovery": 1, "remap_pending": True}))
    assert lone_finding(snap, "driver-asks-for-no-recovery").outcome.value == "pass"


@pytest.mark.parametrize(
    ("name", "word", "never"),
    [
        ("NVIDIA H100 80GB HBM3", "nvidia-smi --gpu-reset && systemctl start", "nvlsm"),
        ("NVIDIA B200", "nvlsm", "NMX"),
        ("NVIDIA GB200", "NMX", "systemctl"),
        ("NVIDIA GB300", "NMX", "nvidia-fabricmanager"),
    ],
)
def test_a_fabric_is_set_up_by_what_the_machine_has(name, word, never):
    cards = gpus(dataclasses.replace(H100, name=name), third={"fabric": "in progress"})
    fix = str(lone_finding(cluster(gpus(), gpus(), cards), "fabric-is-ready").fix)
    assert word in fix and never not in fix
