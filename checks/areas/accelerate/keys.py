"""The keys of an accelerate configuration: what is refused, what is ignored, what does not fit."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from checks.areas.accelerate.beside_file import judge_keys_beside_file
from checks.areas.accelerate.edits import (
    delete_lines,
    edit_fix,
    key_pattern,
    replace_lines,
    set_key_fix,
    set_nested_key_fix,
)
from checks.facts import NodeView
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.software import Software
from checks.knowledge.accelerate_config import AccelerateConfig
from checks.model import Verdict, block, ok, skip, warn


def _word_set(text: str, prefix: str = "") -> frozenset[str]:
    return frozenset(prefix + word for word in text.split())


TOP_KEYS = _word_set(
    """
    command_file commands compute_environment debug deepspeed_config distributed_type downcast_bf16
    dynamo_backend dynamo_config enable_cpu_affinity fp16 fp8_config fsdp_config gpu_ids
    machine_rank main_process_ip main_process_port main_training_function megatron_lm_config
    mixed_precision mpirun_config num_machines num_processes parallelism_config rdzv_backend
    same_network tpu_env tpu_name tpu_use_cluster tpu_use_sudo tpu_vm tpu_zone use_cpu
    """
)
"""What accelerate 1.15 takes at the top (commands/config/config_args.py); it refuses any other."""
CONVERTED_KEYS = ("fp16", "dynamo_backend")
"""What it takes from before and writes as other keys (`BaseConfig.process_config`)."""
DEEPSPEED_KEYS = _word_set(
    """
    deepspeed_config_file deepspeed_exclusion_filter deepspeed_hostfile deepspeed_inclusion_filter
    deepspeed_moe_layer_cls_names deepspeed_multinode_launcher gradient_accumulation_steps
    gradient_clipping offload_optimizer_device offload_optimizer_nvme_path offload_param_device
    offload_param_nvme_path zero3_init_flag zero3_save_16bit_model zero_stage
    """
)
FSDP_KEYS = _word_set(
    """
    activation_checkpointing activation_checkpointing_offload auto_wrap_policy backward_prefetch
    cpu_ram_efficient_loading forward_prefetch min_num_params offload_params reshard_after_forward
    sharding_strategy state_dict_type sync_module_states transformer_layer_cls_to_wrap
    use_orig_params version
    """,
    "fsdp_",
)
FSDP1_ONLY = (
    "backward_prefetch",
    "forward_prefetch",
    "sharding_strategy",
    "sync_module_states",
    "use_orig_params",
)


def judge_keys(node: NodeView, config: AccelerateConfig) -> Verdict:
    """Whether accelerate takes all of them, and reads those further in."""
    path = node.read(AccelerateFile).path
    if "distributed_type" not in config.values:
        message = f"{path} on {node.name} has no distributed_type; accelerate rejects it"
        return block("not-accepted", message, set_key_fix(node, "distributed_type", "DEEPSPEED"))
    known_keys = _installed_keys(node) or TOP_KEYS
    if extra := [key for key in config.values if key not in known_keys]:
        return _unknown_key_verdict(node, config, extra)
    for part, known in (("deepspeed_config", DEEPSPEED_KEYS), ("fsdp_config", FSDP_KEYS)):
        for key in config.part(part):
            if key in known or f"fsdp_{key}" in known:
                continue
            if close := _nearest_key(key, known):
                return _misspelt_key_verdict(node, config, part, key, close)
    return (
        judge_keys_beside_file(node, config)
        or _rendezvous_verdict(node, config)
        or ok(f"{path}: {config.values['distributed_type']}, {config.launcher}")
    )


def _installed_keys(node: NodeView) -> frozenset[str]:
    """What the accelerate of that node takes at the top; empty where that is not known."""
    software = node.read(Software) if node.has(Software) else None
    keys = software.accelerate_keys if software else ()
    return frozenset(keys).union(CONVERTED_KEYS) if keys else frozenset()


def _unknown_key_verdict(node: NodeView, config: AccelerateConfig, extra: list[str]) -> Verdict:
    """A key at the top that accelerate refuses: renamed where it is misspelt, else taken out."""
    file, key, installed = node.read(AccelerateFile), extra[0], _installed_keys(node)
    close = _nearest_key(key, installed or TOP_KEYS)
    pattern = f"^{key_pattern(key)}:"
    if close and close not in config.values:
        edit, expected = (
            replace_lines(file.text or "", pattern, f"{close}:"),
            _renamed(config.values, key, close),
        )
    else:
        edit = delete_lines(file.text or "", pattern)
        expected = {name: value for name, value in config.values.items() if name != key}
    version = node.read(Software).packages.get("accelerate", "") if installed else ""
    note = "the keys of accelerate 1.15 are known here; a newer one may have more"
    if installed:
        note = f"a newer accelerate than {version} takes {key}" if key in TOP_KEYS else ""
    fix = edit_fix(node, edit, expected, f"correct {key}", note)
    question = f" (did you mean {close}?)" if close else ""
    message = f"{file.path} on {node.name} has the key {key}, which accelerate rejects{question}"
    if version:
        message += f": version {version} raises ValueError for it"
    return (block if close or installed else warn)("unknown-key", message, fix, keys=extra)


def _misspelt_key_verdict(
    node: NodeView, config: AccelerateConfig, part: str, key: str, close: str
) -> Verdict:
    file = node.read(AccelerateFile)
    edit = replace_lines(file.text or "", rf"^( *){key_pattern(key)}:", rf"\1{close}:")
    expected = {**config.values, part: _renamed(config.part(part), key, close)}
    fix = edit_fix(node, edit, expected, f"rename {key} under {part} to {close}")
    message = (
        f"{file.path} on {node.name} has {part}.{key}, which is ignored; did you mean {close}?"
    )
    return warn("misspelt-key", message, fix)


def _renamed(values: Mapping[str, Any], key: str, name: str) -> dict[str, Any]:
    return {name if old == key else old: value for old, value in values.items()}


def _rendezvous_verdict(node: NodeView, config: AccelerateConfig) -> Verdict | None:
    """A rendezvous that accelerate takes from its command line alone (commands/launch.py).

    So it does same_network, which changes nothing where the rendezvous is static.
    """
    backend = config.values.get("rdzv_backend") or "static"
    if backend == "static":
        return None
    path = node.read(AccelerateFile).path
    message = f"{path} on {node.name} sets rdzv_backend to {backend}; accelerate uses static"
    note = "`accelerate launch` takes it as an option only; our start uses static"
    return warn("not-heard", message, set_key_fix(node, "rdzv_backend", "static", note))


def judge_fsdp(node: NodeView, config: AccelerateConfig) -> Verdict:
    """Whether the keys of FSDP are of the version in use, and a checkpoint can be gathered."""
    fsdp = config.part("fsdp_config")
    part = {key.removeprefix("fsdp_"): value for key, value in fsdp.items()}
    if config.values.get("distributed_type") != "FSDP":
        return skip("FSDP is not used")
    fsdp1_keys = [key for key in FSDP1_ONLY if part.get(key) is not None]
    file = node.read(AccelerateFile)
    if str(part.get("version")) == "2" and fsdp1_keys:
        message = (
            f"{file.path} on {node.name} gives FSDP 2 fsdp_{fsdp1_keys[0]}, which only FSDP 1 has"
        )
        edit = delete_lines(file.text or "", f"^ *(fsdp_)?({'|'.join(fsdp1_keys)}):")
        kept = {
            key: value for key, value in fsdp.items() if key.removeprefix("fsdp_") not in fsdp1_keys
        }
        expected = {**config.values, "fsdp_config": kept}
        fix = edit_fix(node, edit, expected, f"take out {', '.join(fsdp1_keys)} under fsdp_config")
        return warn("fsdp1-key", message, fix, keys=fsdp1_keys)
    if part.get("state_dict_type") == "FULL_STATE_DICT" and part.get("offload_params") is True:
        message = (
            f"{file.path} on {node.name}: FULL_STATE_DICT with fsdp_offload_params hangs on saving"
        )
        key = "fsdp_state_dict_type"
        fix = set_nested_key_fix(node, "fsdp_config", key, "SHARDED_STATE_DICT")
        return warn("full-state-dict", message, fix)
    return ok(f"FSDP {part.get('version') or 1}")


def _nearest_key(key: str, known: Iterable[str]) -> str:
    """The known key that it looks like, or nothing."""
    return next(iter(difflib.get_close_matches(key, sorted(known), 1, 0.8)), "")
