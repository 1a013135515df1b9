"""GPUs in a mode that ranks cannot use, and drivers that are slow or another version."""

from __future__ import annotations

import dataclasses

import pytest

from tests.support.cards import H100, cluster, gpus, lone_finding
from tests.support.snapshots import judged


def test_mig_on_one_node_blocks_and_on_all_warns():
    cut = gpus(dataclasses.replace(H100, mig=True), third={})
    finding = lone_finding(cluster(gpus(), gpus(), cut), "mig-is-off")
    assert (finding.cause, finding.stops) == ("mig-on", True)
    assert finding.fix and finding.fix.command == "nvidia-smi -mig 0"
    everywhere = judged(cluster(cut, cut), "gpu.mig-is-off")
    assert {finding.cause for finding in everywhere.values() if finding.warned} == {
        "mig-everywhere"
    }


def test_a_prohibited_gpu_blocks_and_an_exclusive_one_warns():
    closed = gpus(third={"compute_mode": "prohibited"})
    finding = lone_finding(cluster(gpus(), gpus(), closed), "compute-mode-allows-ranks")
    assert (finding.cause, finding.stops) == ("compute-prohibited", True)
    taken = gpus(third={"compute_mode": "exclusive"})
    finding = lone_finding(cluster(gpus(), gpus(), taken), "compute-mode-allows-ranks")
    assert (finding.cause, finding.warned) == ("compute-exclusive", True)


def test_persistence_that_most_nodes_have_is_expected():
    off = gpus(dataclasses.replace(H100, persistence=False), third={})
    finding = lone_finding(cluster(gpus(), gpus(), off), "persistence-mode-is-on")
    assert (finding.cause, finding.warned) == ("persistence-off", True)
    assert finding.fix and finding.fix.command == "nvidia-smi -pm 1"


def test_persistence_off_everywhere_matters_where_it_is_slow():
    off = gpus(dataclasses.replace(H100, persistence=False), third={})
    slow = dataclasses.replace(off, seconds=6.0)
    snap = cluster(off, off, slow)
    assert lone_finding(snap, "persistence-mode-is-on").cause == "persistence-off"
    assert lone_finding(snap, "driver-answers-in-time").outcome.value == "skip"


@pytest.mark.parametrize(
    ("seconds", "cause"),
    [((0.2, 0.2, 1.5), "driver-slow"), ((0.2, 0.2, 0.9), ""), ((1.2, 1.3, 1.5), "")],
)
def test_a_slow_driver_is_compared_with_its_peers(seconds, cause):
    snap = cluster(*(gpus(seconds=second) for second in seconds))
    assert lone_finding(snap, "driver-answers-in-time").cause == cause


def test_of_two_nodes_only_a_very_slow_driver_warns():
    assert (
        lone_finding(cluster(gpus(), gpus(seconds=4.0)), "driver-answers-in-time", "node2").cause
        == ""
    )
    found = lone_finding(cluster(gpus(), gpus(seconds=6.0)), "driver-answers-in-time", "node2")
    assert found.cause == "driver-slow"


def test_a_node_with_another_driver_warns():
    old = gpus(dataclasses.replace(H100, driver="535.183.01"), third={})
    finding = lone_finding(cluster(gpus(), gpus(), old), "drivers-are-equal")
    assert (finding.cause, finding.warned) == ("driver-differs", True)
    assert finding.message == "node3 has GPU driver 535.183.01, node[1-2] 550.54.15"
