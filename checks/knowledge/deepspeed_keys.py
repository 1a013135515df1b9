"""What DeepSpeed's config may say: its keys and values, as of DeepSpeed 0.19.8.

At the top an unknown key is ignored, within the sections listed here it is refused (pydantic's
`extra="forbid"`). Tests hold the tables against an installed DeepSpeed where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping

Version = tuple[int, ...]
TABLES_VERSION: Version = (0, 19)
REMOVED_IN: Version = (0, 19, 8)


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEIGHTY_KEYS = _word_set(
    "train_batch_size train_micro_batch_size_per_gpu gradient_accumulation_steps optimizer "
    "scheduler zero_optimization fp16 bf16 bfloat16 gradient_clipping communication_data_type "
    "seq_parallel_communication_data_type prescale_gradients gradient_predivide_factor "
    "gradient_allreduce_op zero_allow_untested_optimizer zero_force_ds_cpu_optimizer "
    "torch_autocast activation_checkpointing data_types checkpoint pipeline data_efficiency "
    "tensor_parallel expert_parallel sequence_parallel_size data_parallel_size hybrid_engine "
    "compile aio disable_allgather weight_quantization use_data_before_expert_parallelism "
    "managed_gradient_accumulation"
)
"""Keys at the top that change what is trained, or whether it fits."""
LIGHT_KEYS = _word_set(
    "steps_per_print wall_clock_breakdown memory_breakdown dump_state disable_python_gc "
    "dataloader_drop_last log_level vocabulary_size tensorboard wandb csv_monitor comet "
    "flops_profiler comms_logger timers autotuning datastates_ckpt allgather_size check_overflow"
)
REMOVED_KEYS = _word_set(
    "nebula compression_training amp quantize_training sparse_gradients eigenvalue "
    "sparse_attention elasticity graph_harvesting curriculum_learning progressive_layer_drop"
)
REMOVED_ZERO_KEYS = _word_set("mics_shard_size mics_hierarchical_params_gather zeropp_loco_param")
TOP_KEYS = WEIGHTY_KEYS | LIGHT_KEYS | REMOVED_KEYS

_STAGE3 = {
    f"{prefix}{key}": kind
    for key, kind in {
        "prefetch_bucket_size": "whole",
        "param_persistence_threshold": "whole",
        "model_persistence_threshold": "whole",
        "max_live_parameters": "whole",
        "max_reuse_distance": "whole",
        "gather_16bit_weights_on_model_save": "switch",
        "module_granularity_threshold": "whole",
        "use_all_reduce_for_fetch_params": "switch",
        "allgather_sequential": "switch",
    }.items()
    for prefix in ("", "stage3_")
}


def _kind_by_key(
    switches: str, wholes: str = "", numbers: str = "", others: str = ""
) -> dict[str, str]:
    rows = {"switch": switches, "whole": wholes, "number": numbers, "any": others}
    return {key: kind for kind, keys in rows.items() for key in keys.split()}


SECTION_KEYS: Mapping[str, Mapping[str, str]] = {
    "zero_optimization": _STAGE3
    | _kind_by_key(
        "contiguous_gradients reduce_scatter use_multi_rank_bucket_allreduce allgather_partitions "
        "overlap_comm compute_grad_norm load_from_fp32_weights elastic_checkpoint "
        "cpu_offload_param cpu_offload_use_pin_memory cpu_offload "
        "stage3_gather_fp16_weights_on_model_save ignore_unused_parameters legacy_stage1 "
        "round_robin_gradients parameter_alignment zero_quantized_weights "
        "zero_quantized_nontrainable_weights zero_quantized_gradients memory_efficient_linear "
        "pipeline_loading_checkpoint override_module_apply log_trace_cache_warnings "
        "enable_sanity_checks save_muon_momentum_buffer_in_memory",
        "reduce_bucket_size allgather_bucket_size sub_group_size zero_hpz_partition_size",
        "",
        "stage offload_param offload_optimizer zenflow leaf_module",
    ),
    "zero_optimization.offload_param": _kind_by_key(
        "pin_memory", "buffer_count buffer_size max_in_cpu", "", "device nvme_path"
    ),
    "zero_optimization.offload_optimizer": _kind_by_key(
        "pin_memory pipeline_read pipeline_write fast_init super_offload",
        "buffer_count",
        "ratio cpuadam_cores_perc",
        "device nvme_path",
    ),
    "fp16": _kind_by_key(
        "enabled auto_cast consecutive_hysteresis fp16_master_weights_and_grads",
        "initial_scale_power loss_scale_window hysteresis min_loss_scale",
        "loss_scale",
    ),
    "bf16": _kind_by_key(
        "enabled immediate_grad_update check_grad_overflow bf16_master_weights_and_grads "
        "bf16_optimizer_states"
    ),
    "compile": _kind_by_key(
        "deepcompile autoep_non_moe free_activation offload_activation "
        "offload_activation_pin_memory offload_opt_states double_buffer symmetric_memory "
        "debug_log offload_parameters sync_before_reduce sync_after_reduce sync_before_allgather "
        "sync_after_allgather keep_int_input_tensors keep_all_input_tensors",
        "free_activation_threshold",
        "",
        "passes",
    ),
}
"""Keys by section, each with the kind of its value."""
TOP_KINDS = {
    **dict.fromkeys(
        ("train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps"),
        "count",
    ),
    "gradient_clipping": "plain",
    "gradient_predivide_factor": "plain",
}
NULLABLE_KEYS = _word_set("overlap_comm cpu_offload cpu_offload_param cpu_offload_use_pin_memory")
COMMUNICATION_TYPES = ("fp16", "bf16", "fp32")
EXCLUSIVE_KEYS = (
    ("stage3_gather_fp16_weights_on_model_save", "gather_16bit_weights_on_model_save"),
    ("stage3_gather_fp16_weights_on_model_save", "stage3_gather_16bit_weights_on_model_save"),
    *((key, f"stage3_{key}") for key in _STAGE3 if f"stage3_{key}" in _STAGE3),
    ("cpu_offload", "offload_optimizer"),
    ("cpu_offload_param", "offload_param"),
)
EXPECTED_WORDS = {
    "switch": "true or false",
    "whole": "a whole number, without quotes",
    "number": "a number",
    "count": "a whole number above 0, without quotes",
    "plain": "a number, without quotes",
}
