"""Optimizers, schedulers and their numbers, as DeepSpeed and torch take them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.zero_cases import MICRO, PLAIN, apply_fix, outcome

NAMES, VALUES = "optimizer-runs-under-zero", "values-are-accepted"


def optimizer(name: str, **params: Any) -> dict[str, Any]:
    return {MICRO: 1, "optimizer": {"type": name, "params": params}}


def scheduler(name: str, **params: Any) -> dict[str, Any]:
    return {MICRO: 1, "scheduler": {"type": name, "params": params}}


@pytest.mark.parametrize(
    ("check", "config", "expected"),
    [
        (NAMES, optimizer("adamw"), "pass"),
        (NAMES, optimizer("RAdam"), "pass"),
        (NAMES, optimizer("auto"), "pass"),
        (NAMES, optimizer("OneBitAdam"), "pass"),
        (NAMES, optimizer("radam"), "unknown-optimizer!"),
        (NAMES, optimizer("AdamWW"), "unknown-optimizer!"),
        (NAMES, optimizer("Sophia"), "unknown-optimizer!"),
        (NAMES, scheduler("CosineAnnealingLR"), "pass"),
        (NAMES, scheduler("WarmupDecay"), "misspelt-scheduler!"),
        (NAMES, scheduler("WarmupDecayLR", warmup_num_steps=10), "lacking-parameter!"),
        (NAMES, scheduler("WarmupDecayLR", total_num_steps="auto"), "pass"),
        (NAMES, scheduler("WarmupCosineLR"), "lacking-parameter!"),
        (NAMES, scheduler("OneCycle", cycle_min_lr=1e-5), "lacking-parameter!"),
        (NAMES, scheduler("WarmupLR"), "pass"),
        (VALUES, optimizer("AdamW", lr=1e-3, betas=[0.9, 0.99]), "pass"),
        (VALUES, optimizer("AdamW", lr="auto", weight_decay="auto"), "pass"),
        (VALUES, optimizer("AdamW", lr="1e-3"), "wrong-value!"),
        (VALUES, optimizer("AdamW", betas=["0.9", 0.99]), "wrong-value!"),
        (VALUES, optimizer("AdamW", lr="fast"), "wrong-value!"),
        (VALUES, optimizer("Muon", ns_method="simple"), "pass"),
        (VALUES, scheduler("WarmupLR", warmup_num_steps="10"), "wrong-value!"),
        (VALUES, scheduler("WarmupLR", warmup_type="linear"), "pass"),
    ],
)
def test_names_and_numbers(check, config, expected):
    assert outcome(check, config, PLAIN) == expected


@pytest.mark.parametrize(
    ("check", "config"),
    [
        (NAMES, optimizer("AdamWW")),
        (NAMES, scheduler("warmuplr")),
        (VALUES, optimizer("AdamW", lr="1e-3", betas=["0.9", "0.99"])),
    ],
)
def test_the_printed_edit_fixes_it(tmp_path, check, config):
    apply_fix(tmp_path, check, config)
