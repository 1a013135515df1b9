"""GPUs that answer and are not well: their memory, speed, fabric and modes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from checks.facts.gpus import Gpu, Gpus
from checks.facts.kernel_log import KernelLog
from checks.facts.who import Who
from checks.model import Node
from tests.snapshots import judged, snapshot, with_fact

GIB = 1024**3
WHO = Who("root", 0, "/root", "/bin/sh", "node", "m", "b", "3.11.2", "Linux 6", 4, 8 * GIB)
H100 = Gpu(
    *(0, "NVIDIA H100", "GPU-0", 80 * GIB, "550.54.15", "0000:10:00.0", 0, ()),
    capability="9.0",
    ecc_uncorrected=0,
    remap_pending=False,
    remap_failed=False,
    slowdowns=(),
    pcie_width=16,
    pcie_width_max=16,
    pcie_gen_max=5,
    nvlinks=(True,) * 18,
    fabric="completed",
    mig=False,
    compute_mode="default",
    persistence=True,
)
SILENT = Gpu(0, "NVIDIA H100", "GPU-0", None, "550.54.15")
"""A card of which nothing is told."""


def eight(card: Gpu = H100, third: dict[str, Any] | None = None, **fields: Any) -> Gpus:
    """A node's GPUs; `third` are fields of GPU 3 that are different."""
    cards = [
        dataclasses.replace(card, index=i, uuid=f"GPU-{i}", bus=f"0000:{0x10 + i:x}:00.0")
        for i in range(8)
    ]
    cards[3] = dataclasses.replace(cards[3], **(third or {}))
    return Gpus(("NVIDIA",), tuple(cards), **{"seconds": 0.2, **fields})


def cluster(*facts: Gpus, logs: dict[str, KernelLog] | None = None, **job: Any):
    names = tuple(f"node{number}" for number in range(1, len(facts) + 1))
    snap = snapshot(names, hosts=tuple(Node(name, slots=8) for name in names), **job)
    for name, fact in zip(names, facts, strict=True):
        with_fact(with_fact(snap, name, fact), name, WHO)
        with_fact(snap, name, (logs or {}).get(name, KernelLog(readable=True, back_s=7200.0)))
    return snap


def alone(snap, check, node="node3"):
    """The finding on that node, after a look that no other node has one."""
    findings = judged(snap, f"gpu.{check}")
    others = [one for (name,), one in findings.items() if name != node]
    assert not [one for one in others if one.outcome.value in ("fail", "unknown")]
    return findings[(node,)]


CHECKS = (
    *("memory-has-no-errors", "kernel-reports-no-gpu-fault", "nothing-slows-it-down"),
    *("pcie-link-is-as-wide-as-its-peers", "nvlinks-are-active", "fabric-is-ready", "mig-is-off"),
    *("compute-mode-allows-ranks", "persistence-mode-is-on", "driver-answers-in-time"),
    *("gpus-are-idle", "drivers-are-equal"),
)


@pytest.mark.parametrize("check", CHECKS)
def test_healthy_gpus_pass(check):
    assert alone(cluster(eight(), eight(), eight()), check).outcome.value == "pass"


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_not_told_is_no_finding(check):
    snap = cluster(*[eight(SILENT, seconds=0.0)] * 3)
    assert alone(snap, check).outcome.value in ("skip", "pass")


@pytest.mark.parametrize("check", CHECKS)
def test_a_node_without_gpus_is_not_asked(check):
    assert alone(cluster(Gpus((), ()), Gpus((), ())), check, "node2").outcome.value == "skip"


@pytest.mark.parametrize("check", CHECKS)
def test_a_broken_driver_is_told_of_elsewhere(check):
    broken = dataclasses.replace(eight(), error="GPU 5: GPU is lost")
    finding = alone(cluster(eight(), eight(), broken), check)
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
    finding = alone(cluster(eight(), eight(), eight(third=third)), "memory-has-no-errors")
    assert (finding.cause, finding.stops) == (cause, True)
    assert "GPU 3 of node3" in finding.message or "GPU 3" in finding.message
    assert finding.evidence["uuids"] == ["GPU-3"]


def test_one_gpu_is_reset_by_its_number_and_several_in_turn():
    one = alone(cluster(eight(third={"ecc_uncorrected": 1})), "memory-has-no-errors", "node1")
    assert one.fix and one.fix.command == "nvidia-smi -i 3 --gpu-reset"
    cards = eight(dataclasses.replace(H100, remap_pending=True), third={"remap_pending": False})
    some = alone(cluster(cards), "memory-has-no-errors", "node1")
    assert some.message.startswith("GPUs 0-2,4-7 of node1")
    assert some.fix and "for gpu in 0 1 2 4 5 6 7; do nvidia-smi -i $gpu" in some.fix.command
    every = eight(dataclasses.replace(H100, ecc_uncorrected=1), third={})
    whole = alone(cluster(every), "memory-has-no-errors", "node1")
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
    finding = alone(cluster(eight(), eight(), eight(third=third)), "nothing-slows-it-down")
    assert (finding.cause, finding.warned) == (cause, True)


@pytest.mark.parametrize("third", [{"pcie_width": 8}, {"pcie_gen_max": 3}])
def test_a_link_below_its_peers_warns(third):
    snap = cluster(eight(), eight(), eight(third=third))
    finding = alone(snap, "pcie-link-is-as-wide-as-its-peers")
    assert (finding.cause, finding.warned) == ("pcie-narrow", True)
    assert "others of its kind" in finding.message


