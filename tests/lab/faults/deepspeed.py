"""A DeepSpeed config that this world of ranks, or these libraries, cannot take."""

from __future__ import annotations

import json
from typing import Any

from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, HEAD, NODE3, Case, Subjects, case, custom

ALONE = LabShape(nodes=1, slots=2)
"""One node, so that the edit on the head is all of the fix."""
BATCH = "batch-sizes-agree"
MICRO = {"train_micro_batch_size_per_gpu": 1}


def config_case(name: str, check: str, cause: str, config: dict[str, Any]) -> Case:
    """A config that must not pass, and does once the fix was typed."""
    text = json.dumps(config)
    job = {"deepspeed_config": "ds.json"}
    fault = custom(name, f"echo '{text}' >$HOME/ds.json")
    subjects: Subjects = ((),) if check == BATCH else HEAD
    return case(fault, f"deepspeed.{check}", subjects, cause, job=job, shape=ALONE)


def optimizer(name: str, **params: Any) -> dict[str, Any]:
    return {**MICRO, "optimizer": {"type": name, "params": params}}


NVME = {
    **MICRO,
    "zero_optimization": {"stage": 3, "offload_param": {"device": "nvme", "nvme_path": "/nvme"}},
}
HAVE_NVME = custom("have-nvme", f"echo '{json.dumps(NVME)}' >/root/ds.json; mkdir -p /nvme")

CASES = [
    config_case(
        "batch-of-no-world",
        *(BATCH, "batch-mismatch"),
        {
            "train_batch_size": 30,
            "train_micro_batch_size_per_gpu": 4,
            "gradient_accumulation_steps": 2,
        },
    ),
    config_case(
        "batch-of-no-rank", "batch-sizes-agree", "batch-mismatch", {"train_batch_size": 17}
    ),
    config_case(
        "optimizer-misspelt",
        *("optimizer-runs-under-zero", "unknown-optimizer"),
        optimizer("AdamWW", lr=0.001),
    ),
    config_case(
        "scheduler-misspelt",
        *("optimizer-runs-under-zero", "misspelt-scheduler"),
        {**MICRO, "scheduler": {"type": "WarmupLinear", "params": {}}},
    ),
    config_case(
        "rate-in-quotes",
        *("values-are-accepted", "wrong-value"),
        optimizer("AdamW", lr="1e-3", betas=["0.9", "0.99"]),
    ),
    case(
        custom("nvme-not-mounted", "rmdir /nvme"),
        *("deepspeed.nvme-path-is-writable", NODE3, "nvme-missing"),
        job={"deepspeed_config": "ds.json"},
        first=((HAVE_NVME, ALL),),
        fixable=False,
        without=("software.operators-can-be-built",),
    ),
]
