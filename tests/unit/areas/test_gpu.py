"""GPUs: how many of what kind, against slots and peers."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts.account import Account
from checks.facts.gpus import Gpu, Gpus
from checks.model import Node
from tests.support.snapshots import judged, snapshot, with_fact, without

GIB = 1024**3
WHO = Account("root", 0, "/root", "/bin/sh", "node", "m", "b", "3.11.2", "Linux 6", 4, 8 * GIB)
MISMATCH = "Failed to initialize NVML: Driver/library version mismatch"


def having(count: int, name: str = "NVIDIA H100", vendor: str = "NVIDIA", **fields: Any) -> Gpus:
    cards = tuple(Gpu(i, name, f"GPU-{i}", 80 * GIB, "550.54") for i in range(count))
    return Gpus((vendor,) if cards else (), cards, **fields)


def cluster(*facts: Gpus, slots: int | None = 8):
    names = tuple(f"node{number}" for number in range(1, len(facts) + 1))
    snap = snapshot(names, hosts=tuple(Node(name, slots=slots) for name in names))
    for name, fact in zip(names, facts, strict=True):
        with_fact(with_fact(snap, name, fact), name, WHO)
    return snap


def of(snap, check, node="node1"):
    return judged(snap, f"gpu.{check}")[(node,)]


def test_a_driver_that_names_gpus_answers():
    finding = of(cluster(having(8)), "driver-answers")
    assert finding.outcome.value == "pass"
    assert "550.54" in finding.message


def test_a_driver_updated_without_reboot_blocks():
    finding = of(cluster(having(8), having(0, error=MISMATCH)), "driver-answers", "node2")
    assert (finding.cause, finding.stops) == ("driver-library-mismatch", True)
    assert finding.fix
    assert finding.fix.command == "reboot"


def test_any_other_driver_error_blocks_with_its_words():
    lost = having(0, error="Unable to determine the device handle: GPU is lost")
    finding = of(cluster(lost), "driver-answers")
    assert finding.cause == "driver-does-not-answer"
    assert "GPU is lost" in finding.message


@pytest.mark.parametrize("on_bus", [0, 8])
def test_an_unloaded_driver_matters_only_where_there_is_a_card(on_bus):
    unloaded = having(0, error="Driver Not Loaded", nvidia_on_bus=on_bus)
    finding = of(cluster(unloaded), "driver-answers")
    assert finding.outcome.value == ("fail" if on_bus else "skip")


def test_a_card_without_any_driver_warns():
    assert of(cluster(having(0, nvidia_on_bus=1)), "driver-answers").warned


def test_no_gpu_is_no_driver_to_ask():
    assert of(cluster(having(0)), "driver-answers").outcome.value == "skip"


def test_enough_gpus_hold():
    assert of(cluster(having(8)), "slots-have-gpus").outcome.value == "pass"


def test_fewer_slots_than_gpus_hold():
    assert of(cluster(having(8), slots=4), "slots-have-gpus").outcome.value == "pass"


def test_slots_left_to_detection_hold():
    finding = of(cluster(having(8), slots=None), "slots-have-gpus")
    assert finding.message == "8 GPUs, so 8 slots"


def test_more_slots_than_gpus_blocks_with_the_line_to_write():
    finding = of(cluster(having(8), having(7)), "slots-have-gpus", "node2")
    assert (finding.cause, finding.stops) == ("more-slots-than-gpus", True)
    assert finding.fix
    assert "`node2 slots=7`" in finding.fix.note


def test_a_node_without_gpus_among_gpu_nodes_is_accused():
    findings = judged(cluster(having(8), having(0), having(8)), "gpu.slots-have-gpus")
    assert {node for (node,), finding in findings.items() if finding.stops} == {"node2"}
    assert findings[("node2",)].cause == "no-gpu"


def test_without_gpus_anywhere_slots_are_cpu_ranks():
    assert of(cluster(having(0), slots=4), "slots-have-gpus").outcome.value == "skip"


def test_more_cpu_slots_than_cpus_warns():
    finding = of(cluster(having(0), slots=5), "slots-have-gpus")
    assert (finding.cause, finding.warned) == ("more-slots-than-cpus", True)


def test_a_broken_driver_is_accused_once():
    snap = cluster(having(8), having(0, error=MISMATCH))
    finding = of(snap, "slots-have-gpus", "node2")
    assert finding.outcome.value == "skip"
    assert "gpu.driver-answers" in finding.message


def test_equal_models_hold():
    assert of(cluster(having(8), having(8)), "models-are-equal").outcome.value == "pass"


def test_the_node_with_other_gpus_is_warned_of():
    snap = cluster(having(8, "NVIDIA A100"), having(8), having(8))
    findings = judged(snap, "gpu.models-are-equal")
    assert {node for (node,), finding in findings.items() if finding.warned} == {"node1"}
    assert "8 x NVIDIA A100 (80 GiB)" in findings[("node1",)].message


def test_unknown_memory_is_left_out_and_not_a_difference_in_words():
    card = Gpus(("NVIDIA",), (Gpu(0, "Tesla T4", "GPU-0", None, "470"),))
    assert of(cluster(card, slots=1), "models-are-equal").message == "1 x Tesla T4"


def test_a_node_without_gpus_has_no_models():
    assert of(cluster(having(8), having(0)), "models-are-equal", "node2").outcome.value == "skip"


def test_one_vendor_holds():
    assert judged(cluster(having(8), having(8)), "gpu.one-vendor")[()].message == "all NVIDIA"


def test_two_vendors_block():
    snap = cluster(having(8), having(8), having(8, "gfx942", "AMD"))
    finding = judged(snap, "gpu.one-vendor")[()]
    assert (finding.cause, finding.stops) == ("mixed-vendors", True)
    assert finding.message.endswith("NVIDIA on node[1-2]; AMD on node3")


def test_no_vendor_is_nothing_to_compare():
    assert judged(cluster(having(0)), "gpu.one-vendor")[()].outcome.value == "skip"


def test_a_node_with_too_few_gpus_is_not_told_of_twice():
    finding = of(cluster(having(8), having(7), having(8)), "models-are-equal", "node2")
    assert (finding.outcome.value, finding.message) == ("skip", "see gpu.slots-have-gpus")


def test_no_answer_is_no_pass():
    snap = without(cluster(having(8)), "node1", Gpus)
    for check in ("driver-answers", "slots-have-gpus", "models-are-equal"):
        assert of(snap, check).outcome.value == "unknown"
    assert judged(snap, "gpu.one-vendor")[()].outcome.value == "unknown"
