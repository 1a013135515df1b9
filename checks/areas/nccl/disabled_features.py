"""Switches that are left in after a search for a fault, and what they cost a run."""

from __future__ import annotations

from checks.areas.nccl.fixes import unset_fix
from checks.areas.nccl.value_rules import is_switched_on, value_fault
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.knowledge.nccl_variables import Setting, leading_number, setting_in_force
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value

DISABLED_COSTS = {
    "NCCL_P2P_DISABLE": "GPUs of one node then talk through host memory, not NVLink or PCIe",
    "NCCL_SHM_DISABLE": "ranks of one node then talk through the network card",
}
ASYNC_ERRORS, BLOCKING_WAIT = "TORCH_NCCL_ASYNC_ERROR_HANDLING", "TORCH_NCCL_BLOCKING_WAIT"


@node_check("nccl.local-transports-are-left-on", Environment, Gpus, severity=Severity.WARN)
def local_transports_are_left_on(node: NodeView) -> Verdict:
    """Nothing keeps the ranks of one node from NVLink, PCIe and shared memory.

    NCCL_P2P_DISABLE and NCCL_SHM_DISABLE, left over from debugging, cost most of the bandwidth
    within a node.

    Measured: The variables, where a node has several ranks. NCCL_P2P_DISABLE on GeForce cards,
    which cannot talk to each other, is accepted.

    Fix:
        switched-off: shows the file and line that sets it.
    """
    if (node.slots or 1) < 2:
        return skip(f"{node.name} has one rank")
    for name, cost in DISABLED_COSTS.items():
        setting = setting_in_force(node, name)
        if setting is None or leading_number(setting.value) != 1:
            continue
        if name == "NCCL_P2P_DISABLE" and _lacks_peer_access(node):
            continue
        if not _agrees_with_most(node, setting):
            return skip(f"{setting}, unlike {node.most_nodes}; see nccl.variables-are-equal")
        return warn("switched-off", f"{setting}: {cost}", unset_fix(node, name))
    return ok(f"ranks of {node.name} may use NVLink, PCIe and shared memory")


@node_check("nccl.a-failed-rank-ends-the-others", Environment, severity=Severity.WARN)
def a_failed_rank_ends_the_others(node: NodeView) -> Verdict:
    """A rank whose peer is gone ends with an error, and waiting for a collective does not block the
    CPU.

    With TORCH_NCCL_ASYNC_ERROR_HANDLING=0 it waits forever. TORCH_NCCL_BLOCKING_WAIT=1 blocks the
    CPU at every collective.

    Measured: The two variables.

    Fix:
        errors-unhandled, blocking-wait: shows the file and line that sets it.
    """
    errors, blocking = setting_in_force(node, ASYNC_ERRORS), setting_in_force(node, BLOCKING_WAIT)
    holds = blocking is not None and is_switched_on(blocking.value)
    if blocking is not None and holds:
        if not _agrees_with_most(node, blocking):
            return skip(f"{blocking}, unlike {node.most_nodes}; see nccl.variables-are-equal")
        message = f"{blocking}: every collective holds the CPU until it is done"
        also = f"; {errors} is then ignored" if errors and leading_number(errors.value) else ""
        return warn("blocking-wait", message + also, unset_fix(node, BLOCKING_WAIT))
    if errors is None or value_fault(ASYNC_ERRORS, errors.value) or leading_number(errors.value):
        return ok(f"PyTorch ends a rank of {node.name} whose peer is gone")
    if not _agrees_with_most(node, errors):
        return skip(f"{errors}, unlike {node.most_nodes}; see nccl.variables-are-equal")
    message = f"{errors}: a rank whose peer is gone would wait forever, with nothing in its log"
    return warn("errors-unhandled", message, unset_fix(node, ASYNC_ERRORS))


def _agrees_with_most(node: NodeView, setting: Setting) -> bool:
    """Whether most nodes have that value too; where not, the difference is what is wrong."""
    answered = node.cluster.nodes_with(Environment)
    values = {
        peer.name: other.value if (other := setting_in_force(peer, setting.name)) else ""
        for peer in answered
    }
    return majority_value(values, node.job.head) == setting.value


def _lacks_peer_access(node: NodeView) -> bool:
    """Whether its cards cannot reach each other's memory anyway."""
    return node.has(Gpus) and any("GeForce" in gpu.name for gpu in node.read(Gpus).gpus)
