"""accelerate's own configuration of one node: what `accelerate config` asks, answered by the plan.

Keys are those of accelerate 1.15 (commands/config/config_args.py, utils/dataclasses.py); FSDP's
differ between its two versions, and accelerate refuses or ignores what is not of the chosen one.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from checks.model import Job
from launcher.plan.plan import Plan

ConfigValues = Mapping[str, object]

COMMON_FSDP_VALUES: ConfigValues = {
    "fsdp_cpu_ram_efficient_loading": True,
    "fsdp_offload_params": False,
    "fsdp_state_dict_type": "SHARDED_STATE_DICT",
}
"""A full state dict is gathered on rank 0, where it hangs or runs out of memory over many nodes."""
FSDP_VALUES_BY_VERSION: Mapping[str, ConfigValues] = {
    "1": {
        "fsdp_sharding_strategy": "FULL_SHARD",
        "fsdp_backward_prefetch": "BACKWARD_PRE",
        "fsdp_forward_prefetch": False,
        "fsdp_sync_module_states": True,
        "fsdp_use_orig_params": True,
    },
    "2": {"fsdp_version": 2, "fsdp_reshard_after_forward": True},
}


def render_accelerate_file(
    job: Job,
    plan: Plan,
    node: str,
    fsdp: str | None,
    wrap: str,
    precision: str,
    *,
    on_cpu: bool = False,
) -> str:
    """The YAML of that node. DeepSpeed where the job names its config, FSDP where asked, else DDP.

    DeepSpeed over pdsh is started from the head and reads the hostfile `workdir/hostfile`; any
    other is started on every node. On CPUs too DDP is `MULTI_GPU`: accelerate starts the ranks of
    `MULTI_CPU` on several machines by mpirun alone.
    """
    import yaml  # slow to import, and only this command writes YAML

    own = next(planned for planned in plan.nodes if planned.name == node)
    values: dict[str, object] = {
        "compute_environment": "LOCAL_MACHINE",
        "debug": False,
        "distributed_type": "FSDP"
        if fsdp
        else "DEEPSPEED"
        if job.deepspeed_config
        else "MULTI_GPU",
        "downcast_bf16": "no",
        "machine_rank": own.node_rank,
        "main_process_ip": plan.master_address,
        "main_process_port": plan.master_port,
        "main_training_function": "main",
        "num_machines": len(plan.nodes),
        "num_processes": _process_count(job, plan, len(own.slots), fsdp),
        "rdzv_backend": "static",
        "same_network": True,
        "use_cpu": on_cpu,
    }
    if fsdp:
        values["fsdp_config"] = {
            **_wrapping_values(wrap),
            **COMMON_FSDP_VALUES,
            **FSDP_VALUES_BY_VERSION[fsdp],
        }
    elif job.deepspeed_config:
        values["deepspeed_config"] = _deepspeed_values(job)
    if fsdp or not job.deepspeed_config:
        values["mixed_precision"] = precision
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=sys.maxsize)


def advice_on_cpus(job: Job, fsdp: str | None) -> str:
    """What accelerate's file cannot say where no node has a GPU."""
    if fsdp:
        return "no node has a GPU, and FSDP needs one"
    if job.deepspeed_config:
        return "no node has a GPU: the script has to ask DeepSpeed for the gloo backend"
    return (
        "no node has a GPU: accelerate's own launch starts these ranks, and the script trains with "
        "the others only where ACCELERATE_USE_CPU=true is set; `start --with accelerate` does that"
    )


def _starts_from_head(job: Job, fsdp: str | None) -> bool:
    return bool(job.deepspeed_config) and not fsdp and job.backend == "pdsh"


def _process_count(job: Job, plan: Plan, local: int, fsdp: str | None) -> int:
    """Of all nodes; where each starts its own, accelerate gives a node an equal share of them."""
    return len(plan.ranks) if _starts_from_head(job, fsdp) else local * len(plan.nodes)


def _deepspeed_values(job: Job) -> ConfigValues:
    pdsh = _starts_from_head(job, None)
    where = {"deepspeed_hostfile": f"{job.workdir}/hostfile"} if pdsh else {}
    return {
        "deepspeed_config_file": job.deepspeed_config,
        **where,
        "deepspeed_multinode_launcher": "pdsh" if pdsh else "standard",
        "zero3_init_flag": False,
    }


def _wrapping_values(wrap: str) -> ConfigValues:
    policy = {"fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP"}
    return {**policy, "fsdp_transformer_layer_cls_to_wrap": wrap} if wrap else policy
