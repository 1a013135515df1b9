"""What accelerate says of its own config and port."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "tcpstore-master-none",
        "while trying to connect to (None, ",
        r"while trying to connect to \(None, (?P<port>\d+)\)",
        cause="accelerate's config for several machines has no main_process_ip",
        fix="set main_process_ip to the head's address, in the config of every node",
        checks=("accelerate.main-process-is-on-the-head",),
    ),
    root(
        "accelerate-port-in-use",
        "Tried to launch distributed communication on port `",
        r"Tried to launch distributed communication on port `(?P<port>\d+)`",
        cause="port {port} is in use on the machine where accelerate was called, the only one "
        "that it checks",
        fix="use --main_process_port with a free port; `ss -ltnp 'sport = :{port}'` shows which "
        "process holds this one",
        checks=("ports.master-port-is-free", "accelerate.port-is-the-checked-one"),
    ),
    root(
        "accelerate-unknown-keys",
        "had unknown keys (",
        r"The config file at (?P<path>\S+) had unknown keys \((?P<keys>\[[^\]]*\])\)",
        cause="{path} has keys that this version of accelerate does not know: {keys}",
        fix="correct them; accelerate does not notice a typo inside deepspeed_config or "
        "fsdp_config",
        checks=("accelerate.config-is-accepted",),
    ),
    root(
        "accelerate-no-distributed-type",
        "A `distributed_type` must be specified in the config file",
        cause="accelerate's config has no distributed_type",
        fix="set distributed_type to DEEPSPEED, FSDP or MULTI_GPU",
        checks=("accelerate.config-is-accepted",),
    ),
    root(
        "accelerate-fsdp-sync",
        "When using `--fsdp_cpu_ram_efficient_loading` set `--fsdp_sync_module_states` to `True`",
        cause="only one rank loads the weights, and they are not sent to the others",
        fix="set fsdp_sync_module_states: true",
        checks=("accelerate.fsdp-keys-fit",),
    ),
)
