"""What a rank gets over the environment of its node's login, in the checks as in a start.

Every stage that runs ranks asks here, and so does the plan: what is checked is what starts. The
node adds the interpreter's folder to PATH and the working directory to PYTHONPATH.
"""

from __future__ import annotations

from collections.abc import Mapping

from checks.facts import NodeView
from checks.facts.gpus import Gpus
from checks.knowledge.training_network import network_env
from checks.model import Job


def rank_env(node: NodeView) -> dict[str, str]:
    """The variables of a rank that meets others. Raises FactError without a known interface."""
    return compose_rank_env(node.job, usable_gpus(node), network_env(node))


def meeting_env(node: NodeView) -> dict[str, str]:
    """What ranks that meet others have over those that do not. Raises FactError as `rank_env`."""
    own = node.job.env
    return {name: value for name, value in network_env(node).items() if name not in own}


def compose_rank_env(job: Job, gpus: int, proposed: Mapping[str, str]) -> dict[str, str]:
    """`proposed` for a node with so many GPUs; what [env] of launch.toml sets wins."""
    accelerator = {} if gpus else {"DS_ACCELERATOR": "cpu"}
    return {**proposed, **accelerator, **job.env}


def usable_gpus(node: NodeView) -> int:
    """How many GPUs a rank there could use; none where that is not known."""
    return node.read(Gpus).count if node.has(Gpus) else 0
