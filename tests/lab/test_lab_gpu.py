"""Healthy labs with a driver in them: a preflight has nothing to say of their GPUs."""

from __future__ import annotations

import pytest

from checks.judge import decide
from launcher.lab.cluster import Lab
from tests.lab.faults.gpu import EIGHT_H100, SHAPE, kernel, says, xid
from tests.support.lab_fixtures import assert_nothing_left, down_and_gone, leavings
from tests.support.lab_preflight import (
    UNFIXABLE,
    break_nodes,
    describe,
    job_of,
    run_preflight,
)

ORDINARY = {
    "as-they-are": (),
    "a-program-crashed": (xid(13), xid(31), xid(43), xid(45)),
    "an-error-that-a-reset-settled": (xid(63), xid(94)),
    "not-fatal-on-a-switch": (
        kernel("sxid", "nvidia-nvswitch3: SXid (PCI:0000:c1:00.0): 12028, Non-fatal, Link 32"),
    ),
    "cards-that-tell-little": (
        says(
            "geforce",
            *("name NVIDIA GeForce RTX 3090", "ecc -", "remap_failed -", "links -", "fabric -"),
            *("mig -", "persistence 0", "reasons -", "width 8", "gen_max 4", "pids -"),
        ),
    ),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_nothing_to_say(name, tmp_path):
    lab = Lab.up(SHAPE, tmp_path / ".lab")
    try:
        for fault in (EIGHT_H100, *ORDINARY[name]):
            break_nodes(lab, fault, ("node1", "node2", "node3"))
        before = leavings(lab)
        findings = [finding for finding in run_preflight(job_of(lab)) if finding.check != UNFIXABLE]
        passed = {finding.check for finding in findings if finding.outcome.value == "pass"}
        assert not describe(findings)
        assert {"gpu.slots-have-gpus", "gpu.kernel-reports-no-gpu-fault"} <= passed
        assert decide(findings) == "go"
        assert_nothing_left(lab, before)
    finally:
        down_and_gone(lab)
