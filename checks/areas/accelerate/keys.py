"""The keys of an accelerate configuration: what is refused, what is ignored, what does not fit."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable

from checks.facts import NodeView
from checks.facts.accelerate_config import AccelerateFile
from checks.knowledge.accelerate_config import AccelerateConfig, set_key_fix, set_nested_key_fix
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
        message = f"{path} on {node.name} has no distributed_type, without which it is refused"
        return block("not-accepted", message, set_key_fix(node, "distributed_type", "DEEPSPEED"))
    if extra := [key for key in config.values if key not in TOP_KEYS]:
        close = _nearest_key(extra[0], TOP_KEYS)
        meant = f" (did you mean {close}?)" if close else ""
        renamed = close and close not in config.values
        edit = f"s|^{extra[0]}:|{close}:|" if renamed else f"/^{extra[0]}:/d"
        message = f"{path} on {node.name} has {extra[0]}, which accelerate refuses{meant}"
        note = "accelerate 1.15 is the yardstick; a newer one may know more"
        fix = node.fix(shlex.join(["sed", "-i", edit, path]), note)
        return (block if close else warn)("unknown-key", message, fix, keys=extra)
    for part, known in (("deepspeed_config", DEEPSPEED_KEYS), ("fsdp_config", FSDP_KEYS)):
        for key in config.part(part):
            close = "" if key in known or f"fsdp_{key}" in known else _nearest_key(key, known)
            if close:
                message = f"{path} on {node.name} has {part}.{key}, which nobody reads; {close}?"
                command = shlex.join(["sed", "-i", rf"s|^\( *\){key}:|\1{close}:|", path])
                return warn("misspelt-key", message, node.fix(command))
    return _rendezvous_verdict(node, config) or ok(
        f"{path}: {config.values['distributed_type']}, {config.launcher}"
    )


def _rendezvous_verdict(node: NodeView, config: AccelerateConfig) -> Verdict | None:
    """A rendezvous that accelerate takes from its command line alone (commands/launch.py).

    So it does same_network, which changes nothing where the rendezvous is static.
    """
    backend = config.values.get("rdzv_backend") or "static"
    if backend == "static":
        return None
    path = node.read(AccelerateFile).path
    message = f"{path} on {node.name} asks for rdzv_backend {backend}; accelerate uses static"
    note = "`accelerate launch` hears it as an option only; `launcher start` meets statically"
    return warn("not-heard", message, set_key_fix(node, "rdzv_backend", "static", note))


def judge_fsdp(node: NodeView, config: AccelerateConfig) -> Verdict:
    """Whether the keys of FSDP are of the version in use, and a checkpoint can be gathered."""
    part = {key.removeprefix("fsdp_"): value for key, value in config.part("fsdp_config").items()}
    if config.values.get("distributed_type") != "FSDP":
        return skip("FSDP is not used")
    old = [key for key in FSDP1_ONLY if part.get(key) is not None]
    path = node.read(AccelerateFile).path
    if str(part.get("version")) == "2" and old:
        message = f"{path} on {node.name} asks FSDP 2 for fsdp_{old[0]}, which only FSDP 1 has"
        command = shlex.join(["sed", "-i", rf"/^ *\(fsdp_\)\?{old[0]}:/d", path])
        return warn("fsdp1-key", message, node.fix(command), keys=old)
    if part.get("state_dict_type") == "FULL_STATE_DICT" and part.get("offload_params") is True:
        message = f"{path} on {node.name}: FULL_STATE_DICT with fsdp_offload_params hangs on saving"
        key = "fsdp_state_dict_type"
        fix = set_nested_key_fix(node, "fsdp_config", key, "SHARDED_STATE_DICT")
        return warn("full-state-dict", message, fix)
    return ok(f"FSDP {part.get('version') or 1}")


def _nearest_key(key: str, known: Iterable[str]) -> str:
    """The known key that it looks like, or nothing."""
    return next(iter(difflib.get_close_matches(key, sorted(known), 1, 0.8)), "")
