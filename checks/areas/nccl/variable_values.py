"""Whether the values that variables have are read as they are meant."""

from __future__ import annotations

from checks.areas.nccl.fixes import unset_fix
from checks.areas.nccl.value_rules import malformed_ends_start, value_fault
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.rdma import Rdma
from checks.knowledge.nccl_transport import NCCL_IB_HCA, expected_transport
from checks.knowledge.nccl_variables import (
    GLOO_IFNAME,
    NCCL_IFNAME,
    Setting,
    collective_settings,
    selected_interfaces,
)
from checks.model import Severity, Verdict, block, ok, warn


@node_check("nccl.variable-values-are-valid", Environment, Interfaces, Rdma, severity=Severity.WARN)
def variable_values_are_valid(node: NodeView) -> Verdict:
    """NCCL, gloo and PyTorch read every variable's value as it is meant.

    NCCL reads NCCL_IB_DISABLE=true as 0 and leaves InfiniBand on, and ignores a level or a protocol
    that it does not know. PyTorch raises an error at the start. Warns; blocks for NCCL_ALGO,
    NCCL_PROTO and PyTorch's switches.

    Measured: Numbers, switches, lists, levels and choices, as NCCL, gloo and PyTorch parse them.

    Fix:
        malformed: shows the file and line that sets it.
    """
    settings = collective_settings(node)
    for name, setting in settings.items():
        fault = value_fault(name, setting.value)
        if not fault or _names_nothing(node, setting):
            continue
        verdict = block if malformed_ends_start(name) else warn
        return verdict("malformed", f"{setting} is {fault}", unset_fix(node, name))
    return ok(f"{len(settings)} variables of NCCL, gloo and PyTorch on {node.name} can be read")


def _names_nothing(node: NodeView, setting: Setting) -> bool:
    """Whether the list is so wrong that it names nothing, which other checks say."""
    if setting.name == NCCL_IB_HCA:
        return expected_transport(node).cause == "hca-unknown"
    interfaces = node.read(Interfaces).interfaces
    return setting.name in (NCCL_IFNAME, GLOO_IFNAME) and not selected_interfaces(
        setting, interfaces
    )
