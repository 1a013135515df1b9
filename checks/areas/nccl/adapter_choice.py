"""Whether NCCL's settings of adapters fits them: the list, the GID, the network."""

from __future__ import annotations

import re

from checks.areas.nccl.fixes import unset_fix
from checks.areas.nccl.value_rules import value_fault
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.rdma import Rdma, RdmaPort
from checks.knowledge.nccl_transport import (
    NCCL_IB_HCA,
    NCCL_NET,
    allowed_ports,
    expected_transport,
    port_kind,
)
from checks.knowledge.nccl_variables import (
    Setting,
    leading_number,
    matches_nccl_list,
    setting_in_force,
)
from checks.model import Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import most_common_value

GID_INDEX = "NCCL_IB_GID_INDEX"
BUILT_IN_NETWORKS = ("ib", "socket")


@node_check("nccl.every-adapter-named-is-there", Rdma, Environment, severity=Severity.WARN)
def every_adapter_named_is_there(node: NodeView) -> Verdict:
    """Each name in NCCL_IB_HCA is an adapter of this node, and all nodes use equally many ports.

    An unknown name is ignored: that rail is lost silently. Nodes with different numbers of rails
    end with "mixed local Net device counts" or wait for each other.

    Measured: The list, as NCCL reads it, against the adapters; a list after `^` may name any.

    Fix:
        adapter-missing, rails-differ: shows the file and line that sets it.
    """
    setting, rdma = setting_in_force(node, NCCL_IB_HCA), node.read(Rdma)
    if setting is None or not setting.value or not expected_transport(node).rdma:
        return skip(f"{NCCL_IB_HCA} selects nothing on {node.name}")
    for word in _required_names(setting.value):
        if not any(_matches_port(word, setting, name) for name in rdma.ports):
            ports = ", ".join(rdma.ports)
            message = f"{setting}: {node.name} has no {word}, only {ports}"
            return warn(
                "adapter-missing", message, unset_fix(node, NCCL_IB_HCA, "or correct it there")
            )
    rails, usual = len(allowed_ports(node)), _usual_rails(node)
    if rails < usual and rails < len(rdma.active):
        message = (
            f"{setting} leaves {rails} of {len(rdma.active)} ports, most other nodes use {usual}"
        )
        return warn("rails-differ", message, unset_fix(node, NCCL_IB_HCA))
    return ok(f"{setting} names {rails} active ports")


@node_check("nccl.gid-index-is-valid", Rdma, Environment)
def gid_index_is_valid(node: NodeView) -> Verdict:
    """NCCL_IB_GID_INDEX is a RoCE v2 address of every RoCE port that is used.

    The right index differs from node to node. An empty one ends in "ibv_modify_qp failed: Invalid
    argument"; NCCL finds the right one itself since 2.21.

    Measured: The type of each GID of the port. InfiniBand ports do not use the index.

    Fix: Names the file that sets it.
        gid-missing: the entry is empty; blocks.
        gid-not-v2: the entry is not RoCE v2; warns.
    """
    setting = setting_in_force(node, GID_INDEX)
    ports = {
        name: rdma_port
        for name, rdma_port in allowed_ports(node).items()
        if port_kind(rdma_port) == "RoCE"
    }
    if setting is None or not setting.value or value_fault(GID_INDEX, setting.value):
        return skip(f"{GID_INDEX} is not set on {node.name}")
    if not ports or not expected_transport(node).rdma or leading_number(setting.value) < 0:
        return skip(f"{node.name} uses no RoCE port: {setting} has no effect")
    for name, port in ports.items():
        fault = _gid_fault(port, str(leading_number(setting.value)))
        if fault:
            cause, description = fault
            fix = unset_fix(node, GID_INDEX, "NCCL since 2.21 finds it")
            verdict = block if cause == "gid-missing" else warn
            return verdict(cause, f"{setting}: {name} of {node.name} {description}", fix)
    return ok(f"{setting} is a RoCE v2 address of {', '.join(ports)}")


@node_check("nccl.network-named-is-there", Rdma, Environment)
def network_named_is_there(node: NodeView) -> Verdict:
    """NCCL_NET=IB is set only where there are adapters that NCCL can use.

    NCCL then uses nothing else and ends with "Failed to initialize any NET plugin".

    Measured: The variable against adapters and their ports.

    Fix:
        network-missing: shows the file and line that sets it.
    """
    setting = setting_in_force(node, NCCL_NET)
    if setting is None or setting.value.lower() not in BUILT_IN_NETWORKS:
        return skip(f"{NCCL_NET} names no network of NCCL's own on {node.name}")
    transport = expected_transport(node)
    if setting.value.lower() == "ib" and transport.cause in ("no-device", "no-active-port"):
        message = (
            f"{setting}, but there is no InfiniBand or RoCE on {node.name}: {transport.reason}"
        )
        return block("network-missing", message, unset_fix(node, NCCL_NET))
    return ok(f"{setting}: {node.name} uses {transport.kind}")


def _required_names(value: str) -> list[str]:
    """The names of a list that takes; what a list leaves out need not be there."""
    if value.startswith("^"):
        return []
    return [word for word in value.removeprefix("=").split(",") if word]


def _matches_port(word: str, setting: Setting, port: str) -> bool:
    name, _, number = port.partition(":")
    exact = "=" if setting.value.startswith("=") else ""
    return matches_nccl_list(exact + word, name, leading_number(number))


def _usual_rails(node: NodeView) -> int:
    peers = [peer for peer in node.cluster.reached if peer is not node]
    transports = map(expected_transport, peers)
    return most_common_value(len(transport.ports) for transport in transports if transport.rdma)


def _gid_fault(port: RdmaPort, index: str) -> tuple[str, str] | None:
    """Cause and words where that GID is no RoCE v2 one; None too where the kernel does not say."""
    if not port.gid_types:
        return None
    v2 = [number for number, kind in port.gid_types.items() if re.search("v2", kind)]
    usable = f"RoCE v2 are {', '.join(v2) or 'none'}"
    if index not in port.gid_types:
        return "gid-missing", f"has no GID of that index; {usable}"
    if v2 and index not in v2:
        return "gid-not-v2", f"has {port.gid_types[index] or 'no RoCE v2'} there; {usable}"
    return None
