"""`accelerate launch` on every node with its rank given, which starts torchrun's ranks there.

DeepSpeed and FSDP come from accelerate's own configuration on the node, or DeepSpeed from the
`deepspeed_config` of launch.toml. Left to itself it starts the nodes through `deepspeed`, writes
the whole environment to .deepspeed_env, and ignores same_network of its file: so options say all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from launcher.plan.programs.program import NodeLaunch, Program, visible_devices_env

TORCHRUN_TYPES = (
    "DEEPSPEED",
    "FSDP",
    "MEGATRON_LM",
    "MULTI_GPU",
    "MULTI_HPU",
    "MULTI_MLU",
    "MULTI_MUSA",
    "MULTI_NEURON",
    "MULTI_NPU",
    "MULTI_SDAA",
    "MULTI_XPU",
)
"""Each distributed_type with which accelerate starts ranks through torchrun."""


def accelerate_options(node: NodeLaunch) -> tuple[str, ...]:
    """The options of `accelerate launch`.

    It divides num_processes by num_machines and drops the rest, and does nothing else with it: with
    that, it starts this node's own number of ranks, and the nodes may differ.
    """
    job = node.job
    machines = len(node.slots)
    config = job.accelerate_config
    return (
        *((f"--config_file={config}",) if config else ()),
        *(f"--num_machines={machines}", f"--machine_rank={node.node_rank}"),
        f"--num_processes={node.local_size * machines}",
        *(f"--main_process_ip={node.master_address}", f"--main_process_port={job.master_port}"),
        *("--same_network", "--rdzv_backend=static", "--gpu_ids=all"),
        *_sharding_options(node),
    )


def _sharding_options(node: NodeLaunch) -> tuple[str, ...]:
    """DeepSpeed where launch.toml names its config; else what the configuration says; else DDP."""
    standard = "--deepspeed_multinode_launcher=standard"
    config = node.job.accelerate_deepspeed
    if config:
        return ("--use_deepspeed", f"--deepspeed_config_file={config}", standard)
    if node.accelerate in TORCHRUN_TYPES:
        return (standard,)
    return () if node.local_size == len(node.slots) == 1 else ("--multi_gpu",)


def accelerate_argv(node: NodeLaunch, rank: Sequence[str]) -> tuple[str, ...]:
    """`accelerate launch` as a module of the training interpreter."""
    launch = (node.job.python, "-u", "-m", "accelerate.commands.launch")
    return (*launch, *accelerate_options(node), f"--log_dir={node.home}", "--no_python", *rank)


def equivalent_argv(node: NodeLaunch) -> tuple[str, ...]:
    """What a person would type on the node."""
    return ("accelerate", "launch", *accelerate_options(node))


def rank_env(node: NodeLaunch) -> Mapping[str, str]:
    """Which devices are used; without any, that accelerate must not look for one.

    It would then leave DeepSpeed out, also where the program alone names a config of it.
    """
    deepspeed = node.job.deepspeed_config or node.accelerate == "DEEPSPEED"
    cpu = {} if node.gpus or deepspeed else {"ACCELERATE_USE_CPU": "true"}
    return {**visible_devices_env(node), **cpu}


PROGRAM = Program("accelerate", accelerate_argv, equivalent_argv, rank_env)
