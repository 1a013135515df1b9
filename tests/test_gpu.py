"""GPUs: what the drivers' own outputs are read as, and what is made of them."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from checks.facts.decode import decode
from checks.facts.gpus import Gpu, Gpus
from checks.facts.who import Who
from checks.model import Node
from checks.probe import gpus as probe
from tests.snapshots import judged, snapshot, with_fact, without

GIB = 1024**3
WHO = Who("root", 0, "/root", "/bin/sh", "node", "m", "b", "3.11.2", "Linux 6", 4, 8 * GIB)
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
    assert {node for (node,), one in findings.items() if one.stops} == {"node2"}
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
    assert {node for (node,), one in findings.items() if one.warned} == {"node1"}
    assert "8 x NVIDIA A100 (80 GiB)" in findings[("node1",)].message


def test_unknown_memory_is_left_out_and_not_a_difference_in_words():
    card = Gpus(("NVIDIA",), (Gpu(0, "Tesla T4", "GPU-0", None, "470"),))
    assert of(cluster(card), "models-are-equal").message == "1 x Tesla T4"


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


def test_no_answer_is_no_pass():
    snap = without(cluster(having(8)), "node1", Gpus)
    for check in ("driver-answers", "slots-have-gpus", "models-are-equal"):
        assert of(snap, check).outcome.value == "unknown"
    assert judged(snap, "gpu.one-vendor")[()].outcome.value == "unknown"


SMI = """\
0, NVIDIA H100 80GB HBM3, GPU-5c89852d-2268-c0e5-3c5c-2f1a2cf2ab11, 81559, 550.54.15
1, GRID A100, GPU-b850f46d-d5ea-c752-ddf3-c6453e44d3f7, [N/A], 550.54.15
"""


def test_nvidia_smi_is_read_and_not_available_is_not_zero():
    first, second = probe.parse_nvidia_smi(SMI)
    assert first["name"] == "NVIDIA H100 80GB HBM3"
    assert first["memory_bytes"] == 81559 * 1024 * 1024
    assert second["memory_bytes"] is None


def fake_smi(folder, monkeypatch, body):
    command = folder / "nvidia-smi"
    command.write_text(f"#!/bin/sh\n{body}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_nvidia_smi_stands_in_where_pynvml_finds_no_library(tmp_path, monkeypatch):
    fake_smi(tmp_path, monkeypatch, f"cat <<'END'\n{SMI}END")
    seen = decode(Gpus, probe.gpus({"python": sys.executable}))
    assert (seen.count, seen.vendors, seen.error) == (2, ("NVIDIA",), "")


def test_a_failing_nvidia_smi_keeps_its_words(tmp_path, monkeypatch):
    fake_smi(tmp_path, monkeypatch, f"echo '{MISMATCH}'; exit 18")
    seen = decode(Gpus, probe.gpus({"python": None}))
    assert (seen.count, seen.error, seen.broken) == (0, MISMATCH, True)


def test_pynvml_of_the_training_interpreter_is_asked_first(tmp_path, monkeypatch):
    (tmp_path / "pynvml.py").write_text(
        f"class NVMLError(Exception): pass\ndef nvmlInit(): raise NVMLError({MISMATCH!r})\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert probe.by_nvml(sys.executable) == {"gpus": [], "error": MISMATCH}


def test_amd_devices_come_from_the_kernel(tmp_path):
    cpu, gpu = tmp_path / "0", tmp_path / "1"
    for node, simd in ((cpu, 0), (gpu, 1216)):
        (node / "mem_banks/0").mkdir(parents=True)
        (node / "properties").write_text(f"cpu_cores_count 0\nsimd_count {simd}\nunique_id 77\n")
        (node / "mem_banks/0/properties").write_text("heap_type 1\nsize_in_bytes 206141652992\n")
    (gpu / "name").write_text("gfx942\n")
    (found,) = probe.by_kfd(str(tmp_path))
    assert (found["name"], found["uuid"], found["memory_bytes"]) == ("gfx942", "77", 206141652992)


def test_the_bus_counts_display_and_compute_devices_of_a_vendor(tmp_path):
    for name, vendor, kind in (
        ("a", "0x10de", "0x030200"),
        ("b", "0x10de", "0x068000"),  # an NVSwitch is a bridge
        ("c", "0x1002", "0x120000"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(vendor + "\n")
        (tmp_path / name / "class").write_text(kind + "\n")
    assert probe.on_the_bus(probe.NVIDIA, str(tmp_path)) == 1
    assert probe.on_the_bus(probe.AMD, str(tmp_path)) == 1


def test_a_machine_without_devices_has_none(tmp_path):
    assert probe.by_kfd(str(tmp_path / "none")) == []
    assert probe.on_the_bus(probe.AMD, str(tmp_path / "none")) == 0
