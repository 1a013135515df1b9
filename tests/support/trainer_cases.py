"""Scripts of transformers' Trainer and configs, and whether transformers itself takes them."""

from __future__ import annotations

from typing import Any

IMPORT = "from transformers import TrainingArguments, HfArgumentParser\n"
GIVEN = f'{IMPORT}args = TrainingArguments("o", deepspeed="ds.json", {{}})\n'
PARSED = f"{IMPORT}(args,) = HfArgumentParser(TrainingArguments).parse_args_into_dataclasses()\n"
RANKS = 16


def config(**keys: Any) -> dict[str, Any]:
    return {"train_micro_batch_size_per_gpu": "auto", **keys}


def optimizer(**params: Any) -> dict[str, Any]:
    return config(optimizer={"type": "AdamW", "params": params})


def scheduler(**params: Any) -> dict[str, Any]:
    return config(scheduler={"type": "WarmupLR", "params": params})


ON, OFF = {"enabled": True}, {"enabled": False}
CASES: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    (config(), {}, []),
    (config(train_micro_batch_size_per_gpu=8), {}, []),
    (config(train_micro_batch_size_per_gpu=4), {}, ["train_micro_batch_size_per_gpu"]),
    (config(train_micro_batch_size_per_gpu=4), {"per_device_train_batch_size": 4}, []),
    (config(train_micro_batch_size_per_gpu=4), {"auto_find_batch_size": True}, []),
    (config(gradient_accumulation_steps=2), {}, ["gradient_accumulation_steps"]),
    (config(gradient_accumulation_steps=2), {"gradient_accumulation_steps": 2}, []),
    (config(train_batch_size=128), {}, []),
    (config(train_batch_size=32), {}, ["train_batch_size"]),
    (config(train_batch_size=32), {"per_device_train_batch_size": 2}, []),
    (config(train_batch_size=32), {"auto_find_batch_size": True}, []),
    (config(gradient_clipping=1), {}, []),
    (config(gradient_clipping=0.5), {}, ["gradient_clipping"]),
    (config(gradient_clipping=0.5), {"max_grad_norm": 0.5}, []),
    (optimizer(lr=5e-5), {}, []),
    (optimizer(lr=1e-3), {}, ["optimizer.params.lr"]),
    (optimizer(lr=1e-3), {"learning_rate": 1e-3}, []),
    (optimizer(betas=[0.9, 0.999], eps=1e-8, weight_decay=0), {}, []),
    (optimizer(betas=[0.9, 0.95]), {}, ["optimizer.params.betas"]),
    (optimizer(betas=[0.9, 0.95]), {"adam_beta2": 0.95}, []),
    (optimizer(eps=1e-6), {}, ["optimizer.params.eps"]),
    (optimizer(weight_decay=0.1), {}, ["optimizer.params.weight_decay"]),
    (scheduler(warmup_min_lr=1e-6), {}, []),
    (scheduler(warmup_max_lr=1e-3), {}, ["scheduler.params.warmup_max_lr"]),
    (scheduler(warmup_num_steps=10), {"max_steps": 100}, ["scheduler.params.warmup_num_steps"]),
    (scheduler(warmup_num_steps=10), {"max_steps": 100, "warmup_steps": 10}, []),
    (scheduler(total_num_steps=100), {"max_steps": 100}, []),
    (scheduler(total_num_steps=50), {"max_steps": 100}, ["scheduler.params.total_num_steps"]),
    (config(fp16=ON), {}, ["fp16.enabled"]),
    (config(fp16=ON), {"fp16": True}, []),
    (config(fp16=ON), {"fp16_full_eval": True}, []),
    (config(bf16=OFF), {}, []),
    (config(bf16=ON), {}, ["bf16.enabled"]),
    (config(bf16=OFF), {"bf16": True}, ["bf16.enabled"]),
    (config(fp16=ON, gradient_clipping=2.0), {}, ["gradient_clipping", "fp16.enabled"]),
]
"""(config, what is given to TrainingArguments, the keys that are refused over 16 ranks)."""
