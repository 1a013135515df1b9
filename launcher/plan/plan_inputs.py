"""What a plan is made from, read from the gate's snapshot."""

from __future__ import annotations

from checks.errors import FactError, PreflightError
from checks.facts import ClusterView, NodeView
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.pdsh import Pdsh
from checks.facts.rdma import Rdma
from checks.facts.snapshot import Snapshot
from checks.facts.software import Software
from checks.job.node_filter import kept_nodes
from checks.knowledge.accelerate_config import parse_config
from checks.knowledge.trainer_on_cpus import Added, added_by_start
from checks.knowledge.training_network import master_address, network_env
from launcher.plan.plan import PlanInputs

PLAN_FACTS = (Gpus, Interfaces, Names, Environment, Rdma, Pdsh, AccelerateFile)
"""What a plan is made from."""
COMMAND_FACTS = (DeepspeedConfig, Software)
"""What shows which options the command lacks; where it was not asked, none are added."""


def read_plan_inputs(snapshot: Snapshot, slurm_job: str) -> PlanInputs:
    """GPUs, MASTER_ADDR, interface variables and accelerate's kind on the nodes that take part.

    Raises PreflightError where a fact of one of them is missing.
    """
    cluster = ClusterView(snapshot).limited_to((*PLAN_FACTS, *COMMAND_FACTS))
    job = snapshot.job
    names = kept_nodes(job.names, job.include, job.exclude)
    try:
        added = added_by_start(cluster.head) if cluster.head.has(DeepspeedConfig) else Added()
        return PlanInputs(
            gpus={name: cluster[name].read(Gpus).count for name in names},
            master_address=master_address(cluster),
            env={name: {**network_env(cluster[name]), **added.env} for name in names},
            accelerate={name: _accelerate_type(cluster[name]) for name in names},
            slurm_job=slurm_job,
            pdsh_ssh_args=_pdsh_ssh_args(cluster.head),
            added=added.options,
        )
    except FactError as error:
        raise PreflightError(
            f"cannot plan the start: {error}; run the preflight to see why"
        ) from error


def _pdsh_ssh_args(head: NodeView) -> str:
    """The head's own PDSH_SSH_ARGS_APPEND, which was part of the call that was tried."""
    known = head.read(Pdsh).environment if head.has(Pdsh) else {}
    return known.get("PDSH_SSH_ARGS_APPEND", "")


def _accelerate_type(node: NodeView) -> str:
    """The distributed_type of accelerate's configuration there, where accelerate will read it."""
    if node.job.launcher != "accelerate":
        return ""
    file = node.read(AccelerateFile)
    if file.text is None and file.why == "missing" and not node.job.accelerate_config:
        return ""
    if file.text is None:
        raise FactError(f"{file.path} on {node.name}: {file.why}")
    try:
        config = parse_config(file.path, file.text)
    except ValueError as error:
        raise FactError(f"{file.path} on {node.name}: {error}") from None
    return str(config.values.get("distributed_type", ""))
