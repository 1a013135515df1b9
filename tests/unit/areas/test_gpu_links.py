"""GPUs whose PCIe link, NVLinks or fabric are less than their peers have."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.gpus import Gpus
from tests.support.cards import H100, cluster, gpus, lone_finding
from tests.support.snapshots import judged


@pytest.mark.parametrize("third", [{"pcie_width": 8}, {"pcie_gen_max": 3}])
def test_a_link_below_its_peers_warns(third):
    snap = cluster(gpus(), gpus(), gpus(third=third))
    finding = lone_finding(snap, "pcie-link-is-as-wide-as-its-peers")
    assert (finding.cause, finding.warned) == ("pcie-narrow", True)
    assert "others of its kind" in finding.message


def test_cards_that_all_have_half_their_lanes_are_right():
    half = gpus(dataclasses.replace(H100, pcie_width=8))
    found = lone_finding(cluster(half, half), "pcie-link-is-as-wide-as-its-peers", "node1")
    assert (found.outcome.value, found.message) == ("pass", "x8")


def test_links_of_two_that_differ_accuse_nobody():
    one = Gpus(("NVIDIA",), (dataclasses.replace(H100, pcie_width=8),))
    other = Gpus(("NVIDIA",), (H100,))
    found = judged(cluster(one, other), "gpu.pcie-link-is-as-wide-as-its-peers")
    assert {finding.outcome.value for finding in found.values()} == {"pass"}


def test_an_inactive_nvlink_warns():
    ill = gpus(third={"nvlinks": (True,) * 16 + (False,) * 2})
    finding = lone_finding(cluster(gpus(), gpus(), ill), "nvlinks-are-active")
    assert finding.cause == "nvlink-inactive"
    assert "GPU 3 of node3: 16 active NVLinks; others of its kind have 18" in finding.message


def test_cards_with_twelve_of_eighteen_links_are_right():
    pcie = gpus(dataclasses.replace(H100, nvlinks=(True,) * 12 + (False,) * 6))
    found = lone_finding(cluster(pcie, pcie), "nvlinks-are-active", "node1")
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
    ill = gpus(dataclasses.replace(H100, fabric=state), third={})
    finding = lone_finding(cluster(gpus(), gpus(), ill), "fabric-is-ready")
    assert (finding.cause, finding.stops) == (cause, True)
    reset = "systemctl stop nvidia-fabricmanager; nvidia-smi --gpu-reset"
    assert finding.fix.command == f"{reset} && systemctl start nvidia-fabricmanager"


def test_before_hopper_the_service_is_looked_for():
    a100 = dataclasses.replace(H100, fabric=None)

    def switched(**fields):
        return lone_finding(cluster(gpus(a100, nvswitches=6, **fields)), "fabric-is-ready", "node1")

    assert switched(fabric_manager=False).cause == "fabric-manager-stopped"
    assert switched().outcome.value == "skip"
    assert switched(fabric_manager=True).outcome.value == "pass"
    assert switched(container=True, fabric_manager=False).outcome.value == "skip"
