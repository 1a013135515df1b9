"""Variables of the login shell that hide GPUs from the ranks."""

from __future__ import annotations

from checks.areas.gpu.cards import with_gpus
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.model import Verdict, block, ok, skip

VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES"


@node_check("gpu.shell-hides-no-gpu", Gpus, Environment, reads=("launcher",))
@with_gpus
def shell_hides_no_gpu(node: NodeView, gpus: Gpus) -> Verdict:
    """The login shell hides no GPU that a rank needs.

    `CUDA_VISIBLE_DEVICES` left in a start-up file gives ranks "invalid device ordinal". DeepSpeed's
    launcher sets it again for each rank; accelerate uses what the shell gives.

    Measured: The variable in the non-interactive shell, or in launch.toml, against the slots; only
    for accelerate.

    Fix:
        gpus-hidden: finds the line that sets it.
    """
    value = node.job.env.get(VISIBLE_DEVICES, node.read(Environment).shell.get(VISIBLE_DEVICES))
    if value is None:
        return ok(f"{VISIBLE_DEVICES} is not set")
    if node.job.launcher != "accelerate":
        return skip(f"DeepSpeed's launcher sets {VISIBLE_DEVICES} for each rank")
    count = _count_visible_gpus(value)
    wanted = node.slots or gpus.count
    if count >= wanted:
        return ok(f"{VISIBLE_DEVICES}={value}")
    message = (
        f"{VISIBLE_DEVICES}={value} on {node.name} shows {count} GPUs; its slots need {wanted}"
    )
    origin = (
        "launch.toml sets it"
        if VISIBLE_DEVICES in node.job.env
        else "a start-up file of the shell sets it"
    )
    fix = node.fix(f"grep -n {VISIBLE_DEVICES} ~/.bashrc ~/.profile /etc/environment", origin)
    return block("gpus-hidden", message, fix)


def _count_visible_gpus(value: str) -> int:
    """How many CUDA would show: those before the first that it does not understand."""
    count = 0
    for word in value.split(","):
        if not (word.strip().isdigit() or word.strip().startswith(("GPU-", "MIG-"))):
            break
        count += 1
    return count
