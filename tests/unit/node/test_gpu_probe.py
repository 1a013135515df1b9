"""What is read of GPUs: by the real pynvml over a stand-in library, and by nvidia-smi."""

from __future__ import annotations

import subprocess
import sys

import pytest

from checks.facts.decode import decode_fact
from checks.facts.gpus import Gpus
from checks.node.probe import gpus
from checks.node.probe.gpu_nvml import by_nvml
from tests.support.paths import NVML, RECORDED
from tests.support.started import start_program

DATA = RECORDED / "gpu"
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
        return decode_fact(Gpus, gpus.gpus({"python": sys.executable}))

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
    assert card.recovery == 0
    assert says("3.recovery 2").gpus[3].recovery == 2


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
    holder = start_program(["sleep", "60", "--"])
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
    process = start_program(words, stdin=subprocess.PIPE)
    try:
        said = gpus.process_command(process.pid)
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
    fake_smi(tmp_path, monkeypatch, f"cat {DATA / 'two-cards.xml'}")
    seen = decode_fact(Gpus, gpus.gpus({"python": sys.executable}))
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
    seen = decode_fact(Gpus, gpus.gpus({"python": None}))
    assert (seen.count, seen.error, seen.broken) == (0, MISMATCH, True)


@pytest.mark.parametrize(
    ("reported", "kernels"),
    [
        ("00000000:3B:00.0", "0000:3b:00.0"),
        ("00010000:E1:00.0", "10000:e1:00.0"),
        ("0001:00:00.0", "0001:00:00.0"),
        ("", ""),
    ],
)
def test_an_address_is_written_as_the_kernel_does(reported, kernels):
    assert gpus.kernel_bus_address(reported) == kernels
