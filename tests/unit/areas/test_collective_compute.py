"""Stragglers, and who is none: speeds made up, in both rounds."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from checks.facts import ClusterView
from checks.facts.compute import Compute, DeviceMeasurement, DeviceReport
from checks.facts.gpus import Gpus
from checks.facts.rendezvous import Rendezvous
from checks.facts.smoke import Smoke, SmokeRank, SmokeReport
from checks.facts.snapshot import Snapshot
from checks.outliers.stragglers import reference_nodes
from checks.stages.compute import apart_by_gpu
from tests.support.cards import H100 as CARD
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "collective.accelerators-are-alike-fast"
H100 = "NVIDIA H100 80GB HBM3"


def cpu(speed: float, **more: Any) -> DeviceMeasurement:
    speeds = {"fp32": speed, "memory": 20.0}
    return DeviceMeasurement(0, 1.0, DeviceReport("done", "cpu", "EPYC", speeds, **more))


def gpu(speed: float, name: str = H100) -> DeviceMeasurement:
    return DeviceMeasurement(
        0, 2.0, DeviceReport("done", "cuda", name, {"bf16": speed, "memory": 2000.0})
    )


def cluster(*facts: Compute) -> Snapshot:
    names = tuple(f"node{at}" for at in range(1, len(facts) + 1))
    snap = snapshot(names)
    for name, fact in zip(names, facts, strict=True):
        with_fact(with_fact(snap, name, fact), name, Rendezvous(torch="2.5", world=3))
    return snap


def computed(*first: DeviceMeasurement, alone: tuple[DeviceMeasurement, ...] = ()) -> Compute:
    return Compute(20.0, first, alone)


def outcomes(snap: Snapshot) -> dict[str, str]:
    """Cause or outcome by node."""
    return {
        name: finding.cause or finding.outcome.value
        for (name,), finding in judged(snap, CHECK).items()
    }


def test_alike_is_alike():
    snap = cluster(computed(cpu(60.0)), computed(cpu(45.0)), computed(cpu(80.0)))
    assert set(outcomes(snap).values()) == {"pass"}
    assert "3 are alike" in judged(snap, CHECK)[("node1",)].message


SLOW = [
    computed(cpu(60.0), alone=(cpu(70.0),)),
    computed(cpu(65.0)),
    computed(cpu(10.0), alone=(cpu(12.0),)),
]


def test_one_that_is_slow_twice_is_named():
    snap = cluster(*SLOW)
    assert outcomes(snap) == {"node1": "pass", "node2": "pass", "node3": "slow"}
    found = judged(snap, CHECK)[("node3",)]
    assert "fp32 12 GFLOP/s where similar ones reach 70" in found.message
    assert not found.stops


def test_one_that_was_slow_once_is_not():
    again = [*SLOW[:2], computed(cpu(10.0), alone=(cpu(66.0),))]
    assert set(outcomes(cluster(*again)).values()) == {"pass"}


def test_one_that_did_not_end_the_second_time_is_named_with_what_the_first_showed():
    hung = DeviceMeasurement(None, 22.0, DeviceReport("fp32 product"))
    snap = cluster(*SLOW[:2], computed(cpu(10.0), alone=(hung,)))
    assert outcomes(snap) == {"node1": "pass", "node2": "pass", "node3": "slow"}
    assert "fp32 10 GFLOP/s where similar ones reach 60" in judged(snap, CHECK)[("node3",)].message


def test_one_that_was_not_asked_again_is_not_accused():
    once = [computed(cpu(60.0)), computed(cpu(65.0)), computed(cpu(10.0))]
    assert set(outcomes(cluster(*once)).values()) == {"pass"}


def test_two_of_a_kind_have_no_median():
    assert set(outcomes(cluster(computed(cpu(60.0)), computed(cpu(5.0)))).values()) == {"pass"}


def test_gpus_are_held_against_their_own_model():
    snap = cluster(
        computed(gpu(600e3), gpu(610e3), alone=(gpu(600e3), gpu(610e3))),
        computed(gpu(605e3), gpu(400e3), alone=(gpu(605e3), gpu(401e3))),
        computed(gpu(80e3, "NVIDIA A10"), gpu(80e3, "NVIDIA A10")),
    )
    assert outcomes(snap) == {"node1": "pass", "node2": "slow", "node3": "pass"}
    assert "GPU 1 (NVIDIA H100 80GB HBM3): bf16" in judged(snap, CHECK)[("node2",)].message


def test_the_yardstick_is_no_suspect():
    found = dict(zip(("node1", "node2", "node3"), SLOW, strict=True))
    assert reference_nodes(found) == {"EPYC": "node1"}


@pytest.mark.parametrize(
    ("one", "cause"),
    [
        (cpu(60.0, broken=("fp32",)), "not-finite"),
        (DeviceMeasurement(None, 22.0, DeviceReport("fp32 product")), "hang"),
        (
            DeviceMeasurement(
                1, 1.0, DeviceReport("memory", error="RuntimeError", detail="DefaultCPU")
            ),
            "error",
        ),
    ],
)
def test_what_does_not_compute_blocks(one: DeviceMeasurement, cause: str):
    snap = cluster(computed(one), computed(cpu(60.0)), computed(cpu(60.0)))
    found = judged(snap, CHECK)[("node1",)]
    assert (found.cause, found.stops) == (cause, True)
    assert outcomes(snap)["node2"] == "pass"


def test_what_fails_alone_is_the_trainings():
    one = DeviceMeasurement(1, 1.0, DeviceReport("memory", error="RuntimeError"))
    snap = cluster(computed(one), computed(cpu(60.0)), computed(cpu(60.0)))
    with_fact(snap, "node1", Smoke(1, 1.0, (SmokeRank(0, 1, 1.0, SmokeReport("step 1"), ""),)))
    assert outcomes(snap)["node1"] == "skip"


def test_a_torch_that_was_not_imported_is_told_once():
    snap = cluster(*SLOW)
    with_fact(snap, "node3", Rendezvous(error="ImportError"))
    assert outcomes(snap)["node3"] == "skip"


def test_nodes_that_share_a_gpu_are_measured_one_after_the_other():
    def waves(*uuids: str) -> list[list[str]]:
        names = [f"node{at}" for at in range(1, len(uuids) + 1)]
        snap = snapshot(tuple(names))
        for name, uuid in zip(names, uuids, strict=True):
            with_fact(snap, name, Gpus(("NVIDIA",), (dataclasses.replace(CARD, uuid=uuid),)))
        view = ClusterView(snap)
        return [[node.name for node in wave] for wave in apart_by_gpu(view[name] for name in names)]

    assert waves("GPU-a", "GPU-b", "GPU-c") == [["node1", "node2", "node3"]]
    assert waves("GPU-a", "GPU-b", "GPU-a") == [["node1", "node2"], ["node3"]]
    assert waves("GPU-a", "GPU-a", "GPU-a") == [["node1"], ["node2"], ["node3"]]
    assert waves("", "", "0x0") == [["node1", "node2", "node3"]]
    many = waves(*["GPU-a"] * 12)
    assert sum(map(len, many)) == 12
    assert len(many) == 8
