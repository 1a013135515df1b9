"""Variables that only a launcher may give a rank, and that a login gives to all."""

from __future__ import annotations

from collections.abc import Iterator

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.knowledge.nccl_variables import comment_out_fix, setting_in_force
from checks.model import Fix, Verdict, block, ok

AGENT_STORE = "TORCHELASTIC_USE_AGENT_STORE"
OMPI_LOCAL_RANK = "OMPI_COMM_WORLD_LOCAL_RANK"


@node_check(
    "software.variables-are-no-launchers",
    Environment,
    optional=(Gpus,),
    reads=("launcher", "backend", "env"),
)
def variables_are_no_launchers(node: NodeView) -> Verdict:
    """No login or `[env]` has what torchrun or mpirun give their own ranks.

    They come from an image or a start-up file that was written inside a job. With torchrun's
    `TORCHELASTIC_USE_AGENT_STORE=True` no rank opens the master port: torchrun would, and all wait
    for the time-out. With Open MPI's `OMPI_COMM_WORLD_LOCAL_RANK` DeepSpeed refuses every rank that
    has another number on its node.

    Measured: Both variables as a login without a terminal has them, or `[env]`. The first counts
    where DeepSpeed's launcher starts the ranks (torchrun and accelerate give it themselves), the
    second where Open MPI does not.

    Fix:
        of-a-launcher: turns the line that sets it into a comment, or names it in `[env]`.
    """
    found = dict(launcher_variables(node))
    if not found:
        return ok("none")
    words = [str(setting_in_force(node, name)) for name in found]
    message = f"ranks on {node.name} get {' and '.join(words)}: {'; '.join(found.values())}"
    of_job = [name for name in found if name in node.job.env]
    if of_job:
        fix = Fix("", "", f"take {' and '.join(of_job)} out of [env] of launch.toml")
    else:
        fix = comment_out_fix(node, *found)
    return block("of-a-launcher", message, fix)


def launcher_variables(node: NodeView) -> Iterator[tuple[str, str]]:
    """(name, what ranks do because of it) of those that end this start."""
    store, rank = setting_in_force(node, AGENT_STORE), setting_in_force(node, OMPI_LOCAL_RANK)
    if store and store.value == "True" and node.job.launcher == "deepspeed":
        yield AGENT_STORE, "with DeepSpeed's launcher none of them opens the master port"
    if rank and node.job.backend != "openmpi":
        slots = (node.slots if node.has(Gpus) else node.node.slots) or 1
        others = slots > 1 or rank.value != "0"
        if others:
            yield OMPI_LOCAL_RANK, "DeepSpeed refuses those whose LOCAL_RANK is another"
