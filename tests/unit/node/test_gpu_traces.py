"""What a node shows of its GPUs without NVIDIA's tools, and AMD's devices by kernel and amd-smi."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from checks.facts.decode import decode_fact
from checks.facts.gpus import Gpus
from checks.node.probe import gpu_amd, gpu_traces, gpus


def test_the_kernel_module_names_gpus_where_nothing_else_does(tmp_path):
    folder = tmp_path / "gpus/0000:3b:00.0"
    folder.mkdir(parents=True)
    (folder / "information").write_text(
        "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 18\nGPU UUID: \t GPU-1\n"
        "Bus Type: \t PCIe\nBus Location: \t 0000:3b:00.0\nDevice Minor: \t 0\n"
    )
    (tmp_path / "version").write_text(
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build\n"
    )
    found = gpu_traces.by_proc(str(tmp_path))
    assert found
    (card,) = found["gpus"]
    assert (card["name"], card["uuid"]) == ("NVIDIA H100 80GB HBM3", "GPU-1")
    assert (card["bus"], card["driver"], card["memory_bytes"]) == (
        "0000:3b:00.0",
        "550.54.15",
        None,
    )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("EnableMSI: 1\nGrdmaPciTopoCheckOverride: 1\n", True),
        ("GrdmaPciTopoCheckOverride: 0\n", False),
        ('EnableMSI: 1\nCoherentGPUMemoryMode: "driver"\n', None),
    ],
)
def test_what_the_driver_says_of_its_topology_check(tmp_path, params, expected):
    (tmp_path / "params").write_text(params)
    assert gpu_traces.topology_override(str(tmp_path / "params")) is expected


def test_the_line_that_asks_for_no_topology_check(tmp_path):
    (tmp_path / "a.conf").write_text("# options nvidia NVreg_GrdmaPciTopoCheckOverride=1\n")
    (tmp_path / "b.conf").write_text(
        "options nvidia NVreg_EnableMSI=1 NVreg_GrdmaPciTopoCheckOverride=1\n"
    )
    assert gpu_traces.override_lines(str(tmp_path)) == [f"{tmp_path}/b.conf:1"]


def test_no_kernel_module_is_no_answer(tmp_path):
    assert gpu_traces.by_proc(str(tmp_path)) is None


def test_an_empty_library_is_seen(tmp_path, monkeypatch):
    (tmp_path / "libcuda.so.1").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    found = gpu_traces.driver_libraries()["libcuda.so.1"]
    assert found == {"path": str(tmp_path / "libcuda.so.1"), "bytes": 0}


def test_the_linkers_cache_is_read(tmp_path, monkeypatch):
    (tmp_path / "libnvidia-ml.so.1").write_text("x")
    cache = tmp_path / "ld.so.cache"
    cache.write_bytes(
        b"glibc-ld.so.cache1.1\0x\0" + os.fsencode(tmp_path) + b"/libnvidia-ml.so.1\0"
    )
    monkeypatch.setattr(gpu_traces, "LINKER_CACHE", str(cache))
    assert gpu_traces.find_library("libnvidia-ml.so.1") == (str(tmp_path / "libnvidia-ml.so.1"), 1)


def test_a_running_fabric_manager_is_seen(tmp_path):
    (tmp_path / "77").mkdir()
    assert gpu_traces.fabric_manager_runs(str(tmp_path)) is None
    (tmp_path / "1").mkdir()
    (tmp_path / "1/comm").write_text("systemd\n")
    assert gpu_traces.fabric_manager_runs(str(tmp_path)) is False
    (tmp_path / "77/comm").write_text("nv-fabricmanage\n")
    assert gpu_traces.fabric_manager_runs(str(tmp_path))


def test_the_bus_counts_display_and_compute_devices_of_a_vendor(tmp_path):
    for name, vendor, kind in (
        ("a", "0x10de", "0x030200"),
        ("b", "0x10de", "0x068000"),  # an NVSwitch is a bridge
        ("c", "0x1002", "0x120000"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(vendor + "\n")
        (tmp_path / name / "class").write_text(kind + "\n")
    assert gpu_traces.count_on_bus(gpu_traces.NVIDIA, str(tmp_path)) == 1
    assert gpu_traces.count_on_bus(gpu_traces.AMD, str(tmp_path)) == 1
    switches = gpu_traces.count_on_bus(gpu_traces.NVIDIA, str(tmp_path), (gpu_traces.BRIDGE,))
    assert switches == 1


def kfd(folder: Path) -> Path:
    """One CPU and one MI300X as the kernel lists them, and the GPU's place on the bus."""
    cpu, gpu = folder / "kfd/0", folder / "kfd/1"
    for node, simd in ((cpu, 0), (gpu, 1216)):
        (node / "mem_banks/0").mkdir(parents=True)
        (node / "properties").write_text(
            f"cpu_cores_count 0\nsimd_count {simd}\nunique_id 77\nlocation_id 3072\ndomain 0\n"
        )
        (node / "mem_banks/0/properties").write_text("heap_type 1\nsize_in_bytes 206141652992\n")
    (gpu / "name").write_text("gfx942\n")
    device = folder / "pci/0000:0c:00.0"
    (device / "ras").mkdir(parents=True)
    (device / "mem_info_vram_used").write_text("297271296\n")
    (device / "ras/umc_err_count").write_text("ue: 2\nce: 10\n")
    (device / "ras/gfx_err_count").write_text("ue: 1\nce: 0\n")
    return folder


