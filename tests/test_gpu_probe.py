"""What is read of GPUs: by the real pynvml over a stand-in library, nvidia-smi, and the kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.facts.decode import decode
from checks.facts.gpus import Gpus
from checks.probe import gpu_amd, gpu_smi, gpu_traces, gpus
from checks.probe.gpu_nvml import by_nvml
from tests.snapshots import judged
from tests.test_gpu_health import CHECKS, cluster

NVML = Path(__file__).parent / "nvml"
RECORDED = Path(__file__).parent / "recorded/gpu"
PUBLISHED = Path(__file__).parents[2] / "shared/data/nvidia_smi"
MISMATCH = "Failed to initialize NVML: Driver/library version mismatch"


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """A folder with the stand-in for the driver's library."""
    folder = tmp_path_factory.mktemp("nvml")
    argv = ["cc", "-shared", "-fPIC", "-o", str(folder / "libnvidia-ml.so.1"), NVML / "nvml.c"]
    subprocess.run(argv, check=True)
    return folder


@pytest.fixture
def says(library, tmp_path, monkeypatch):
    """What the probe reads where the driver says so beside what a healthy one says."""
    monkeypatch.setenv("LD_LIBRARY_PATH", str(library))
    monkeypatch.setenv("NVML_VALUES", str(tmp_path / "values"))
    monkeypatch.setattr(gpus, "nvidia_leaves_traces", lambda: True)

    def say(*lines: str) -> Gpus:
        text = (NVML / "h100.values").read_text() + "".join(f"{line}\n" for line in lines)
        (tmp_path / "values").write_text(text)
        return decode(Gpus, gpus.gpus({"python": sys.executable}))

    return say


def test_pynvml_tells_all_of_eight_gpus(says):
    seen = says()
    assert (seen.count, seen.vendors, seen.error) == (8, ("NVIDIA",), "")
    assert seen.seconds > 0
    card = seen.gpus[3]
    assert (card.index, card.bus, card.driver) == (3, "0000:13:00.0", "550.54.15")
    assert (card.capability, card.memory_bytes, card.memory_used_bytes) == ("9.0", 85520809984, 0)
    assert card.nvlinks == (True,) * 18
    assert (card.fabric, card.mig, card.compute_mode) == ("completed", False, "default")
    assert (card.ecc_uncorrected, card.remap_pending, card.remap_failed) == (0, False, False)
    assert (card.pcie_width, card.pcie_width_max, card.pcie_gen_max) == (16, 16, 5)
    assert (card.slowdowns, card.persistence, card.processes) == ((), True, ())


def test_what_a_gpu_does_not_tell_is_none(says):
    card = says(
        *("ecc -", "remap_failed -", "links -", "fabric -", "mig -", "reasons -", "width -"),
        *("pids -", "capability -", "mode -", "persistence -", "memory -"),
    ).gpus[0]
    untold = (
        *(card.ecc_uncorrected, card.remap_failed, card.nvlinks, card.fabric, card.mig),
        *(card.slowdowns, card.pcie_width, card.processes, card.capability, card.compute_mode),
        *(card.persistence, card.memory_bytes),
    )
    assert untold == (None,) * 12


def test_one_gpu_alone_may_be_different(says):
    cards = says(
        "3.ecc 2", "3.remap_pending 1", "3.reasons 0xc9", "3.mode 2", "3.links 1101", "3.fabric 1"
    ).gpus
    assert [card.index for card in cards if card.ecc_uncorrected] == [3]
    assert cards[3].slowdowns == ("hw-thermal", "hw-power-brake", "hw-slowdown")
    assert (cards[3].compute_mode, cards[3].nvlinks) == ("prohibited", (True, True, False, True))
    assert (cards[3].remap_pending, cards[3].fabric) == (True, "not started")


def test_a_fabric_that_completed_with_an_error_failed(says):
    assert says("fabric_status 999").gpus[0].fabric == "failed (999)"


def test_a_process_on_a_gpu_has_its_user_and_its_command(says):
    holder = subprocess.Popen(["sleep", "60", "--"])
    try:
        (process,) = says(f"2.pids {holder.pid}:1048576").gpus[2].processes or ()
    finally:
        holder.kill()
        holder.wait()
    assert (process.pid, process.memory_bytes, process.kind) == (holder.pid, 1048576, "compute")
    assert process.command == "sleep 60"
    assert process.user


