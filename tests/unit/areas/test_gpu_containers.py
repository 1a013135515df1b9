"""Containers that were made without their machine's GPUs."""

from __future__ import annotations

import pytest

from checks.facts.container import Container
from checks.model import Outcome
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "gpu.container-has-the-gpus"
NVIDIA = ("/dev/nvidia0", "/dev/nvidia1")


@pytest.mark.parametrize(
    ("outside", "missing", "outcome"),
    [
        (NVIDIA, NVIDIA, Outcome.FAIL),
        (("/dev/kfd",), ("/dev/kfd",), Outcome.FAIL),
        (NVIDIA, NVIDIA[:1], Outcome.PASS),
        (NVIDIA, (), Outcome.PASS),
        ((), (), Outcome.PASS),
        (("/dev/infiniband/uverbs0",), ("/dev/infiniband/uverbs0",), Outcome.PASS),
    ],
)
def test_a_container_without_any_gpu_of_its_machine_stops(outside, missing, outcome):
    snap = snapshot(("node1",), container="docker exec -i train")
    fact = Container(inside=True, devices_outside=outside, devices_missing=missing)
    finding = judged(with_fact(snap, "node1", fact), CHECK)["node1",]
    assert (finding.outcome, finding.cause == "gpus-left-out") == (outcome, outcome is Outcome.FAIL)


@pytest.mark.parametrize(
    ("container", "device", "said"),
    [
        ("docker exec -i train", "/dev/nvidia0", "`docker run` that made it, with `--gpus all`"),
        ("sudo podman exec -i train", "/dev/nvidia0", "`--device nvidia.com/gpu=all`"),
        ("docker exec -i train", "/dev/kfd", "--device=/dev/kfd --device=/dev/dri"),
        ("kubectl exec -i train --", "/dev/nvidia0", "nvidia.com/gpu: 1"),
        ("apptainer exec image.sif", "/dev/nvidia0", "--nv"),
    ],
)
def test_the_option_is_that_of_what_made_it(container, device, said):
    snap = snapshot(("node1",), container=container)
    fact = Container(inside=True, devices_outside=(device,), devices_missing=(device,))
    fix = judged(with_fact(snap, "node1", fact), CHECK)["node1",].fix
    assert fix and said in fix.note


def test_where_no_container_is_named_nothing_is_held_against_it():
    snap = with_fact(snapshot(("node1",)), "node1", Container())
    assert judged(snap, CHECK)["node1",].outcome is Outcome.SKIP
