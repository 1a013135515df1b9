"""Values that DeepSpeed takes from its config and then fails at: divisors, ranges, words, objects.

Tried against DeepSpeed 0.19.8, key by key (`tests/lab/test_deepspeed_ranges.py`).
"""

from __future__ import annotations

from collections.abc import Mapping


def _names(prefix: str, text: str) -> tuple[str, ...]:
    return tuple(prefix + word for word in text.split())


_ZERO = "zero_optimization."
_STAGE3 = (
    "prefetch_bucket_size param_persistence_threshold model_persistence_threshold "
    "max_live_parameters max_reuse_distance"
)

EVER: Mapping[str, tuple[str, ...]] = {
    "divisor": ("steps_per_print",),
    "flag": ("wall_clock_breakdown", "flops_profiler.enabled"),
    "object": _names(
        "",
        "tensorboard wandb csv_monitor comet flops_profiler comms_logger activation_checkpointing "
        "checkpoint data_types torch_autocast pipeline data_efficiency hybrid_engine autotuning "
        "aio",
    ),
    "not negative": _names("optimizer.params.", "lr eps weight_decay momentum"),
    "pair of shares": ("optimizer.params.betas",),
    "TagValidation": ("checkpoint.tag_validation",),
    "text": _names("tensorboard.", "output_path job_name")
    + _names("csv_monitor.", "output_path job_name")
    + ("wandb.project", "comet.project"),
}
"""What no DeepSpeed with that key takes, by kind."""
SINCE_0_19_8: Mapping[str, tuple[str, ...]] = {
    "positive": (
        *_names("scheduler.params.", "warmup_num_steps lr_range_test_step_size"),
        *("scheduler.params.cycle_first_step_size", "sequence_parallel_size"),
        *("hybrid_engine.max_out_tokens", f"{_ZERO}reduce_bucket_size"),
    ),
    "not negative": (
        *("scheduler.params.cycle_second_step_size", "fp16.loss_scale"),
        *_names(_ZERO, f"{_STAGE3} sub_group_size zero_hpz_partition_size"),
        *_names(f"{_ZERO}stage3_", _STAGE3),
        *_names(f"{_ZERO}offload_param.", "buffer_count buffer_size max_in_cpu"),
        f"{_ZERO}offload_optimizer.buffer_count",
    ),
    "share": _names(f"{_ZERO}offload_optimizer.", "ratio cpuadam_cores_perc"),
    "AllreduceOp": ("gradient_allreduce_op",),
    "Precision": ("data_types.grad_accum_dtype", "torch_autocast.dtype"),
    "LogLevel": ("log_level",),
    "list": ("compile.passes", "comms_logger.prof_ops"),
}
"""What 0.19.8 refuses, and older ones may take."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "TagValidation": ("warn", "ignore", "fail"),
    "AllreduceOp": ("mean", "sum"),
    "Precision": (
        *("fp32", "fp16", "bf16", "float32", "float16", "bfloat16", "float", "half", "int8"),
        *("torch.float32", "torch.float16", "torch.bfloat16", "torch.int8"),
    ),
    "LogLevel": ("debug", "info", "warning", "error", "critical"),
}
"""The words of each kind that is one of several; the first of them are shown."""
EXPECTED: Mapping[str, str] = {
    "divisor": "a number other than 0, by which DeepSpeed divides its steps; null prints nothing",
    "flag": "true or false, without quotes",
    "object": "an object {…}",
    "positive": "a number above 0",
    "not negative": "a number of 0 or more",
    "share": "a number from 0 to 1",
    "pair of shares": "two numbers from 0 to less than 1",
    "text": "a text in quotes",
    "list": "a list […]",
}
NEVER_PRINTS = 1_000_000_000
"""In place of steps_per_print 0, which is meant to print nothing; older DeepSpeeds take no null."""
