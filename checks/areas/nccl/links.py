"""Whether the links of one rail are alike over the nodes: kind, rate and packet size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checks.areas.nccl.fixes import port_fix
from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.rdma import Rdma, RdmaPort
from checks.facts.view_cache import cached_per_view
from checks.knowledge.nccl_transport import agreed_kind, expected_transport, port_kind
from checks.knowledge.training_network import training_interface
from checks.model import Severity, Verdict, ok, skip, warn
from checks.outliers.consensus import majority_value, most_common_value, strict_majority


@node_check("nccl.ports-are-as-fast-as-others", Rdma, Environment, severity=Severity.WARN)
def ports_are_as_fast_as_others(node: NodeView) -> Verdict:
    """Every active port has the rate and the link layer that it has on nodes with the same adapter.

    A cable or a transceiver that negotiates a lower rate halves a rail, and all ranks wait for it.
    A port that was set to Ethernet cannot use InfiniBand.

    Measured: `rate` and `link_layer` of the port of that name and board on the other nodes.

    Fix:
        port-slow, link-layer-differs: shows the port; then cable, switch port, `mlxconfig`.
    """
    active = node.read(Rdma).active
    if not active:
        return skip(f"{node.name} has no active RDMA port")
    for name, port in active.items():
        peer_ports = _ports_of_same_rail(node, name)
        verdict = _judge_link_layer(node, name, port, peer_ports) or _judge_port_speed(
            node, name, port, peer_ports
        )
        if verdict:
            return verdict
    return ok(", ".join(f"{name} {port.rate}" for name, port in active.items()))


@node_check(
    "nccl.roce-mtu-is-equal",
    *(Rdma, Environment, Interfaces, Names),
    severity=Severity.WARN,
)
def roce_mtu_is_equal(node: NodeView) -> Verdict:
    """The RoCE ports of one rail carry packets of the same size on every node.

    Queue pairs use the packet size of their own port. Where the other side's is smaller the run
    ends with "status=IBV_WC_LOC_LEN_ERR(1)" or error 12 at the first large message.

    Measured: The MTU of the interface below the port. `network.mtu-is-equal` covers the training
    interface.

    Fix:
        roce-mtu-differs: sets the other nodes' MTU.
    """
    ports = {
        name: rdma_port for name, rdma_port in node.read(Rdma).active.items() if rdma_port.roce_mtu
    }
    if not ports or not expected_transport(node).rdma:
        return skip(f"{node.name} uses no RoCE port")
    for name, port in ports.items():
        if port.netdev == training_interface(node).name:
            continue
        active_by_node = {
            rdma_port.name: rdma_port.read(Rdma).active
            for rdma_port in node.cluster.nodes_with(Rdma)
        }
        sizes = {
            node_name: active[name].roce_mtu
            for node_name, active in active_by_node.items()
            if name in active
        }
        usual = majority_value(sizes, node.job.head)
        if port.roce_mtu != usual:
            message = (
                f"{name} of {node.name} sends {port.roce_mtu} bytes at once ({port.netdev} has MTU "
                f"{port.mtu}), on {node.most_nodes} {usual}"
            )
            wanted = next(
                active[name].mtu
                for active in active_by_node.values()
                if _has_roce_mtu(active, name, usual)
            )
            note = "and in its configuration, for the next boot"
            fix = node.fix(f"ip link set dev {port.netdev} mtu {wanted}", note, root=True)
            return warn("roce-mtu-differs", message, fix)
    return ok(", ".join(f"{name} {port.roce_mtu}" for name, port in ports.items()))


def _has_roce_mtu(ports: Mapping[str, RdmaPort], name: str, size: int) -> bool:
    return name in ports and ports[name].roce_mtu == size


def _ports_of_same_rail(node: NodeView, name: str) -> list[RdmaPort]:
    """The active port of that name on other nodes, where it belongs to the same board."""
    rail = _ports_by_rail(node.cluster)[name, node.read(Rdma).board_by_port[name]]
    return [port for node_name, port in rail.items() if node_name != node.name]


@cached_per_view
def _ports_by_rail(cluster: ClusterView) -> Mapping[tuple[str, str | None], Mapping[str, RdmaPort]]:
    """{(port, board): {node: its active port}}."""
    rails: dict[tuple[str, str | None], dict[str, RdmaPort]] = {}
    for node in cluster.nodes_with(Rdma):
        rdma = node.read(Rdma)
        for name, port in rdma.active.items():
            rails.setdefault((name, rdma.board_by_port[name]), {})[node.name] = port
    return rails


def _judge_link_layer(
    node: NodeView, name: str, port: RdmaPort, peer_ports: Sequence[RdmaPort]
) -> Verdict | None:
    """Where the node's transport is not that of most, that is the finding instead."""
    usual = strict_majority(peer_port.link_layer for peer_port in peer_ports)
    if None in (usual, port.link_layer) or usual == port.link_layer:
        return None
    if expected_transport(node).kind != agreed_kind(node.cluster):
        return None
    message = f"{name} of {node.name} is {port.link_layer}, on {node.most_nodes} {usual}"
    return warn("link-layer-differs", message, port_fix(node, name))


def _judge_port_speed(
    node: NodeView, name: str, port: RdmaPort, peer_ports: Sequence[RdmaPort]
) -> Verdict | None:
    alike = [peer_port for peer_port in peer_ports if port_kind(peer_port) == port_kind(port)]
    usual = most_common_value(peer_port.gbps for peer_port in alike if peer_port.gbps)
    if not 0 < port.gbps < usual:
        return None
    message = f"{name} of {node.name} runs at {port.rate}, on {node.most_nodes} at {usual:g} Gb/s"
    return warn("port-slow", message, port_fix(node, name), gbps=port.gbps)
