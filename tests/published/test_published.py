"""Nothing crashes over files that others published, all are understood, and none is accused."""

from __future__ import annotations

import pytest
import yaml

from checks.facts import decode_fact
from checks.facts.gpus import Gpus
from checks.facts.rdma import Rdma
from checks.knowledge.accelerate_config import parse_config
from checks.knowledge.failures import possible_failures, recognise_failure
from checks.knowledge.nccl_transport import port_kind
from checks.model import Outcome
from checks.node.probe import gpu_smi, gpus, rdma
from tests.support import accelerate_files, cards
from tests.support.snapshots import judged
from tests.support.zero_cases import outcome, outcomes_in


@pytest.mark.published("data/deepspeed_configs/*.json")
def test_no_public_config_is_accused_wrongly(path):
    command = ("-m", "axolotl.cli.train", "c.yml")
    expected = {"gathers-on-save": "warn"} if '"stage": 3' in path.read_text() else {}
    if "torch_compile" in path.stem:
        expected["refused-key"] = "warn"  # blocks where the version is known to be 0.19
        assert outcome("values-are-accepted", path.read_text()) == "refused-key!"
    assert outcomes_in(path.parent, path.name, command=command) == expected


@pytest.mark.published("data/accelerate_configs/*.yaml")
def test_published_configurations_are_accepted(path):
    text = path.read_text()
    assert parse_config("a.yaml", text).values == yaml.safe_load(text)
    snap = accelerate_files.snapshot(text.replace("{", "{{").replace("}", "}}"))
    findings = judged(snap, "accelerate.config-is-accepted")
    assert findings["node1",].outcome is Outcome.PASS
    findings |= judged(snap, "accelerate.fsdp-keys-fit")
    assert Outcome.FAIL not in {finding.outcome for finding in findings.values()}


@pytest.mark.published("data/nvidia_smi/*.xml")
def test_published_output_is_read_and_not_available_is_none(path):
    text = path.read_text()
    found = [gpus.complete_gpu(card) for card in gpu_smi.parse_nvidia_smi(text)]
    seen = decode_fact(Gpus, {"vendors": ["NVIDIA"], "gpus": found})
    assert seen.count == text.count("<gpu id=")
    for card in seen.gpus:
        assert card.name and card.uuid.startswith("GPU-") and card.bus.count(":") == 2
        assert card.memory_bytes and card.memory_bytes > 2**33
        assert card.remap_pending in (None, False) and card.fabric is None
        assert card.nvlinks is None and card.slowdowns == ()
    if "<volatile>\n\t\t\t\t<sram_correctable>N/A" in text:
        assert seen.gpus[0].ecc_uncorrected is None
    snap = cards.cluster(seen)
    findings = [judged(snap, f"gpu.{check}")["node1",] for check in cards.CHECKS]
    # the A100 is cut, and a python of somebody's runs on T4 and RTX
    assert {finding.cause for finding in findings} <= {"", "mig-everywhere", "foreign-process"}


@pytest.mark.published("data/infiniband_sysfs/fixtures.txt")
def test_published_trees(path, tmp_path, monkeypatch):
    unpack_ttar(path.read_text(), tmp_path)
    monkeypatch.setattr(rdma, "SYSFS", str(tmp_path))
    found = decode_fact(Rdma, rdma.rdma({}))
    assert set(found.ports) == {"hfi1_0:1", "mlx4_0:1", "mlx4_0:2", "mlx5_0:1"}
    assert set(found.active) == set(found.ports)
    assert {port_kind(port) for port in found.ports.values()} == {"InfiniBand"}
    assert found.ports["mlx4_0:2"].rate == "40 Gb/sec (4X QDR)"


def unpack_ttar(text, root):
    """The text form of trees in prometheus/procfs: `Path:`, `Lines:`, content, `Mode:`."""
    rows = iter(text.splitlines())
    for row in rows:
        if row.startswith("Path: "):
            count = int(next(rows).removeprefix("Lines: "))
            content = "\n".join(next(rows) for _ in range(count)).replace("EOF", "")
            file = root / row.removeprefix("Path: fixtures/sys/class/infiniband/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content + "\n")


GUESSED = {"nccl-timeout-zero3-save": "nccl-watchdog-timeout"}
"""What a line alone does not show: that an all-gather which timed out was part of a save."""


@pytest.mark.published("reference/failures.yaml")
def test_every_published_failure_is_recognised_as_the_same(path):
    failures = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = failures if isinstance(failures, list) else failures["failures"]
    assert entries
    shown = {entry["id"]: failure_shown(entry["sample"]) for entry in entries}
    assert shown == {name: GUESSED.get(name, name) for name in shown}


def failure_shown(line):
    """What the line alone shows, or else what it may show where more stands around it."""
    recognised = recognise_failure(line) or next(iter(possible_failures(line)))
    return recognised[0].id