def test_options_of_a_process_are_not_told():
    words = [sys.executable, "-c", "input()", "--token=secret"]
    process = subprocess.Popen(words, stdin=subprocess.PIPE)
    try:
        said = gpus.command(process.pid)
    finally:
        process.communicate(b"\n")
    assert "secret" not in said
    assert said.startswith("python")


def test_a_lost_gpu_is_an_error_and_the_others_are_told(says):
    seen = says("5.lost 15")
    assert (seen.count, seen.error, seen.broken) == (7, "GPU 5: GPU is lost", True)


def test_a_driver_that_does_not_match_its_library_is_an_error(says):
    seen = says("init 18")
    assert (seen.count, seen.error) == (0, "RM has detected an NVML/RM version mismatch.")
    assert seen.broken


def test_pynvml_of_the_training_interpreter_is_asked_first(tmp_path, monkeypatch):
    (tmp_path / "pynvml.py").write_text(
        f"class NVMLError(Exception): pass\ndef nvmlInit(): raise NVMLError({MISMATCH!r})\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = by_nvml(sys.executable)
    assert (found["gpus"], found["error"]) == ([], MISMATCH)


def fake_smi(folder, monkeypatch, body):
    command = folder / "nvidia-smi"
    command.write_text(f"#!/bin/sh\n{body}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_nvidia_smi_stands_in_where_pynvml_finds_no_library(tmp_path, monkeypatch):
    fake_smi(tmp_path, monkeypatch, f"cat {RECORDED / 'two-cards.xml'}")
    seen = decode(Gpus, gpus.gpus({"python": sys.executable}))
    assert (seen.count, seen.vendors, seen.error) == (2, ("NVIDIA",), "")
    first, second = seen.gpus
    assert (first.bus, first.driver, first.memory_bytes) == (
        "0000:3b:00.0",
        "550.54.15",
        81559 << 20,
    )
    assert (first.ecc_uncorrected, first.remap_pending, first.persistence) == (3, True, True)
    assert (first.slowdowns, first.pcie_width, first.fabric) == (("hw-thermal",), 8, "in progress")
    assert [process.kind for process in first.processes or ()] == ["graphics", "compute"]
    untold = (second.memory_bytes, second.ecc_uncorrected, second.mig, second.fabric)
    assert untold == (None,) * 4
    assert (second.processes, second.slowdowns, second.compute_mode) == (None, None, None)


def test_a_failing_nvidia_smi_keeps_its_words(tmp_path, monkeypatch):
    fake_smi(tmp_path, monkeypatch, f"echo '{MISMATCH}'; exit 18")
    seen = decode(Gpus, gpus.gpus({"python": None}))
    assert (seen.count, seen.error, seen.broken) == (0, MISMATCH, True)


if PUBLISHED.exists():

    @pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.xml")), ids=lambda path: path.stem)
    def test_published_output_is_read_and_not_available_is_none(path):
        text = path.read_text()
        cards = [gpus.completed(card) for card in gpu_smi.parse(text)]
        seen = decode(Gpus, {"vendors": ["NVIDIA"], "gpus": cards})
        assert seen.count == text.count("<gpu id=")
        for card in seen.gpus:
            assert card.name and card.uuid.startswith("GPU-") and card.bus.count(":") == 2
            assert card.memory_bytes and card.memory_bytes > 2**33
            assert card.remap_pending in (None, False) and card.fabric is None
            assert card.nvlinks is None and card.slowdowns == ()
        if "<volatile>\n\t\t\t\t<sram_correctable>N/A" in text:
            assert seen.gpus[0].ecc_uncorrected is None
        snap = cluster(seen)
        found = [judged(snap, f"gpu.{check}")[("node1",)] for check in CHECKS]
        # the A100 is cut, and a python of somebody's runs on T4 and RTX
        assert {one.cause for one in found} <= {"", "mig-everywhere", "foreign-process"}


@pytest.mark.parametrize(
    ("told", "kernels"),
    [
        ("00000000:3B:00.0", "0000:3b:00.0"),
        ("00010000:E1:00.0", "10000:e1:00.0"),
        ("0001:00:00.0", "0001:00:00.0"),
        ("", ""),
    ],
)
def test_an_address_is_written_as_the_kernel_does(told, kernels):
    assert gpus.bus(told) == kernels


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


def test_no_kernel_module_is_no_answer(tmp_path):
    assert gpu_traces.by_proc(str(tmp_path)) is None


def test_an_empty_library_is_seen(tmp_path, monkeypatch):
    (tmp_path / "libcuda.so.1").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    found = gpu_traces.libraries()["libcuda.so.1"]
    assert found == {"path": str(tmp_path / "libcuda.so.1"), "bytes": 0}


def test_the_linkers_cache_is_read(tmp_path, monkeypatch):
    (tmp_path / "libnvidia-ml.so.1").write_text("x")
    cache = tmp_path / "ld.so.cache"
    cache.write_bytes(
        b"glibc-ld.so.cache1.1\0x\0" + os.fsencode(tmp_path) + b"/libnvidia-ml.so.1\0"
    )
    monkeypatch.setattr(gpu_traces, "LINKER_CACHE", str(cache))
    assert gpu_traces.library("libnvidia-ml.so.1") == (str(tmp_path / "libnvidia-ml.so.1"), 1)


def test_a_running_fabric_manager_is_seen(tmp_path):
    (tmp_path / "77").mkdir()
    assert gpu_traces.fabric_manager(str(tmp_path)) is None
    (tmp_path / "1").mkdir()
    (tmp_path / "1/comm").write_text("systemd\n")
    assert gpu_traces.fabric_manager(str(tmp_path)) is False
    (tmp_path / "77/comm").write_text("nv-fabricmanage\n")
    assert gpu_traces.fabric_manager(str(tmp_path))


def test_the_bus_counts_display_and_compute_devices_of_a_vendor(tmp_path):
    for name, vendor, kind in (
        ("a", "0x10de", "0x030200"),
        ("b", "0x10de", "0x068000"),  # an NVSwitch is a bridge
        ("c", "0x1002", "0x120000"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(vendor + "\n")
        (tmp_path / name / "class").write_text(kind + "\n")
    assert gpu_traces.on_the_bus(gpu_traces.NVIDIA, str(tmp_path)) == 1
    assert gpu_traces.on_the_bus(gpu_traces.AMD, str(tmp_path)) == 1
    switches = gpu_traces.on_the_bus(gpu_traces.NVIDIA, str(tmp_path), (gpu_traces.BRIDGE,))
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
    assert gpu_amd.uncorrected(str(tmp_path / "none")) is None


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
    assert gpu_amd.parse(json.dumps(said)) == [{"ecc_uncorrected": 0, "slowdowns": ["hw-thermal"]}]


def test_what_amd_smi_does_not_tell_is_none():
    said = [{"gpu": 0, "ecc": {"total_uncorrectable_count": "N/A"}, "throttle": "N/A"}]
    assert gpu_amd.parse(json.dumps(said)) == [{"ecc_uncorrected": None, "slowdowns": None}]


def test_both_are_one_answer(tmp_path, monkeypatch):
    cards = gpu_amd.by_kfd(str(kfd(tmp_path) / "kfd"), str(tmp_path / "pci"))
    monkeypatch.setattr(gpu_amd, "by_kfd", lambda: cards)
    monkeypatch.setattr(gpu_amd, "by_amd_smi", lambda: gpu_amd.parse(json.dumps([AMD_SMI])))
    monkeypatch.setattr(gpus, "nvidia_leaves_traces", lambda: False)
    seen = decode(Gpus, gpus.gpus({"python": None}))
    (card,) = seen.gpus
    assert (seen.vendors, card.name, card.bus) == (("AMD",), "gfx942", "0000:0c:00.0")
    assert (card.slowdowns, card.ecc_uncorrected) == (("hw-thermal",), 0)


def test_amd_smi_that_fails_changes_nothing(tmp_path, monkeypatch):
    command = tmp_path / "amd-smi"
    command.write_text("#!/bin/sh\necho 'Error: no driver'; exit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert gpu_amd.by_amd_smi() == []