def test_cards_that_all_have_half_their_lanes_are_right():
    half = eight(dataclasses.replace(H100, pcie_width=8))
    found = alone(cluster(half, half), "pcie-link-is-as-wide-as-its-peers", "node1")
    assert (found.outcome.value, found.message) == ("pass", "x8")


def test_links_of_two_that_differ_accuse_nobody():
    one = Gpus(("NVIDIA",), (dataclasses.replace(H100, pcie_width=8),))
    other = Gpus(("NVIDIA",), (H100,))
    found = judged(cluster(one, other), "gpu.pcie-link-is-as-wide-as-its-peers")
    assert {finding.outcome.value for finding in found.values()} == {"pass"}


def test_an_inactive_nvlink_warns():
    ill = eight(third={"nvlinks": (True,) * 16 + (False,) * 2})
    finding = alone(cluster(eight(), eight(), ill), "nvlinks-are-active")
    assert finding.cause == "nvlink-inactive"
    assert "GPU 3 of node3: 16 active NVLinks; others of its kind have 18" in finding.message


def test_cards_with_twelve_of_eighteen_links_are_right():
    pcie = eight(dataclasses.replace(H100, nvlinks=(True,) * 12 + (False,) * 6))
    found = alone(cluster(pcie, pcie), "nvlinks-are-active", "node1")
    assert (found.outcome.value, found.message) == ("pass", "12 active links each")


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        ("not started", "fabric-not-ready"),
        ("in progress", "fabric-not-ready"),
        ("failed (999)", "fabric-failed"),
    ],
)
def test_a_fabric_that_is_not_set_up_blocks(state, cause):
    ill = eight(dataclasses.replace(H100, fabric=state), third={})
    finding = alone(cluster(eight(), eight(), ill), "fabric-is-ready")
    assert (finding.cause, finding.stops) == (cause, True)
    assert finding.fix and finding.fix.command == "systemctl restart nvidia-fabricmanager"


def test_before_hopper_the_service_is_looked_for():
    a100 = dataclasses.replace(H100, fabric=None)

    def switched(**fields):
        return alone(cluster(eight(a100, nvswitches=6, **fields)), "fabric-is-ready", "node1")

    assert switched(fabric_manager=False).cause == "fabric-manager-stopped"
    assert switched().outcome.value == "skip"
    assert switched(fabric_manager=True).outcome.value == "pass"
    assert switched(container=True, fabric_manager=False).outcome.value == "skip"


def test_mig_on_one_node_blocks_and_on_all_warns():
    cut = eight(dataclasses.replace(H100, mig=True), third={})
    finding = alone(cluster(eight(), eight(), cut), "mig-is-off")
    assert (finding.cause, finding.stops) == ("mig-on", True)
    assert finding.fix and finding.fix.command == "nvidia-smi -mig 0"
    everywhere = judged(cluster(cut, cut), "gpu.mig-is-off")
    assert {one.cause for one in everywhere.values() if one.warned} == {"mig-everywhere"}


def test_a_prohibited_gpu_blocks_and_an_exclusive_one_warns():
    closed = eight(third={"compute_mode": "prohibited"})
    finding = alone(cluster(eight(), eight(), closed), "compute-mode-allows-ranks")
    assert (finding.cause, finding.stops) == ("compute-prohibited", True)
    taken = eight(third={"compute_mode": "exclusive"})
    finding = alone(cluster(eight(), eight(), taken), "compute-mode-allows-ranks")
    assert (finding.cause, finding.warned) == ("compute-exclusive", True)


def test_persistence_that_most_nodes_have_is_expected():
    off = eight(dataclasses.replace(H100, persistence=False), third={})
    finding = alone(cluster(eight(), eight(), off), "persistence-mode-is-on")
    assert (finding.cause, finding.warned) == ("persistence-off", True)
    assert finding.fix and finding.fix.command == "nvidia-smi -pm 1"


def test_persistence_off_everywhere_matters_where_it_is_slow():
    off = eight(dataclasses.replace(H100, persistence=False), third={})
    slow = dataclasses.replace(off, seconds=6.0)
    snap = cluster(off, off, slow)
    assert alone(snap, "persistence-mode-is-on").cause == "persistence-off"
    assert alone(snap, "driver-answers-in-time").outcome.value == "skip"


@pytest.mark.parametrize(
    ("seconds", "cause"),
    [((0.2, 0.2, 1.5), "driver-slow"), ((0.2, 0.2, 0.9), ""), ((1.2, 1.3, 1.5), "")],
)
def test_a_slow_driver_is_compared_with_its_peers(seconds, cause):
    snap = cluster(*(eight(seconds=one) for one in seconds))
    assert alone(snap, "driver-answers-in-time").cause == cause


def test_of_two_nodes_only_a_very_slow_driver_warns():
    assert (
        alone(cluster(eight(), eight(seconds=4.0)), "driver-answers-in-time", "node2").cause == ""
    )
    found = alone(cluster(eight(), eight(seconds=6.0)), "driver-answers-in-time", "node2")
    assert found.cause == "driver-slow"


def test_a_node_with_another_driver_warns():
    old = eight(dataclasses.replace(H100, driver="535.183.01"), third={})
    finding = alone(cluster(eight(), eight(), old), "drivers-are-equal")
    assert (finding.cause, finding.warned) == ("driver-differs", True)
    assert finding.message == "node3 has GPU driver 535.183.01, node[1-2] 550.54.15"
