"""Variables of the login shell that hide GPUs from the ranks."""

from __future__ import annotations

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.gpu.cards import of_gpus
from checks.model import Verdict, block, ok, skip

NAME = "CUDA_VISIBLE_DEVICES"


@node_check("gpu.shell-hides-no-gpu", Gpus, Environment)
@of_gpus
def shell_hides_no_gpu(node: NodeView, seen: Gpus) -> Verdict:
    """The login shell hides no GPU that a rank needs.

    CUDA_VISIBLE_DEVICES left in a start-up file gives ranks "invalid device ordinal". DeepSpeed's
    launcher sets it anew for each rank; accelerate takes what the shell gives.
    """
    given = node.job.env.get(NAME, node.read(Environment).shell.get(NAME))
    if given is None:
        return ok("it is not set")
    if node.job.launcher != "accelerate":
        return skip(f"DeepSpeed's launcher sets {NAME} anew")
    count = _visible(given)
    wanted = node.slots or seen.count
    if count >= wanted:
        return ok(f"{NAME}={given}")
    message = f"{NAME}={given} on {node.name} shows {count} GPUs; its slots need {wanted}"
    where = (
        "launch.toml sets it" if NAME in node.job.env else "a start-up file of the shell sets it"
    )
    fix = node.fix(f"grep -n {NAME} ~/.bashrc ~/.profile /etc/environment", where)
    return block("gpus-hidden", message, fix)


def _visible(value: str) -> int:
    """How many CUDA would show: those before the first that it does not understand."""
    count = 0
    for word in value.split(","):
        if not (word.strip().isdigit() or word.strip().startswith(("GPU-", "MIG-"))):
            break
        count += 1
    return count