def test_amd_devices_come_from_the_kernel(tmp_path):
    kfd(tmp_path)
    (found,) = gpu_amd.by_kfd(str(tmp_path / "kfd"), str(tmp_path / "pci"))
    assert (found["name"], found["uuid"], found["memory_bytes"]) == ("gfx942", "77", 206141652992)
    assert (found["bus"], found["memory_used_bytes"]) == ("0000:0c:00.0", 297271296)
    assert found["ecc_uncorrected"] == 3


def test_a_machine_without_amd_devices_has_none(tmp_path):
    assert gpu_amd.by_kfd(str(tmp_path / "none")) == []
    assert gpu_amd.uncorrected_errors(str(tmp_path / "none")) is None


AMD_SMI = {
    "gpu": 0,
    "ecc": {"total_correctable_count": 1, "total_uncorrectable_count": 0},
    "throttle": {
        "accumulation_counter": 11240028,
        "prochot_violation_status": "NOT ACTIVE",
        "ppt_violation_status": "ACTIVE",
        "socket_thermal_violation_status": "ACTIVE",
        "hbm_thermal_violation_status": "N/A",
    },
}


@pytest.mark.parametrize("said", [[AMD_SMI], {"gpu_data": [AMD_SMI]}], ids=["rocm-6", "rocm-7"])
def test_amd_smi_adds_what_slows_a_device_down(said):
    assert gpu_amd.parse_amd_smi(json.dumps(said)) == [
        {"ecc_uncorrected": 0, "slowdowns": ["hw-thermal"]}
    ]


def test_what_amd_smi_does_not_tell_is_none():
    said = [{"gpu": 0, "ecc": {"total_uncorrectable_count": "N/A"}, "throttle": "N/A"}]
    assert gpu_amd.parse_amd_smi(json.dumps(said)) == [{"ecc_uncorrected": None, "slowdowns": None}]


def test_both_are_one_answer(tmp_path, monkeypatch):
    cards = gpu_amd.by_kfd(str(kfd(tmp_path) / "kfd"), str(tmp_path / "pci"))
    monkeypatch.setattr(gpu_amd, "by_kfd", lambda: cards)
    monkeypatch.setattr(gpu_amd, "by_amd_smi", lambda: gpu_amd.parse_amd_smi(json.dumps([AMD_SMI])))
    monkeypatch.setattr(gpus, "nvidia_leaves_traces", lambda: False)
    seen = decode_fact(Gpus, gpus.gpus({"python": None}))
    (card,) = seen.gpus
    assert (seen.vendors, card.name, card.bus) == (("AMD",), "gfx942", "0000:0c:00.0")
    assert (card.slowdowns, card.ecc_uncorrected) == (("hw-thermal",), 0)


def test_amd_smi_that_fails_changes_nothing(tmp_path, monkeypatch):
    command = tmp_path / "amd-smi"
    command.write_text("#!/bin/sh\necho 'Error: no driver'; exit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert gpu_amd.by_amd_smi() == []
