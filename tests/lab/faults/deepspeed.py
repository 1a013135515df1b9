"""A DeepSpeed config that this world of ranks, or these libraries, cannot take."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, EVERY_NODE, HEAD, NODE3, Case, Subjects, case, custom

ALONE = LabShape(nodes=1, slots=2)
"""One node, so that the edit on the head is all of the fix."""
BATCH = "batch-sizes-agree"
MICRO = {"train_micro_batch_size_per_gpu": 1}


def config_case(name: str, check: str, cause: str, config: dict[str, Any] | str) -> Case:
    """A config, or the file's text, that must not pass, and does once the fix was typed."""
    text = config if isinstance(config, str) else json.dumps(config)
    job = {"deepspeed_config": "ds.json"}
    fault = custom(name, f"echo '{text}' >$HOME/ds.json")
    subjects: Subjects = ((),) if check == BATCH else HEAD
    return case(fault, f"deepspeed.{check}", subjects, cause, job=job, shape=ALONE)


def warned_config(name: str, check: str, cause: str, config: dict[str, Any] | str) -> Case:
    """`config_case` of one that only warns."""
    found = config_case(name, check, cause, config)
    return replace(found, blocks=(), warns=found.blocks)


def optimizer(name: str, **params: Any) -> dict[str, Any]:
    return {**MICRO, "optimizer": {"type": name, "params": params}}


def of_zero(**keys: Any) -> dict[str, Any]:
    return {**MICRO, "zero_optimization": keys}


NVME = {
    **MICRO,
    "zero_optimization": {"stage": 3, "offload_param": {"device": "nvme", "nvme_path": "/nvme"}},
}
HAVE_NVME = custom("have-nvme", f"echo '{json.dumps(NVME)}' >/root/ds.json; mkdir -p /nvme")

CPU = {"device": "cpu"}
EDITED: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("stage-at-the-top", "keys-are-known", "misplaced-key", {**MICRO, "stage": 3}),
    (
        "steps-misspelt",
        "keys-are-known",
        "misspelt-key",
        {**MICRO, "gradient_acumulation_steps": 2},
    ),
    (
        *("ratio-of-stage-2", "offload-takes-effect", "ratio-needs-stage-3"),
        of_zero(stage=2, offload_optimizer={**CPU, "ratio": 0.5}),
    ),
    (
        *("norm-in-the-optimizer", "optimizer-runs-under-zero", "max-grad-norm"),
        optimizer("Adam", lr=0.001, max_grad_norm=1.0),
    ),
    (
        *("both-precisions", "precision-is-one", "two-precisions"),
        {**MICRO, "fp16": {"enabled": True}, "bf16": {"enabled": True}},
    ),
    (
        *("key-and-its-alias", "values-are-accepted", "both-keys"),
        of_zero(stage=3, max_live_parameters=1, stage3_max_live_parameters=1),
    ),
    (
        *("offload-misspelt", "values-are-accepted", "refused-key"),
        of_zero(stage=3, offload_optimzer={}),
    ),
    ("mics-removed", "values-are-accepted", "removed-key", of_zero(stage=3, mics_shard_size=1)),
)
"""What an edit of one key makes right."""
EDITED_TO_WARN: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        *("offload-of-stage-2", "offload-takes-effect", "offload-ignored"),
        of_zero(stage=2, offload_param=CPU),
    ),
    ("no-batch", "batch-sizes-agree", "no-batch-size", {"zero_optimization": {"stage": 1}}),
)

IMPORTED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("wandb-not-installed", {"wandb": {"enabled": True}}),
    ("tensorboard-not-installed", {"tensorboard": {"enabled": True}}),
    ("mup-not-installed", optimizer("MuAdamW", lr=0.001)),
)
"""What the engine imports for a key once the model is loaded; a lab has no index of packages."""

LLAMA_405 = {
    "model_type": "llama",
    "hidden_size": 16384,
    "num_hidden_layers": 126,
    "num_attention_heads": 128,
    "num_key_value_heads": 8,
    "intermediate_size": 53248,
    "vocab_size": 128256,
}
TRAINS_ALL = "import deepspeed\ndeepspeed.initialize()\n"


def too_large(name: str, **zero: Any) -> Case:
    """A model that no host can hold, of which there is the config alone."""
    fault = custom(
        name,
        f"mkdir -p $HOME/model; echo '{json.dumps(LLAMA_405)}' >$HOME/model/config.json\n"
        f"echo '{json.dumps(of_zero(**zero))}' >$HOME/ds.json\n"
        f"printf '{TRAINS_ALL}' >$HOME/train.py",
    )
    return case(
        *(fault, "gpu.model-fits-the-memory", HEAD, "host-too-small"),
        job={"deepspeed_config": "ds.json", "command": ("train.py", "--model", "./model")},
        shape=ALONE,
        fixable=False,
        without=("software.operators-can-be-built",),
    )


OF_TRAINER = (
    "from transformers import TrainingArguments\n"
    'TrainingArguments("out", deepspeed="ds.json", use_cpu=True, per_device_train_batch_size=2)\n'
)
TRAINER = {"deepspeed_config": "ds.json", "command": ("train.py",)}


def refused_by_trainer(name: str, **config: Any) -> Case:
    """A number that DeepSpeed takes, and that no argument of the Trainer's says."""
    fault = custom(
        name,
        f"echo '{json.dumps(config)}' >$HOME/ds.json\n"
        f"printf %s {shlex.quote(OF_TRAINER)} >$HOME/train.py",
    )
    found = ("deepspeed.arguments-agree", HEAD, "arguments-differ")
    return case(fault, *found, job=TRAINER, shape=ALONE)


CASES = [
    refused_by_trainer("trainer-of-another-batch", **MICRO),
    refused_by_trainer("trainer-of-another-total", train_batch_size=32),
    refused_by_trainer("trainer-of-the-default-rate", **optimizer("AdamW", lr=0.001)),
    too_large("model-larger-than-all-hosts", stage=3),
    too_large("model-offloaded-to-a-small-host", stage=3, offload_optimizer=CPU, offload_param=CPU),
    *(config_case(*edited) for edited in EDITED),
    *(warned_config(*edited) for edited in EDITED_TO_WARN),
    warned_config(
        *("comma-lost", "config-is-readable", "comma-missing"),
        '{"train_micro_batch_size_per_gpu": 1\n"steps_per_print": 5}',
    ),
    *(
        replace(
            config_case(
                name,
                *("packages-of-the-config-are-installed", "package-missing"),
                {**MICRO, **keys},
            ),
            fixable=False,
        )
        for name, keys in IMPORTED
    ),
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
    *(
        config_case(name, "values-are-accepted", "out-of-range", {**MICRO, **keys})
        for name, keys in (
            ("prints-never", {"steps_per_print": 0}),
            ("prints-in-quotes", {"steps_per_print": "100"}),
            (
                "warm-up-of-no-step",
                {"scheduler": {"type": "WarmupLR", "params": {"warmup_num_steps": 0}}},
            ),
            ("timers-in-quotes", {"wall_clock_breakdown": "false"}),
        )
    ),
    case(
        custom("libaio-not-installed", "rm -f /usr/include/libaio.h /usr/lib/*/libaio.*"),
        *("software.operators-can-be-built", EVERY_NODE, "no-libaio"),
        job={"deepspeed_config": "ds.json"},
        first=((HAVE_NVME, ALL),),
        on=ALL,
        fixable=False,
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
